"""A program in forks of an interpreter that has loaded it, each held until it is released.

One JSON object a line comes in (`words`, `environ`, `directory`), and the number of the new
process is written; an empty line releases it, and its exit code is written when it has ended. Its
output is in `out` and `err` in that directory. Nothing of the program is replaced: a run is what
`python -m lskeys`, or another module's `main`, does once its modules are loaded, at a quarter of
the time.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import lskeys

_PR_SET_PTRACER = 0x59616D61
_ANYBODY = ctypes.c_ulong(-1)
_CRASHED = 70
_READY, _GO = signal.SIGUSR1, signal.SIGUSR2


class HeldProgram:
    """The interpreter, held by its pipes."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def start(self, words: Sequence[str], environ: Mapping[str, str], directory: Path) -> int:
        """Make a process that will run this command line in a directory; its number."""
        run = {"words": [*words], "environ": {**environ}, "directory": str(directory)}
        return self._exchange(json.dumps(run))

    def let_go(self) -> int:
        """Let it run; its exit code, or the signal that ended it as a negative number."""
        return self._exchange("")

    def _exchange(self, line: str) -> int:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def run(
        self, words: Sequence[str], environ: Mapping[str, str], directory: Path, *strace: str | Path
    ) -> int:
        """Run this command line to its end, with these options of strace if there are any."""
        process = self.start(words, environ, directory)
        if not strace:
            return self.let_go()
        command = ("strace", "-f", "-y", *strace, "-p", str(process))
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as watching:
            assert watching.stderr
            assert "attached" in watching.stderr.readline()
            return self.let_go()


@contextmanager
def held_program(module: str = "lskeys.cli.process") -> Iterator[HeldProgram]:
    """The interpreter that runs this module's `main`, until the block ends."""
    command = (sys.executable, "-m", "tests.support.held_program", module)
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        # The package that is under test here, which may be a copy with a mistake in it.
        env={**os.environ, "PYTHONPATH": str(Path(lskeys.__file__).parents[1])},
    ) as process:
        yield HeldProgram(process)
        assert process.stdin
        process.stdin.close()


def _serve(module: str) -> None:
    """Hold one run after the other."""
    main = import_module(module).main
    server = os.getpid()
    signal.pthread_sigmask(signal.SIG_BLOCK, {_READY, _GO})
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _run(main, json.loads(line), server)
        signal.sigwait({_READY})
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        sys.stdin.readline()
        os.kill(child, _GO)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _run(main: Callable[[], int | None], run: dict[str, Any], server: int) -> None:
    """Be the program, once it is released; from when it is ready until then it makes no call."""
    os.environ.clear()
    os.environ.update(run["environ"])
    os.chdir(run["directory"])
    for number, name in enumerate((os.devnull, "out", "err")):
        file = os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, number)
        os.close(file)
    sys.stdin, sys.stdout, sys.stderr = (open(n, m, closefd=False) for n, m in enumerate("rww"))  # noqa: SIM115  they are numbers, and stay
    sys.argv = ["lskeys", *run["words"]]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PTRACER, _ANYBODY, 0, 0, 0)  # strace is no parent of it
    os.kill(server, _READY)
    signal.sigwait({_GO})
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {_READY, _GO})
    code = _CRASHED
    try:
        code = main() or 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    import_module("tests.support.loaded_modules")
    _serve(sys.argv[1])
