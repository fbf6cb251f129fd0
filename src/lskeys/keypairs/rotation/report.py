"""What a rotation did, and what it leaves to do on the instances that use the key pair. Pure."""

import shlex
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from lskeys.keypairs.results import proof
from lskeys.keypairs.rotation.plan import JournalEntry, Plan
from lskeys.keys import grammar
from lskeys.model import DEFAULT_ALIAS, Instance
from lskeys.text import lskeys_command
from lskeys.values import replace


@dataclass(frozen=True, slots=True)
class InstanceFollowUp:
    """What is left to do for an instance, which still has the key it was launched with.

    Attributes:
        predates: Whether it was launched before the old pair was created: then the old key opens
            it only if that key was added to it since.
        command: Lets the new key in; None where there is none to give.
    """

    instance: Instance
    predates: bool
    command: str | None = None


@dataclass(frozen=True, slots=True)
class Rotation:
    """A default pair that was rotated, or would be.

    Attributes:
        outcome: Which of the two.
        path: The private key of the current pair; None if it was loaded into ssh-agent instead.
        old_fingerprint: What AWS reported of the old pair.
        old_path: Where its private key is kept; None if it is not in that directory (any more).
        fingerprint: What AWS reports of the new pair.
        fingerprint_type: The type of fingerprint that matched; None means "unverified".
        authorized_key: The new public key, as a line of authorized_keys.
        follow_ups: One for each instance that uses the key pair; None if they are unknown.
    """

    region: str
    outcome: Literal["rotated", "would rotate"]
    path: Path | None
    old_fingerprint: str
    old_path: Path | None = None
    old_is_encrypted: bool = False
    fingerprint: str | None = None
    fingerprint_type: str | None = None
    created_at: datetime | None = None
    authorized_key: str | None = None
    follow_ups: tuple[InstanceFollowUp, ...] | None = None


_APPEND = "{ echo; cat; } >> ~/.ssh/authorized_keys"
"""Adds a key on an instance; its own line end comes first, since the file may lack the last one."""


def preview(plan: Plan) -> Rotation:
    """The rotation of a dry run."""
    entry = plan.entry
    return Rotation(entry.region, "would rotate", entry.path, entry.old_fingerprint)


def with_follow_ups(rotation: Rotation, plan: Plan) -> Rotation:
    """The rotation with what is left to do on the instances that use the key pair."""
    if plan.naming is None:
        return rotation
    return replace(rotation, follow_ups=tuple(_follow_ups(rotation, plan.naming, plan.entry)))


def after_authorizing(rotation: Rotation, names: Collection[str], port: str) -> Rotation:
    """The rotation with what is left once instances of these names were authorized.

    For the others it is the command that was tried, with the option `port`: their old key may not
    open them, and the hint of their error says what does.
    """
    if rotation.follow_ups is None:
        return rotation
    left = (each for each in rotation.follow_ups if each.instance.name not in names)
    again = (replace(each, command=_authorize(each.instance, port)) for each in left)
    return replace(rotation, follow_ups=tuple(again))


def report(rotation: Rotation) -> Iterable[str]:
    """What was done and what is left to do, a line each; commands have lines of their own."""
    yield (
        f"rotated the default key pair of {rotation.region}:"
        f" new fingerprint {rotation.fingerprint or 'none'}, {proof(rotation.fingerprint_type)};"
        f" old fingerprint {rotation.old_fingerprint}"
    )
    state = "unchanged (encrypted) and " if rotation.old_is_encrypted else ""
    kept = f"kept as {rotation.old_path}" if rotation.old_path else "not in that directory any more"
    yield f"the old key is {state}{kept}"
    if rotation.path is None:
        yield f"the new key is only in ssh-agent; to save it: {_save(rotation)}"
    if rotation.follow_ups is None:
        yield "cannot list the instances that use the key pair; each keeps the key it has"
    if rotation.follow_ups:
        yield "line for authorized_keys:"
        yield f"{rotation.authorized_key}"
    for follow_up in rotation.follow_ups or ():
        yield from _follow_up_lines(follow_up, rotation.old_path)


def _save(rotation: Rotation) -> str:
    """Saves the new key; in the place of the old one, which is kept next to it."""
    replaced = ("--file", str(rotation.old_path), "--force") if rotation.old_path else ()
    return lskeys_command("download-default", *replaced, region=rotation.region)


def _follow_up_lines(follow_up: InstanceFollowUp, old_path: Path | None) -> Iterable[str]:
    name = follow_up.instance.name
    if follow_up.predates:
        name += " (launched with an even older key)"
    if follow_up.instance.is_windows:
        old = "the key it was launched with" if follow_up.predates else old_path or "the old key"
        yield f"{name}: its administrator password can only be decrypted with {old}"
    elif follow_up.command is None:
        yield f"{name}: no command can be given for it; add that line by hand"
    else:
        yield f"{name}:"
        yield follow_up.command


def _follow_ups(
    rotation: Rotation, naming: Iterable[Instance], entry: JournalEntry
) -> Iterable[InstanceFollowUp]:
    for instance in sorted(naming, key=lambda each: each.name):
        predates = bool(
            instance.created_at
            and entry.old_created_at
            and instance.created_at < entry.old_created_at
        )
        command = None
        if predates:
            command = _authorize(instance)
        elif rotation.old_path and not instance.is_windows:
            command = _command(instance, rotation.old_path, rotation)
        yield InstanceFollowUp(instance, predates, command)


def _authorize(instance: Instance, port: str = "") -> str | None:
    """The command that finds the key that opens it, by dates and content."""
    if instance.is_windows:
        return None
    words = ("authorize", instance.name, "--key-pair", DEFAULT_ALIAS)
    return lskeys_command(*words, region=instance.region) + port


def _command(instance: Instance, old_path: Path, rotation: Rotation) -> str | None:
    """A line for a shell; None where user or address are not what they should be.

    Both come from AWS, and whoever copies the line runs it.
    """
    address = grammar.address(instance.public_ip or "")
    if address is None or not grammar.is_user(instance.username or ""):
        return None
    append = f"ssh -i {shlex.quote(str(old_path))} {instance.username}@{address} '{_APPEND}'"
    if rotation.path is None:
        return f"echo {shlex.quote(rotation.authorized_key or '')} | {append}"
    return f"{append} < {shlex.quote(f'{rotation.path}.pub')}"
