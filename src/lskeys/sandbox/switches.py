"""Switches: whatever AWS does not say, or says in two ways, can be set. Pure."""

import difflib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from lskeys.sandbox.faults import Fault, parse_fault
from lskeys.sandbox.keys import Fingerprints, FingerprintType, KeyText, Origin
from lskeys.sandbox.sshd import Sshd, parse_sshd

_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@dataclass(frozen=True, slots=True)
class Switches:
    """How the emulator behaves where the behavior of Lightsail is not documented.

    Attributes:
        page_size: the most key pairs or instances in one response.
        latency: seconds every response waits.
        fingerprint_default: type of the default pair's fingerprint.
        fingerprint_created: type for pairs made by CreateKeyPair.
        key_text: how the text of a private key is spelled.
        doubled_prefix: `ssh-rsa ssh-rsa AAAA… `, as in AWS's published sample.
        created_fingerprint: whether CreateKeyPair's response has the fingerprint.
        default_by_name: whether GetKeyPair finds the default pair by its name.
        not_found_status: the HTTP status of NotFoundException, 400 or 404.
        namespaced_type: `com.amazonaws.lightsail#` before the error code in `__type`.
        sshd: servers that stand for instances, such as `blog=127.0.0.1:2222`.
        faults: what fails; of several that fit an operation, the first.

    Raises:
        ValueError: a value that is impossible.
    """

    page_size: int = 20
    latency: float = 0.0
    fingerprint_default: FingerprintType = FingerprintType.MD5_SPKI
    fingerprint_created: FingerprintType = FingerprintType.SHA1_PKCS8
    fingerprint_imported_rsa: FingerprintType = FingerprintType.MD5_SPKI
    fingerprint_imported_ed25519: FingerprintType = FingerprintType.SHA256_SSH
    key_text: KeyText = KeyText.PEM
    doubled_prefix: bool = False
    created_fingerprint: bool = False
    default_by_name: bool = True
    not_found_status: int = 400
    namespaced_type: bool = False
    sshd: tuple[Sshd, ...] = ()
    faults: tuple[Fault, ...] = ()

    def __post_init__(self) -> None:
        if self.page_size < 1:
            raise ValueError(f"page-size is a number from 1, not {self.page_size}")
        if not 0 <= self.latency < float("inf"):
            raise ValueError(f"latency is a number of seconds from 0, not {self.latency}")
        if self.not_found_status not in (400, 404):
            raise ValueError(f"not-found-status is 400 or 404, not {self.not_found_status}")
        imported = (self.fingerprint_imported_rsa, self.fingerprint_imported_ed25519)
        if FingerprintType.SHA1_PKCS8 in imported:
            raise ValueError("an imported key has no private key, so no sha1-pkcs8 fingerprint")

    def fingerprint(self, origin: Origin, fingerprints: Fingerprints) -> str | None:
        """The fingerprint AWS reports for a key of this origin, or None."""
        fingerprint_types = {
            Origin.DEFAULT: self.fingerprint_default,
            Origin.CREATED: self.fingerprint_created,
            Origin.IMPORTED_RSA: self.fingerprint_imported_rsa,
            Origin.IMPORTED_ED25519: self.fingerprint_imported_ed25519,
        }
        return fingerprints.fingerprint_type(fingerprint_types[origin])

    def changed(self, settings: Iterable[str]) -> "Switches":
        """These switches with some set from text: `page-size=5`, `fault=GetKeyPairs=reset*2`.

        `fault` and `sshd` may come several times and add; every other name sets. Names are the
        attributes', with `-` or `_`.

        Raises:
            ValueError: no such setting, or not a value of it; the message says what is possible.
        """
        changed = self
        for setting in settings:
            changed = changed._set(setting)
        return changed

    def _set(self, setting: str) -> "Switches":
        name, separator, value = setting.partition("=")
        attribute = name.strip().replace("-", "_")
        if not separator:
            raise ValueError(f"a setting is spelled NAME=VALUE, not {setting!r}")
        if attribute in _ADDING:
            several, parse = _ADDING[attribute]
            more: Any = (*getattr(self, several), parse(value))
            return replace(self, **{several: more})
        if attribute not in _READERS:
            raise ValueError(f"no setting {name!r}; {_known(attribute)}")
        return replace(self, **{attribute: _READERS[attribute](name, value)})


def switches_to_text(switches: Switches) -> str:
    """Switches as JSON, for the store."""
    raw: dict[str, Any] = {each.name: getattr(switches, each.name) for each in fields(switches)}
    return json.dumps(raw | {name: list(map(str, raw[name])) for name, _ in _ADDING.values()})


def switches_from_text(text: str) -> Switches:
    """Switches from JSON that `switches_to_text` made."""
    raw: dict[str, Any] = json.loads(text)
    several = [f"{name}={each}" for name, (kept, _) in _ADDING.items() for each in raw.pop(kept)]
    return Switches().changed([*(f"{name}={value}" for name, value in raw.items()), *several])


def _known(attribute: str) -> str:
    """What to write instead: the nearest name, else all there are."""
    names = [name.replace("_", "-") for name in (*_READERS, *_ADDING)]
    near = difflib.get_close_matches(attribute.replace("_", "-"), names, n=1)
    return f"is it {near[0]}?" if near else f"there are {' '.join(names)}"


def _whole_number(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise ValueError(f"{name} is a whole number, not {value!r}")
    return int(value)


def _seconds(name: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise ValueError(f"{name} is a number of seconds, not {value!r}") from None


def _truth(name: str, value: str) -> bool:
    if value.lower() not in _WORDS:
        raise ValueError(f"{name} is true or false, not {value!r}")
    return _WORDS[value.lower()]


def _one_of(kind: type[StrEnum]) -> Callable[[str, str], StrEnum]:
    def read(name: str, value: str) -> StrEnum:
        if value not in list(kind):
            raise ValueError(f"{name} is one of {' '.join(kind)}, not {value!r}")
        return kind(value)

    return read


_ADDING: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "fault": ("faults", parse_fault),
    "sshd": ("sshd", parse_sshd),
}
"""What may come several times → its attribute, and what reads one."""

_READERS: Mapping[str, Callable[[str, str], Any]] = {
    each.name: {
        bool: _truth,
        int: _whole_number,
        float: _seconds,
        FingerprintType: _one_of(FingerprintType),
        KeyText: _one_of(KeyText),
    }[type(each.default)]
    for each in fields(Switches)
    if type(each.default) is not tuple
}
"""Attribute → what reads its value."""
