"""The nouns: key pairs, tags, instances, regions, secrets, and a region's answer. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, NamedTuple, NoReturn, TypeVar

from lskeys.errors import InterruptedByUserError, LskeysError

DEFAULT_PAIR = "LightsailDefaultKeyPair"
"""The name of the default key pair in every region (AWS: GetKeyPairs, includeDefaultKeyPair)."""

DEFAULT_ALIAS = "default"
"""What may be typed for the name of the default key pair."""


def default_key_file(region: str) -> str:
    """The default private key's file, as the web console names it."""
    return f"LightsailDefaultKey-{region}.pem"


def private_key_file(pair_name: str, region: str) -> str:
    """The file that the private key of a key pair is saved in, unless told otherwise."""
    return default_key_file(region) if pair_name == DEFAULT_PAIR else f"{pair_name}.pem"


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
    """A key pair as AWS reports it: its public side, never a key.

    Every member but name and region may be absent in an answer. `used_by` (names of the
    instances that name it) and `local_files` (paths on this computer) are None until asked for.
    `outdated` are those of the instances that are older: they hold an earlier key of that name.
    `profile` is whose account it is in, where several are asked.
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
    outdated: tuple[str, ...] = ()
    local_files: tuple[str, ...] | None = None
    profile: str | None = None

    @property
    def is_default(self) -> bool:
        """Whether this is the region's default pair."""
        return self.name == DEFAULT_PAIR

    @property
    def account(self) -> str | None:
        """The twelve-digit account, read from the ARN."""
        return _account(self.arn)

    def with_usage(self, instances: "Iterable[Instance]") -> "KeyPair":
        """The pair with `used_by` known: the names of those instances that name it."""
        users = [each for each in instances if each.key_pair_name == self.name]
        return replace(
            self,
            used_by=tuple(sorted(each.name for each in users)),
            outdated=tuple(sorted(each.name for each in users if each.predates(self))),
        )


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
    arn: str | None = None
    state: str | None = None

    @property
    def account(self) -> str | None:
        """The twelve-digit account, read from the ARN."""
        return _account(self.arn)

    def predates(self, pair: KeyPair) -> bool:
        """Whether it is older than a pair: then it holds the key of an earlier one of that name."""
        if self.created_at is None or pair.created_at is None:
            return False
        return self.created_at < pair.created_at

    @property
    def is_running(self) -> bool:
        """Whether it runs, as far as AWS says."""
        return self.state in {None, "running"}

    @property
    def is_windows(self) -> bool:
        """Whether it is a Windows instance, whose password only the default key decrypts."""
        return (self.blueprint or "").startswith("windows")


@dataclass(frozen=True, slots=True)
class DefaultKey:
    """What DownloadDefaultKeyPair hands out; the texts are as sent, not yet checked."""

    private_text: Secret
    public_text: str | None
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class CreatedKey:
    """What CreateKeyPair hands out, once and never again; the texts are not yet checked."""

    pair: KeyPair
    private_text: Secret
    public_text: str | None


@dataclass(frozen=True, slots=True)
class HostKey:
    """An SSH host key of an instance: algorithm and base64, as in known_hosts."""

    algorithm: str
    public_key: str


@dataclass(frozen=True, slots=True)
class Region:
    """A region Lightsail has for this account; `profile` as in a key pair."""

    name: str
    display_name: str | None = None
    description: str | None = None
    continent_code: str | None = None
    profile: str | None = None


@dataclass(frozen=True, slots=True)
class SeenNames:
    """Names that an answer told in passing; where the region is "", they are regions.

    `is_whole` says that there are no others, but perhaps the default pair; `gone` are names of
    pairs that were deleted.
    """

    region: str
    names: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """One region's answer to one question: a value, or the error that came instead.

    `profile` is whose account it is, where several are asked.
    """

    region: str
    value: T | None = None
    error: LskeysError | None = None
    profile: str | None = None


def _account(arn: str | None) -> str | None:
    parts = (arn or "").split(":")
    return parts[4] if len(parts) > 5 and parts[4] else None  # noqa: PLR2004  arn:aws:lightsail:R:ACCOUNT:…


def attempt(region: str, call: Callable[[], T]) -> Outcome[T]:
    """What a call gives, or the error it ends with, as that region's answer; "" is none.

    A signal is no answer: it goes on to end the run.
    """
    try:
        return Outcome(region, value=call())
    except InterruptedByUserError:
        raise
    except LskeysError as error:
        error.region = error.region or region or None
        return Outcome(region, error=error)


class AccountRegion(NamedTuple):
    """A region, and the profile of the account where several are asked."""

    region: str
    profile: str = ""

    def __str__(self) -> str:
        return f"{self.region} of {self.profile}" if self.profile else self.region


def account_region(pair: KeyPair) -> AccountRegion:
    """Where a pair is."""
    return AccountRegion(pair.region, pair.profile or "")
