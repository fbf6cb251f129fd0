"""Whether keys open an instance: a real login, and what ssh's log says of it. Touches: processes.

The log is a file that only ssh writes: a banner of the instance's cannot say that it opens.
"""

import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from lskeys.ssh.client import CONNECT_SECONDS, SshClient, Target
from lskeys.ssh.login_log import Attempt, Verdict, read_log
from lskeys.text import one_line
from lskeys.values import replace

_NO_PROMPT = {"SSH_ASKPASS": "false", "SSH_ASKPASS_REQUIRE": "force"}
"""What keeps an ssh that a ProxyCommand starts from prompting, too."""

_BLOCK = 64 * 1024
_GLANCE = 0.1
"""Seconds between looks at the log."""

_BATCH = (
    *("-F", "/dev/null", "-T"),
    *("-o", "BatchMode=yes"),
    *("-o", f"ConnectTimeout={CONNECT_SECONDS}"),
    *("-o", "ConnectionAttempts=1"),
    *("-o", "PreferredAuthentications=publickey"),
    *("-o", "ControlPath=none"),
    *("-o", "ForwardAgent=no"),
    "-v",  # over a -q of a program called ssh that starts the real one
)


class Login:
    """Logins to one instance, with the same keys, without any prompt.

    Args:
        keys: The keys that may open it, likeliest first; without any, those of ssh-agent.
        log: A file that is not there yet; each login writes it anew.
    """

    def __init__(self, client: SshClient, target: Target, keys: Sequence[Path], log: Path) -> None:
        self._client = client
        self._target = target
        self._keys = tuple(keys)
        self._log = log

    def attempt(self) -> Attempt:
        """Log in and run nothing that matters; what a forced command does does not matter.

        The whole may take twice as long as a connection; keys that a server did not wait for are
        tried in another one.
        """
        process = self._start("true", subprocess.DEVNULL)
        end = time.monotonic() + 2 * CONNECT_SECONDS
        timed_out = True
        try:
            while time.monotonic() < end:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_GLANCE)
                    timed_out = False
                    break
                if self.judged().verdict is Verdict.OPENS:
                    break
        finally:
            process.kill()
            process.wait()
        found = self.judged(timed_out=timed_out)
        if found.untried:
            others = Login(self._client, self._target, found.untried, self._log).attempt()
            return replace(others, refused=(*found.refused, *others.refused))
        return found

    def run_script(self, script: str) -> "RemoteScript":
        """Run a script of a POSIX shell there; it is given over stdin."""
        return RemoteScript(self, self._start("sh -s", subprocess.PIPE), script)

    def _start(self, command: str, streams: int) -> subprocess.Popen[bytes]:
        self._log.unlink(missing_ok=True)
        self._errors.unlink(missing_ok=True)
        options = (*_BATCH, "-E", str(self._log))
        arguments = self._client.arguments(
            self._target, self._keys, options, (command,), by_agent=not self._keys
        )
        with self._errors.open("xb") as errors:
            return subprocess.Popen(  # noqa: S603  ssh, with arguments of one grammar
                arguments,
                env={**self._client.environment, **_NO_PROMPT},
                stdin=streams,
                stdout=streams,
                stderr=errors,
            )

    def judged(self, *, timed_out: bool = False) -> Attempt:
        """What the login that ended last came to."""
        found = read_log(_text(self._log), self._keys, timed_out=timed_out)
        if self._target.route and found.verdict is Verdict.UNREACHABLE:
            said = _text(self._errors).strip().rpartition("\n")[2]
            return replace(found, reason=one_line(said, limit=200) or found.reason)
        return found

    @property
    def _errors(self) -> Path:
        """What a jump host's ssh prints, which says more than that it ended."""
        return self._log.with_suffix(".errors")


class RemoteScript:
    """A script that runs on an instance, and may be sent input while it does.

    Its lines are known by a random word that no other output has, whatever else is printed there.
    """

    def __init__(self, login: Login, process: subprocess.Popen[bytes], script: str) -> None:
        self._login = login
        self._process = process
        self._timer = threading.Timer(3 * CONNECT_SECONDS, process.kill)
        self._timer.daemon = True
        self._timer.start()
        self.send(script)

    def read(self, mark: str) -> str:
        """The next line that begins with the mark, without it; empty where there is none."""
        stdout = _pipe(self._process.stdout)
        for raw in iter(stdout.readline, b""):
            line = raw.decode(errors="replace").rstrip("\n")
            if line.startswith(f"{mark} "):
                return line.removeprefix(f"{mark} ")
        return ""

    def send(self, text: str) -> None:
        """Write to its stdin; a script that has ended hears nothing."""
        stdin = _pipe(self._process.stdin)
        with suppress(OSError):
            stdin.write(text.encode())
            stdin.flush()

    def end(self) -> Attempt:
        """Close its stdin and wait for its end; how the login went."""
        with suppress(OSError):
            _pipe(self._process.stdin).close()
        stdout = _pipe(self._process.stdout)
        while stdout.read(_BLOCK):
            pass
        stdout.close()
        self._process.wait()
        self._timer.cancel()
        return self._login.judged(timed_out=self._process.returncode == -signal.SIGKILL)


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
