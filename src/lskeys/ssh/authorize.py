"""Adds a key to an instance that runs, proves it, and only then takes old ones away.

Touches: the instance, by ssh. At every moment a key opens it that was proved to do so.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lskeys.errors import RefusedError, RemoteError
from lskeys.model import Instance, TemporaryAccess
from lskeys.ssh import authorized_keys
from lskeys.ssh.authorized_keys import KEEP, PublicLine
from lskeys.ssh.client import SshClient
from lskeys.ssh.endpoint import TEMPORARY_KEY, SshEndpoint, save_temporary
from lskeys.ssh.login_errors import command, login_error, look
from lskeys.ssh.login_log import Attempt, Verdict
from lskeys.text import one_line
from lskeys.values import replace

_OPTIONS = "the key has options there: remove them, or add another key"


@dataclass(frozen=True, slots=True)
class NewKey:
    """The key that is added.

    Attributes:
        line: Its line in authorized_keys.
        blob: Its wire bytes.
        private: The private key, which proves it.
        public: A file of the public key, which proves it with an ssh-agent that has the private
            one.
    """

    line: PublicLine
    blob: bytes
    private: Path | None
    public: Path | None = None

    @property
    def identity(self) -> Path | None:
        """What ssh is given to log in with it."""
        return self.private or self.public


@dataclass(frozen=True, slots=True)
class OldKey:
    """A key that is removed: its wire bytes, and the private key, which must not open it then."""

    blob: bytes
    private: Path | None = None


@dataclass(frozen=True, slots=True)
class Authorization:
    """What was done on an instance.

    Attributes:
        outcome: `authorized`, `unchanged`, or `added` for a key that could not be proved; with
            `would` in front for a dry run.
        opened_by: The local key it was opened with; None for temporary access, or ssh-agent's.
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
    old: Sequence[OldKey] = (),
    temporary: Callable[[], TemporaryAccess] | None = None,
) -> Authorization:
    """Let a key in, prove it, and take old ones away.

    `old` are keys to remove; `temporary` gets access where no local key opens the instance.

    Raises:
        NotOpenedError: No local key opens it, and temporary access is not wanted.
        RefusedError: Its host key differs, or the new key does not open it.
        RemoteError: It cannot be reached, the change failed there, or the connection was lost; or
            a key that was removed still opens it.
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
    removed = _removed(client, endpoint, key, [each.blob for each in old])
    for each in old:
        _check_closed(client, endpoint, each)
    return replace(done, removed=removed)


def _added(
    client: SshClient,
    endpoint: SshEndpoint,
    key: NewKey,
    temporary: Callable[[], TemporaryAccess] | None,
) -> Authorization:
    if key.identity:
        proof = endpoint.proof(client, key.identity)
        if proof.verdict is Verdict.OPENS:
            return Authorization(endpoint.instance, "unchanged", key.identity, is_proved=True)
        if proof.verdict is not Verdict.REFUSED:
            raise login_error(endpoint.instance, proof)
        if proof.is_accepted:
            raise _not_proved(endpoint, "there", proof)
    word, detail, attempt = _changed(client, endpoint, key, temporary)
    is_restricted = word == "restricted"
    word = "unchanged" if is_restricted else word
    opened_by = None if attempt.key and attempt.key.name == TEMPORARY_KEY else attempt.key
    done = Authorization(endpoint.instance, word, opened_by, file=detail)
    if key.identity is None:
        return done
    proof = endpoint.proof(client, key.identity)
    if proof.verdict is Verdict.OPENS:
        return replace(done, outcome="authorized" if word == "added" else word, is_proved=True)
    if key.private is None:  # nor has an ssh-agent the private key
        return done
    if proof.is_accepted:
        raise _not_proved(endpoint, f"in {detail}", proof)
    sshd = "its sshd may read another AuthorizedKeysFile, or refuse the permissions of that"
    raise RefusedError(
        f"{_called(endpoint)}: the key is in {detail}, but does not open it: {proof.reason}",
        hint=_OPTIONS if is_restricted else sshd,
        region=endpoint.instance.region,
    )


def _not_proved(endpoint: SshEndpoint, where: str, proof: Attempt) -> RefusedError:
    """The error for a new key that the instance accepts, and that opens no session all the same."""
    hint = f"{proof.remedy}, then run the same command again" if proof.remedy else None
    if proof.wants:
        hint = f"to log in with it: {command(endpoint.instance, 'ssh')}"
    return RefusedError(
        f"{_called(endpoint)}: the key is {where}, but is not proved: {proof.reason}",
        hint=hint or look(endpoint.instance),
        region=endpoint.instance.region,
    )


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
        if attempt.wants or (temporary is None and attempt.remedy):
            raise login_error(endpoint.instance, attempt)
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
    assert key.identity
    mark = _mark()
    login = endpoint.login(client, (endpoint.without_certificate(key.identity),), "remove")
    script = login.run_script(authorized_keys.remove(key.line, old, mark))
    said = script.read(mark)
    if not said.startswith("removed "):
        word, file = _reported(endpoint, said, script.end())
        if word == "restricted":
            raise RefusedError(
                f"{_called(endpoint)}: the key that stays has options in {file}, so no other is"
                " removed",
                hint=_OPTIONS,
                region=endpoint.instance.region,
            )
        return False
    proof = endpoint.proof(client, key.identity)
    script.send(KEEP if proof.verdict is Verdict.OPENS else "restore\n")
    said = script.read(mark)
    ended = script.end()
    if said.startswith("kept "):
        return True
    if not said:
        raise login_error(endpoint.instance, ended)
    raise RemoteError(
        f"{_called(endpoint)}: without the old key the new one does not open it, so both are there:"
        f" {proof.reason or 'the connection was lost'}",
        hint=look(endpoint.instance),
        region=endpoint.instance.region,
    )


def _check_closed(client: SshClient, endpoint: SshEndpoint, old: OldKey) -> None:
    """Check that a key that was removed opens the instance no more, where its private key is here.

    Raises:
        RemoteError: It does: sshd finds it elsewhere, too; or that could not be tried.
    """
    if old.private is None:
        return
    proof = endpoint.proof(client, old.private)
    if proof.verdict is Verdict.OPENS or proof.is_accepted:
        raise RemoteError(
            f"{_called(endpoint)}: {old.private} still opens it: its sshd finds that key elsewhere",
            hint="look for AuthorizedKeysFile and AuthorizedKeysCommand in its sshd_config",
            region=endpoint.instance.region,
        )
    if proof.verdict is not Verdict.REFUSED:
        raise RemoteError(
            f"{_called(endpoint)}: the key in {old.private} was removed from it, but whether it"
            f" still opens it could not be checked: {proof.reason}",
            hint=look(endpoint.instance),
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
            hint=look(endpoint.instance),
            region=region,
        )
    raise login_error(endpoint.instance, attempt)


def _mark() -> str:
    return f"lskeys-{secrets.token_hex(8)}"


def _called(endpoint: SshEndpoint) -> str:
    return f"{endpoint.instance.name} in {endpoint.instance.region}"
