"""Runs command lines in forks of itself, each with one fault at its Nth file system call.

One JSON object a line comes in (`words`, `environ`, `at`, `fault`, `pause`, and `loose`: inodes
of files that may be open to others) and one is written (`code`, `calls`: the name of each call,
"request" for one that AWS gets, `seen`: what was wrong on the disk right after a call). A fault is
an error's name (the call fails and does nothing), SIGKILL (before the call), "short" (a write takes
one byte), or another signal (the process gets it, then the call is made; with `*2` every later call
brings it once more).

With `pause` a run stops before that call, which must be its main thread's, and continues there
in a fork for each further line (`at`, `fault`, `loose`) until an empty one: what comes before is
done once.
"""

import builtins
import errno
import fcntl
import io
import json
import os
import signal
import stat
import sys
from collections.abc import Callable, Iterator
from typing import Any

Call = Callable[..., Any]

CALLS = (
    *("open", "close", "read", "write", "pwrite", "ftruncate", "posix_fallocate", "fsync"),
    *("stat", "lstat", "fstat", "fpathconf", "scandir", "listdir", "readlink"),
    *("mkdir", "chmod", "fchmod", "link", "unlink", "remove", "rename", "replace", "rmdir"),
)
NOT_OURS = (".aws", ".cache", ".config")
"""Directories of the home whose files are read before anything is decided."""
SEND = "http.client.send"


class Fate:
    """Counts the calls that touch a home, and lets one of them go wrong.

    Until it is given a home it lets every call pass.
    """

    def __init__(self) -> None:
        self.home = ""
        self._at = 0
        self._fault = ""
        self._book = -1
        self._count = 0
        self._pause = 0
        self._held: set[int] = set()
        self.loose: frozenset[int] = frozenset()
        self.real: dict[str, Call] = {name: getattr(os, name) for name in CALLS}
        self.real["flock"] = fcntl.flock
        self.real["io.open"] = io.open

    def install(self) -> None:
        """Stand before every call; done before lskeys is imported, which takes some by name."""
        for name in CALLS:
            setattr(os, name, self._guarded(name))
        fcntl.flock = self._guarded("flock")
        builtins.open = io.open = self._guarded("io.open")

    def begin(self, home: str, lot: "Lot", book: int, pause: int) -> None:
        """From now on every call that touches this home counts."""
        self.choose(lot, book)
        self._pause = pause
        self.home = home
        sys.addaudithook(self._hear)

    def choose(self, lot: "Lot", book: int) -> None:
        """Set the fault, its call, and where calls are recorded."""
        self._at, self._fault, self._book = *lot, book

    def _hear(self, event: str, _arguments: tuple[Any, ...]) -> None:
        if event == SEND and self._book >= 0:
            self._note("call", "request")

    def _guarded(self, name: str) -> Call:
        real = self.real[name]

        def call(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401  whatever the call takes
            if not self.home or not self._is_ours(arguments, named):
                return real(*arguments, **named)
            return self._lived(name, real, arguments, named)

        return call

    def _is_ours(self, arguments: tuple[Any, ...], named: dict[str, Any]) -> bool:
        directories = [named[key] for key in named if key.endswith("dir_fd")]
        first = arguments[0] if arguments else None
        if directories or isinstance(first, int):
            return not self._held.isdisjoint([*directories, first])
        if not isinstance(first, str | os.PathLike):
            return False
        path = os.path.abspath(first)  # noqa: PTH100  follows no links, and makes no calls
        inside = path == self.home or path.startswith(f"{self.home}/")
        return inside and path[len(self.home) + 1 :].partition("/")[0] not in NOT_OURS

    def _lived(
        self, name: str, real: Call, arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:  # noqa: ANN401  whatever the call gives
        self._count += 1
        if self._count == self._pause:
            continue_in_forks(self)
        self._note("call", name)
        if self._count == self._at or (self._fault.endswith("*2") and self._count > self._at > 0):
            given = self._strike(name, real, arguments, named)
        else:
            given = real(*arguments, **named)
        if name == "open":
            self._held.add(given)
        if name == "close":
            self._held.discard(arguments[0])
        for wrong in self._wrongs():
            self._note("seen", f"after {name}, call {self._count}: {wrong}")
        return given

    def _strike(
        self, name: str, real: Call, arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:  # noqa: ANN401  whatever the call gives
        fault = self._fault.removesuffix("*2")
        if fault == "short" and name in {"write", "pwrite"}:
            return real(arguments[0], bytes(arguments[1])[:1], *arguments[2:])
        if fault == "short" or fault.startswith("SIG"):
            if fault.startswith("SIG"):
                os.kill(os.getpid(), getattr(signal, fault))
            return real(*arguments, **named)
        if name == "close":  # the descriptor is gone all the same: close(2)
            real(*arguments)
            self._held.discard(arguments[0])
        number = getattr(errno, fault)
        raise OSError(number, os.strerror(number))

    def _note(self, kind: str, text: str) -> None:
        self.real["write"](self._book, f"{kind} {text}\n".encode())

    def _wrongs(self) -> Iterator[str]:
        """What must never be on the disk, not even briefly."""
        for path in self._files(self.home):
            status = self.real["lstat"](path)
            mode = status.st_mode
            if not stat.S_ISREG(mode) or status.st_ino in self.loose:
                continue
            if mode & 0o077 and self._is_secret(path):
                yield f"{path} has the mode {stat.S_IMODE(mode):04o}"

    def _files(self, directory: str) -> Iterator[str]:
        for name in self.real["listdir"](directory):
            path = f"{directory}/{name}"
            if stat.S_ISDIR(self.real["lstat"](path).st_mode):
                yield from self._files(path)
            else:
                yield path

    def _is_secret(self, path: str) -> bool:
        """Whether it holds a private key, or is a draft that may yet get one."""
        with self.real["io.open"](path, "rb") as file:
            content = file.read()
        return b"PRIVATE KEY" in content or (".lskeys-" in path and not content.strip(b"\0"))


FATE = Fate()
if __name__ == "__main__":
    FATE.install()

from lskeys.cli import process  # noqa: E402  whatever takes a call by its name takes the guarded one
from tests.support.loaded_modules import MODULES  # noqa: E402

assert MODULES  # so that each fork is quick

Lot = tuple[int, str]
"""Which call, and what happens there."""


def redirect() -> None:
    """Give this process new files for stdout and stderr."""
    for number, name in ((1, "out"), (2, "err")):
        file = FATE.real["open"](name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, number)
        FATE.real["close"](file)
    sys.stdout = FATE.real["io.open"](1, "w", closefd=False)
    sys.stderr = FATE.real["io.open"](2, "w", closefd=False)


def live(run: dict[str, Any], book: int) -> int:
    """Run one command line in this process, which is a fork; its exit code."""
    environ = run["environ"]
    os.environ.clear()
    os.environ.update(environ)
    os.umask(int(environ.get("UMASK", "022"), 8))
    os.chdir(environ["DIRECTORY"])
    redirect()
    sys.argv = ["lskeys", *run["words"]]
    FATE.loose = frozenset(run["loose"])
    lot = (run.get("at", 0), run.get("fault", ""))
    FATE.begin(environ["HOME"], lot, book, run.get("pause", 0))
    try:
        process.main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return CRASHED


def outcome(child: int, reader: int) -> str:
    """How a fork ended and what it did, once it has."""
    with FATE.real["io.open"](reader) as book:
        lines = [line.rstrip("\n").partition(" ") for line in book]
    status = os.waitpid(child, 0)[1]
    response = {
        "code": os.waitstatus_to_exitcode(status),
        "calls": [text for kind, _, text in lines if kind == "call"],
        "seen": [text for kind, _, text in lines if kind == "seen"],
    }
    return json.dumps(response) + "\n"


def continue_in_forks(fate: Fate) -> None:
    """Fork for each line, to continue from here; returns in each fork."""
    while line := listen():
        lot = json.loads(line)
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            fate.real["close"](reader)
            redirect()
            fate.loose = frozenset(lot["loose"])
            fate.choose((lot["at"], lot["fault"]), writer)
            return
        fate.real["close"](writer)
        fate.real["write"](OUTPUT, outcome(child, reader).encode())
    os._exit(0)


def listen() -> str:
    """The next line of stdin, without its end; read bytewise, since forks read on."""
    line = b""
    while (byte := FATE.real["read"](0, 1)) not in (b"\n", b""):
        line += byte
    return line.decode()


def fork(run: dict[str, Any]) -> str:
    """Run one command line in a fork; how it ended and what it did."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        code = CRASHED
        try:
            code = live(run, writer)
        finally:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            os._exit(code)
    os.close(writer)
    return outcome(child, reader)


CRASHED = 70
OUTPUT = 1

if __name__ == "__main__":
    OUTPUT = os.dup(1)
    while line := listen():
        os.write(OUTPUT, fork(json.loads(line)).encode())
