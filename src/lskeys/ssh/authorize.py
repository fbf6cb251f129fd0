"""Adds a key to an instance that runs, proves it, and only then takes old ones away.

Touches: the instance, by ssh. At every moment a key opens it that was proved to do so.
"""

import secrets
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lskeys.errors import LskeysError, RefusedError, RemoteError
from lskeys.model import Instance, TemporaryAccess
from lskeys.ssh import authorized_keys, hosts
from lskeys.ssh.authorized_keys import KEEP, PublicLine
from lskeys.ssh.client import SshClient, Target
from lskeys.ssh.login import Login
from lskeys.ssh.login_log import Attempt, Verdict
from lskeys.ssh.session_files import SessionFiles
from lskeys.text import one_line
from lskeys.values import replace

TEMPORARY_KEY = "temporary"
"""The name of a temporary key's file; its certificate lies next to it, where ssh looks for it."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """The key that is added: its line, its wire bytes, and the private key that proves it."""

    line: PublicLine
    blob: bytes
    private: Path | None


@dataclass(frozen=True, slots=True)
class SshEndpoint:
    """An instance as a run reaches it.

    Attributes:
        target: Where it is, and which host keys it has.
        keys: The local keys that may open it, likeliest first.
        files: Where this session has its files.
    """

    instance: Instance
    target: Target
    keys: tuple[Path, ...]
    files: SessionFiles

    def login(self, client: SshClient, keys: Sequence[Path], name: str) -> Login:
        """Logins with these keys."""
        return Login(client, self.target, keys, self.files.path / f"{name}.log")


@dataclass(frozen=True, slots=True)
class Authorization:
    """What was done on an instance.

    Attributes:
        outcome: `authorized`, `unchanged`, or `added` for a key that could not be proved; with
            `would` in front for a dry run.
        opened_by: The local key it was opened with; None for temporary access.
        is_proved: Whether the new key opened it.
        removed: Whether old keys were removed; None if that was not requested.
    """

    instance: Instance
    outcome: str
    opened_by: Path | None = None
    is_proved: bool = False
    removed: bool | None = None
    file: str | None = None


class NotOpenedError(RefusedError):
    """No local key opens the instance: temporary access would."""


def authorize(
    client: SshClient,
    endpoint: SshEndpoint,
    key: NewKey,
    old: Sequence[bytes] = (),
    temporary: Callable[[], TemporaryAccess] | None = None,
) -> Authorization:
    """Let a key in, prove it, and take old ones away.

    `old` are public keys to remove; `temporary` gets access where no local key opens the instance.

    Raises:
        NotOpenedError: No local key opens it, and temporary access is not wanted.
        RefusedError: Its host key differs, or the new key does not open it.
        RemoteError: It cannot be reached, or the change failed there; it is as it was.
    """
    done = _added(client, endpoint, key, temporary)
    if not old:
        return done
    if not done.is_proved:
        raise RefusedError(
            f"{_called(endpoint)}: the new key could not be proved, so no other is removed",
            hint="its private key must be on this computer, or in the ssh-agent",
            region=endpoint.instance.region,
        )
    return replace(done, removed=_removed(client, endpoint, key, old))


def _added(
    client: SshClient,
    endpoint: SshEndpoint,
    key: NewKey,
    temporary: Callable[[], TemporaryAccess] | None,
) -> Authorization:
    if key.private and _proof(client, endpoint, key.private).verdict is Verdict.OPENS:
        return Authorization(endpoint.instance, "unchanged", key.private, is_proved=True)
    word, detail, attempt = _changed(client, endpoint, key, temporary)
    is_restricted = word == "restricted"
    word = "unchanged" if is_restricted else word
    opened_by = None if attempt.key and attempt.key.name == TEMPORARY_KEY else attempt.key
    done = Authorization(endpoint.instance, word, opened_by, file=detail)
    if key.private is None:
        return done
    proof = _proof(client, endpoint, key.private)
    if proof.verdict is not Verdict.OPENS:
        what = "but is not proved" if proof.remedy else "but does not open it"
        sshd = "its sshd may read another AuthorizedKeysFile, or refuse the permissions of that"
        if is_restricted:
            sshd = "the key has options there: remove them, or add another key"
        raise RefusedError(
            f"{_called(endpoint)}: the key is in {detail}, {what}: {proof.reason}",
            hint=f"{proof.remedy}, then run the same command again" if proof.remedy else sshd,
            region=endpoint.instance.region,
        )
    return replace(done, outcome="authorized" if word == "added" else word, is_proved=True)


def _changed(
    client: SshClient,
    endpoint: SshEndpoint,
    key: NewKey,
    temporary: Callable[[], TemporaryAccess] | None,
) -> tuple[str, str, Attempt]:
    """Add the key with a local key or temporary access; the report's word and detail."""
    keys = [each for each in endpoint.keys if each != key.private]
    said, attempt = _run(client, endpoint, keys, authorized_keys.add, key.line)
    if attempt.verdict is Verdict.REFUSED:
        if temporary is None and attempt.remedy:
            raise RefusedError(
                f"{_called(endpoint)}: {attempt.reason}",
                hint=attempt.remedy,
                region=endpoint.instance.region,
            )
        if temporary is None:
            raise NotOpenedError(
                f"{_called(endpoint)}: no local key opens it: {attempt.reason}",
                hint="to use temporary access from Lightsail, add --temporary",
                region=endpoint.instance.region,
            )
        keys = [save_temporary(endpoint.files, temporary())]
        said, attempt = _run(client, endpoint, keys, authorized_keys.add, key.line)
        if attempt.verdict is Verdict.REFUSED:
            raise RefusedError(
                f"{_called(endpoint)}: temporary access is refused, too: {attempt.reason}",
                hint="the instance may not trust Lightsail's certificates, or its clock is wrong",
                region=endpoint.instance.region,
            )
    return (*_reported(endpoint, said, attempt), attempt)


def _removed(client: SshClient, endpoint: SshEndpoint, key: NewKey, old: Sequence[bytes]) -> bool:
    """Remove keys in a session that the new key opened, which ends after it was proved again."""
    assert key.private
    mark = _mark()
    login = endpoint.login(client, (key.private,), "remove")
    script = login.run_script(authorized_keys.remove(key.line, old, mark))
    said = script.read(mark)
    if not said.startswith("removed "):
        attempt = script.end()
        word, _ = _reported(endpoint, said, attempt)
        return word == "removed"
    proof = _proof(client, endpoint, key.private)
    script.send(KEEP if proof.verdict is Verdict.OPENS else "restore\n")
    said = script.read(mark)
    script.end()
    if said.startswith("kept "):
        return True
    raise RemoteError(
        f"{_called(endpoint)}: without the old key the new one does not open it, so both are there:"
        f" {proof.reason or 'the connection was lost'}",
        hint=_look(endpoint.instance),
        region=endpoint.instance.region,
    )


def _run(
    client: SshClient,
    endpoint: SshEndpoint,
    keys: Sequence[Path],
    script: Callable[[PublicLine, str], str],
    line: PublicLine,
) -> tuple[str, Attempt]:
    """Run a script on the instance: what it reports, and how the login went."""
    mark = _mark()
    running = endpoint.login(client, keys, "change").run_script(script(line, mark))
    said, attempt = running.read(mark), running.end()
    if attempt.untried:
        return _run(client, endpoint, attempt.untried, script, line)
    return said, attempt


def _reported(endpoint: SshEndpoint, said: str, attempt: Attempt) -> tuple[str, str]:
    """The word and the detail of a report.

    Raises:
        RefusedError, RemoteError: There is none, or it is of a failure.
    """
    word, _, detail = said.partition(" ")
    if word and word != "failed":
        return word, one_line(detail, limit=200)
    region = endpoint.instance.region
    if word == "failed":
        raise RemoteError(
            f"{_called(endpoint)}: {one_line(detail, limit=200)}",
            hint=_look(endpoint.instance),
            region=region,
        )
    raise login_error(endpoint.instance, attempt)


def login_error(instance: Instance, attempt: Attempt) -> LskeysError:
    """Why nothing could be done on an instance."""
    called = f"{instance.name} in {instance.region}"
    if attempt.verdict is Verdict.OPENS:
        return RemoteError(
            f"{called}: the login works, but runs no command: a forced command or another shell"
            " is in the way",
            hint="add the line to its authorized_keys by hand",
            region=instance.region,
        )
    if attempt.verdict is Verdict.DIFFERS:
        return RefusedError(
            f"{called}: its host key differs from those that AWS reports: {attempt.reason}",
            hint=f"compare: lskeys ssh-config --known-hosts {instance.name}"
            f" --region {instance.region}",
            region=instance.region,
        )
    if attempt.verdict is Verdict.REFUSED:
        return RefusedError(
            f"{called}: {attempt.reason}",
            hint=attempt.remedy or _look(instance),
            region=instance.region,
        )
    return RemoteError(
        f"{called} cannot be reached: {attempt.reason}",
        hint=hosts.way_in(instance),
        region=instance.region,
    )


def save_temporary(files: SessionFiles, access: TemporaryAccess) -> Path:
    """Put a temporary key and its certificate where only this session's ssh reads them."""
    files.write(f"{TEMPORARY_KEY}-cert.pub", access.certificate.encode() + b"\n")
    return files.write(TEMPORARY_KEY, access.private_text.reveal())


def _proof(client: SshClient, endpoint: SshEndpoint, private: Path) -> Attempt:
    return endpoint.login(client, (private,), "proof").attempt()


def _mark() -> str:
    return f"lskeys-{secrets.token_hex(8)}"


def _look(instance: Instance) -> str:
    words = ("lskeys", "instances", "--check", instance.name, *hosts.options_to(instance))
    return f"to see whether it opens, and what to do: {shlex.join(words)}"


def _called(endpoint: SshEndpoint) -> str:
    return f"{endpoint.instance.name} in {endpoint.instance.region}"
