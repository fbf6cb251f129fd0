"""Which instances ssh can be told of: under which alias, with which key, trusting what. Pure."""

import base64
import ipaddress
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from lskeys.keys.matching import LocalKey, Match, MatchedPair
from lskeys.model import HostKey, Instance, KeyPair, Outcome
from lskeys.text import one_line

# What a Lightsail name is made of, but never an option's dash in front.
_NAME = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9._-]{0,254}")
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")  # useradd(8)
_ALGORITHMS = frozenset(
    {
        "ssh-ed25519",
        "ssh-rsa",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
    }
)
_LENGTH = 4  # bytes before each string of the wire format (RFC 4251, section 5)


@dataclass(frozen=True, slots=True)
class Host:
    """An instance as ssh is told of it; every text that gets into a file was checked.

    Attributes:
        alias: What is typed behind `ssh`.
        instance: The instance.
        address: Its public address.
        user: Whom to log in as; None where AWS does not say.
        identity_file: The private key on this computer that its key pair's fingerprint belongs to.
        host_keys: The keys it is known by; none where they are not pinned.
        notes: What a reader of its block should know.
    """

    alias: str
    instance: Instance
    address: str
    user: str | None = None
    identity_file: Path | None = None
    host_keys: tuple[HostKey, ...] = ()
    notes: tuple[str, ...] = ()


def unfit(instance: Instance) -> str | None:
    """Why ssh is not told of an instance, or None; whatever else is in its texts is no danger."""
    if instance.is_windows:
        return "Windows has no ssh"
    if not _NAME.fullmatch(instance.name):
        return "its name is none that ssh takes safely"
    if instance.public_ip is None:
        return "it has no public address"
    if _address(instance.public_ip) is None:
        return f"{one_line(instance.public_ip, limit=60)} is no address"
    if instance.username is not None and not _USER.fullmatch(instance.username):
        return f"{one_line(instance.username, limit=60)} is no user's name"
    return None


def aliases(instances: Iterable[Instance]) -> Mapping[Instance, str]:
    """What to call each instance: its name, or `name.region` where the name alone would not do.

    It does not do for a name that several regions have, and for one that could be another
    machine's: an instance called `github.com` must not catch `ssh github.com`. Of two instances
    with the same name in the same region, which Lightsail does not have, only the first counts.
    """
    first: dict[tuple[str, str], Instance] = {}
    for each in instances:
        first.setdefault((each.name, each.region), each)
    count = Counter(name for name, _ in first)
    return {
        each: f"{name}.{region}"
        if count[name] > 1 or "." in name or name.lower() == "localhost"
        else name
        for (name, region), each in first.items()
    }


def host(instance: Instance, alias: str, matched: MatchedPair | None) -> Host:
    """An instance with its key.

    Args:
        instance: One that is not `unfit`.
        alias: What to call it.
        matched: The pair of the name it has, with its local files; None if there is none.
    """
    key = _best(matched.matches) if matched else None
    address = _address(instance.public_ip or "")
    assert address is not None
    found = Host(alias, instance, address, instance.username, key.path if key else None)
    about_user = None if instance.username else "AWS names no user for it"
    about_key = _about_key(instance, matched.pair if matched else None, key)
    return replace(found, notes=tuple(filter(None, (about_user, about_key))))


def pinned(unpinned: Host, outcome: Outcome[tuple[HostKey, ...]]) -> Host:
    """The host with what it is known by; a key that could not stand in a file is passed over."""
    keys = tuple(key for key in outcome.value or () if _is_sound(key))
    if keys:
        return replace(unpinned, host_keys=keys)
    reason = "AWS has seen no host key of it"
    if outcome.error:
        reason = f"its host keys could not be read ({one_line(outcome.error.code, limit=60)})"
    elif outcome.value:
        reason = "AWS reports no host key that can be used"
    note = f"{reason}: check its fingerprint when ssh asks"
    return replace(unpinned, notes=(*unpinned.notes, note))


def _address(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return None if getattr(address, "scope_id", None) else str(address)


def _best(matches: Iterable[Match]) -> LocalKey | None:
    """A private key; rather one ssh accepts the permissions of, and one that proved itself."""
    private = (match.key for match in matches if match.key.has_private)
    return min(private, key=lambda key: (key.fix_command is not None, key.is_by_name), default=None)


def _about_key(instance: Instance, pair: KeyPair | None, key: LocalKey | None) -> str | None:
    if pair is None:
        gone = f"{instance.region} has no key pair of that name any more"
        return gone if instance.key_pair_name else "it names no key pair"
    if instance.predates(pair):
        return "it is older than that key pair, whose key will not open it: it holds an earlier one"
    if key is not None:
        return (
            f"ssh refuses this key until others cannot read it: {key.fix_command}"
            if key.fix_command
            else None
        )
    if pair.fingerprint is None:
        return "AWS reports no fingerprint of that key pair, so its key cannot be found"
    if pair.is_default:
        return f"its key is not on this computer: lskeys download-default --region {pair.region}"
    return "its private key is not on this computer, and AWS has none: copy it to ~/.ssh"


def _is_sound(key: HostKey) -> bool:
    """Whether it is of a known algorithm, in strict base64 of a key of that algorithm."""
    if key.algorithm not in _ALGORITHMS:
        return False
    try:
        blob = base64.b64decode(key.public_key, validate=True)
    except ValueError:
        return False
    name = key.algorithm.encode()
    start = len(name).to_bytes(_LENGTH, "big") + name
    return blob.startswith(start) and len(blob) > len(start) + _LENGTH
