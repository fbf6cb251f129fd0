"""What ssh's log says of a login: whether it opened, with which key, and why not. Pure."""

import os
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from lskeys.text import one_line
from lskeys.values import replace

_OFFERED = re.compile(r"debug1: (?:Offering .*?public|Trying private) key: (.*)")
_ACCEPTED = "debug1: Server accepts key: "
_ANSWERED = "debug1: Authentications that can continue: "
"""Of a server that refuses what ssh signed, or wants more than a key."""

_PARTIAL = re.compile(r"Authenticated .*partial success")
_CONNECTED = "debug1: Remote protocol version "
_ENCRYPTED = "debug1: SSH2_MSG_NEWKEYS received"
_HOST_KEY = re.compile(r"debug1: Server host key: (.*)")
_EXIT_STATUS = re.compile(r"debug1: Exit status (\d+)")

_UNLOADED = re.compile(r'Load key ".*": (.*)')
_AGENT = re.compile(r"sign_and_send_pubkey: (.*)")
_TOO_MANY = "Too many authentication failures"
_UNKNOWN = "host key is known for"
_REVOKED = re.compile(r"(Host key .* revoked by file .*)")
_PERMISSIONS = "bad permissions"


class Verdict(StrEnum):
    """What a login attempt comes to."""

    OPENS = "opens"
    REFUSED = "refused"
    DIFFERS = "host key differs"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A login attempt.

    Attributes:
        verdict: What it came to.
        reason: Why it did not open, mostly in ssh's own words.
        key: The key that opened it.
        remedy: The command that lets ssh use a key that the instance would accept.
        untried: The keys that were not offered, since the server hung up before: MaxAuthTries.
        wants: What the instance wants besides a key that it accepts: `keyboard-interactive`.
        is_accepted: Whether it failed although the instance accepts the key.
        is_connected: Whether an SSH server responded.
        exit_status: Of what was run there; None where the connection was lost before its end.
        refused: The keys that were offered, and that the instance does not accept.
    """

    verdict: Verdict
    reason: str = ""
    key: Path | None = None
    remedy: str | None = None
    untried: tuple[Path, ...] = ()
    wants: str = ""
    is_accepted: bool = False
    is_connected: bool = field(default=False, compare=False)
    exit_status: int | None = field(default=None, compare=False)
    refused: tuple[Path, ...] = field(default=(), compare=False)


def read_log(text: str, keys: Sequence[Path], *, timed_out: bool = False) -> Attempt:
    """What a login with these keys came to, by its log at `LogLevel DEBUG1`."""
    lines = text.splitlines()
    status = _of(_EXIT_STATUS, lines)
    return replace(
        _read(lines, keys, timed_out=timed_out),
        is_connected=any(line.startswith(_CONNECTED) for line in lines),
        exit_status=None if status is None else int(status),
        refused=tuple(_refused(lines, keys)),
    )


def _refused(lines: Sequence[str], keys: Sequence[Path]) -> Iterator[Path]:
    """The keys after whose offer the server asks for another method, having accepted nothing."""
    key = None
    for line in lines:
        if offered := _OFFERED.match(line):
            key = _key_of(offered[1], keys)
        elif line.startswith(_ACCEPTED) or _PARTIAL.match(line):
            key = None
        elif line.startswith(_ANSWERED) and key:
            yield key
            key = None


def _read(lines: Sequence[str], keys: Sequence[Path], *, timed_out: bool) -> Attempt:
    key = unsigned = None
    is_accepted = is_partial = False
    for line in lines:
        if line.startswith("Authenticated to "):
            return Attempt(Verdict.OPENS, key=key)
        if line.startswith(_ACCEPTED):
            is_accepted = True
        elif _PARTIAL.match(line):
            is_partial = True
        elif line.startswith(_ANSWERED):
            if is_partial and key:
                return _partial(key, line.removeprefix(_ANSWERED))
            is_accepted = False
        elif (offered := _OFFERED.match(line)) or line.startswith("debug1: No more auth"):
            unsigned = key if is_accepted else unsigned
            is_accepted = False
            key = (offered and _key_of(offered[1], keys)) or key
    said = [line for line in lines if line and not line.startswith("debug1:")]
    verdict = _verdict(said)
    if verdict is Verdict.REFUSED and (unsigned or _of(_UNLOADED, said)):
        return _unused(unsigned, said)
    reason = said[-1] if said and not timed_out else _silence(lines, timed_out=timed_out)
    if verdict is Verdict.DIFFERS and (sent := _of(_HOST_KEY, lines)):
        reason = f"it has {sent}"
    reason = _of(_REVOKED, said) or reason
    is_cut = key is not None and any(_TOO_MANY in line for line in said)
    reason = one_line(reason, limit=200)
    return Attempt(verdict, reason, untried=_behind(key, keys) if is_cut else ())


def _partial(key: Path, methods: str) -> Attempt:
    wants = one_line(methods, limit=60)
    reason = one_line(f"it accepts {key}, and wants more: {wants}", limit=400)
    return Attempt(Verdict.REFUSED, reason, wants=wants, is_accepted=True)


def _silence(lines: Sequence[str], *, timed_out: bool) -> str:
    """Why nothing in the log says why: time ran out, or ssh is another program."""
    if not timed_out:
        return "ssh ended without saying why"
    if _ENCRYPTED in lines and not any(line.startswith(_ANSWERED) for line in lines):
        return "no response in time: the ssh-agent may be waiting, or the instance"
    return "no response in time"


def _behind(key: Path | None, keys: Sequence[Path]) -> tuple[Path, ...]:
    return tuple(keys[keys.index(key) + 1 :]) if key else ()


def _unused(key: Path | None, said: Sequence[str]) -> Attempt:
    """An attempt that failed here: ssh did not use a key, which the instance may have accepted."""
    why = _of(_UNLOADED, said) or _of(_AGENT, said)
    if key is None:
        line = next(line for line in said if _UNLOADED.match(line))
        return Attempt(Verdict.REFUSED, one_line(line, limit=200))
    said_of_it = f": {why}" if why else " without its passphrase"
    reason = one_line(f"it accepts {key}, which ssh cannot use{said_of_it}", limit=400)
    program = {None: "ssh-add", _PERMISSIONS: "chmod 600"}.get(why)
    remedy = f"{program} {shlex.quote(str(key))}" if program else None
    return Attempt(Verdict.REFUSED, reason, remedy=remedy, is_accepted=True)


def _of(pattern: re.Pattern[str], said: Sequence[str]) -> str | None:
    return next((found[1] for line in said if (found := pattern.match(line))), None)


def _verdict(said: Sequence[str]) -> Verdict:
    text = "\n".join(said)
    if "Host key verification failed" in text or "IDENTIFICATION HAS CHANGED" in text:
        is_other = _UNKNOWN not in text and not _of(_REVOKED, said)
        return Verdict.DIFFERS if is_other else Verdict.UNREACHABLE
    if "Permission denied (" in text or _TOO_MANY in text:
        return Verdict.REFUSED
    return Verdict.UNREACHABLE


def _key_of(offered: str, keys: Sequence[Path]) -> Path | None:
    return next((each for each in keys if _is_of(offered, each)), None)


def _is_of(offered: str, key: Path) -> bool:
    return any(offered == name or offered.startswith(f"{name} ") for name in (str(key), _vis(key)))


def _vis(path: Path) -> str:
    """A path as it stands in the log, which is ASCII: as vis(3) writes it with VIS_OCTAL."""
    return "".join(
        r"\\" if byte == ord("\\") else chr(byte) if byte < 0x7F else rf"\{byte:03o}"  # noqa: PLR2004
        for byte in os.fsencode(path)
    )
