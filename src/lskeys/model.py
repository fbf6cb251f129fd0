"""The nouns: key pairs, tags, instances, regions, secrets, and a region's answer. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, NoReturn, TypeVar

from lskeys.errors import LskeysError

DEFAULT_PAIR = "LightsailDefaultKeyPair"
"""The name of the default key pair in every region (AWS: GetKeyPairs, includeDefaultKeyPair)."""

T = TypeVar("T", covariant=True)  # noqa: PLC0105  a frozen answer: the plain name reads best


class Secret:
    """Private key text: no repr, no format, no pickle; `reveal` is the one way out."""

    __slots__ = ("_text",)

    def __init__(self, text: bytes) -> None:
        self._text = text

    def reveal(self) -> bytes:
        """The text itself; every caller is a place to review."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(hidden)"

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not copied out of its process")


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag; Lightsail allows a key without a value."""

    key: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A key pair as the service reports it: its public side, never a key.

    Every member but name and region may be absent in an answer. `used_by` (names of the
    instances that name it) and `local_files` (paths on this disk) are None until asked for.
    """

    name: str
    region: str
    arn: str | None = None
    support_code: str | None = None
    created_at: datetime | None = None
    availability_zone: str | None = None
    resource_type: str | None = None
    tags: tuple[Tag, ...] = ()
    fingerprint: str | None = None
    used_by: tuple[str, ...] | None = None
    local_files: tuple[str, ...] | None = None

    @property
    def is_default(self) -> bool:
        """Whether this is the region's default pair."""
        return self.name == DEFAULT_PAIR

    @property
    def account(self) -> str | None:
        """The twelve-digit account, read from the ARN."""
        parts = (self.arn or "").split(":")
        return parts[4] if len(parts) > 5 and parts[4] else None  # noqa: PLR2004  arn:aws:lightsail:R:ACCOUNT:…

    def with_usage(self, instances: "Iterable[Instance]") -> "KeyPair":
        """The pair with `used_by` known: the names of those instances that name it."""
        names = (each.name for each in instances if each.key_pair_name == self.name)
        return replace(self, used_by=tuple(sorted(names)))


@dataclass(frozen=True, slots=True)
class Instance:
    """A Lightsail instance, as far as keys are concerned."""

    name: str
    region: str
    key_pair_name: str | None = None
    username: str | None = None
    public_ip: str | None = None
    created_at: datetime | None = None
    blueprint: str | None = None


@dataclass(frozen=True, slots=True)
class DefaultKey:
    """What DownloadDefaultKeyPair hands out; the texts are as sent, not yet checked."""

    private_text: Secret
    public_text: str | None
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class Region:
    """A region Lightsail has for this account."""

    name: str
    display_name: str | None = None


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """One region's answer to one question: a value, or the error that came instead."""

    region: str
    value: T | None = None
    error: LskeysError | None = None
