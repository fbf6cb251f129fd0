"""`credential_process`: run without this program's stdin, never quoted, ended with this program.

Touches: processes.
"""

import errno
import os
import shlex
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from botocore.credentials import Credentials, ProcessProvider
from botocore.exceptions import CredentialRetrievalError

_STDIN = 0
_PRINTED = ("access_key", "secret_key", "token", "expiry_time")
_PATIENCE = 0.5
"""Seconds that a program has to end by itself, as after Ctrl-C, before it is killed."""


class CredentialProcessError(CredentialRetrievalError):
    """A `credential_process` failed; what it printed may hold a secret and is not quoted."""

    fmt = "{error_msg}"


class RunningPrograms:
    """The programs that run; whoever gives up waiting for them ends them.

    They stay in this program's process group, so that they may prompt on its terminal.
    """

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._is_over = False
        self._lock = threading.Lock()

    def start(self, words: list[str], *, stdout: int, stderr: int) -> subprocess.Popen[bytes]:
        """Start one, which is to be reported as `finished`."""
        stdin = None if os.isatty(_STDIN) else subprocess.DEVNULL
        with self._lock:
            if self._is_over:
                raise OSError(errno.ECANCELED, os.strerror(errno.ECANCELED))
            started = subprocess.Popen(words, stdin=stdin, stdout=stdout, stderr=stderr)  # noqa: S603  AWS's configuration names it
            self._running.add(started)
        return started

    def finished(self, program: subprocess.Popen[bytes]) -> None:
        """Forget one that has ended and was read."""
        with self._lock:
            self._running.discard(program)

    def end(self) -> None:
        """End those that run, with what they started, and start no other."""
        with self._lock:
            self._is_over = True
            running = [*self._running]
        for program in running:
            _send(program, signal.SIGTERM)
        for program in running:
            try:
                program.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                _send(program, signal.SIGKILL)


def _send(program: subprocess.Popen[bytes], number: int) -> None:
    if program.poll() is None:
        for each in [*_stopped_with_descendants(program.pid)]:
            _kill(each, number)
            _kill(each, signal.SIGCONT)


def _kill(process: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(process, number)


def _stopped_with_descendants(process: int) -> Iterator[int]:
    """A process and those that it and its descendants started, where Linux lists them (proc(5)).

    Each is stopped before it is asked for its own, or it could start another after that.
    """
    _kill(process, signal.SIGSTOP)
    yield process
    with suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield from _stopped_with_descendants(int(child))


class QuietProcessProvider(ProcessProvider):
    """`credential_process` without this program's stdin, unless that is a terminal.

    Its errors, at first use and when credentials are refreshed, say how it failed and quote
    nothing of its output.
    """

    def __init__(
        self,
        profile_name: str,
        load_config: Callable[[], Mapping[str, Any]],
        programs: RunningPrograms,
    ) -> None:
        self._programs = programs
        self._started: list[subprocess.Popen[bytes]] = []
        super().__init__(profile_name, load_config, popen=self._start)

    def load(self) -> Credentials | None:
        """The credentials that the program prints, if the profile has one."""
        try:
            found: Credentials | None = super().load()
        except (ValueError, LookupError, TypeError, AttributeError):
            raise self._failed("its output is not what credential_process prints") from None
        return found

    def _start(self, words: list[str], *, stdout: int, stderr: int) -> subprocess.Popen[bytes]:
        started = self._programs.start(words, stdout=stdout, stderr=stderr)
        self._started = [started]
        return started

    def _retrieve_credentials_using(self, credential_process: str) -> Mapping[str, Any]:
        retrieve = super()._retrieve_credentials_using  # type: ignore[misc]  # not in the stubs
        try:
            words = shlex.split(credential_process)
        except ValueError:
            raise self._failed("its command line has an unclosed quote") from None
        if not words:
            raise self._failed("its command line is empty")
        try:
            found: Mapping[str, Any] = retrieve(credential_process)
            _check_types(found)
        except CredentialRetrievalError:
            raise self._failed(_ending(self._started[0].returncode)) from None
        except OSError as error:
            if error.filename is None:  # no process could be made; the program was not run
                raise
            raise self._failed(
                f"{error.filename}: {os.strerror(error.errno or errno.EIO).lower()}"
            ) from None
        except (ValueError, LookupError, TypeError, AttributeError):
            raise self._failed("its output is not what credential_process prints") from None
        finally:
            for each in self._started:
                self._programs.finished(each)
        return found

    def _failed(self, reason: str) -> CredentialProcessError:
        return CredentialProcessError(provider=self.METHOD, error_msg=reason)


def _ending(status: int) -> str:
    if status < 0:
        return f"signal {-status} ended it"
    return f"it ended with exit status {status}" if status else "its output is incomplete"


def _check_types(found: Mapping[str, Any]) -> None:
    """Check what a `credential_process` printed; botocore does not."""
    if not all(isinstance(found[each] or "", str) for each in _PRINTED):
        raise TypeError
