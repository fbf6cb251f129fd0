"""Running a program under strace: watching its file system calls and making them fail."""

import re
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.saved_keys import Saver

needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")

MARK = "getppid"
FILES = f"--trace=%file,%desc,{MARK}"
LINE = re.compile(r"^\d+ +(\w+)\((.*)\) += (.*)$")
CHANGES_THE_DISK = frozenset(
    (
        *("mkdir", "mkdirat", "fchmod", "fallocate", "pwrite64", "ftruncate"),
        *("link", "linkat", "unlink", "unlinkat", "rename", "renameat", "renameat2"),
    )
)


@dataclass(frozen=True, slots=True)
class Call:
    """A file system call after the first mark: its name, arguments, and which of its name it is."""

    name: str
    arguments: str
    number: int

    @property
    def changes_the_disk(self) -> bool:
        """Whether a crash before it leaves another disk than a crash after it."""
        return self.name in CHANGES_THE_DISK or "O_CREAT" in self.arguments


def strace(log: Path, *words: str) -> tuple[str, ...]:
    """The words before a command that is to be traced."""
    return ("strace", "-f", "-o", str(log), *words)


def calls(log: Path) -> list[Call]:
    """The calls between the first mark and the last."""
    counts: Counter[str] = Counter()
    found: list[Call] = []
    for line in log.read_text(errors="replace").splitlines():
        if read := LINE.match(line):
            counts[read[1]] += 1
            found.append(Call(read[1], read[2], counts[read[1]]))
    marks = [at for at, each in enumerate(found) if each.name == MARK]
    ours = found[marks[0] : marks[-1]]
    # Memory is mapped by the same call as files, and by Python's allocator when it pleases.
    return [each for each in ours if each.name != MARK and "MAP_ANONYMOUS" not in each.arguments]


def watch(save: Saver, directory: Path, log: Path, *options: str) -> list[Call]:
    """Every file system call of one undisturbed save."""
    words = strace(log, "--seccomp-bpf", FILES)
    ran = save(directory, *options, before=words)
    assert ran.returncode == 0, ran.stderr
    return calls(log)
