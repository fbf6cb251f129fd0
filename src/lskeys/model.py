"""Key pairs, tags, instances, regions, secrets and outcomes, as frozen values. Pure."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Generic, NamedTuple, NoReturn, TypeVar

from lskeys.errors import InterruptedByUserError, LskeysError
from lskeys.values import replace, value

DEFAULT_PAIR = "LightsailDefaultKeyPair"
"""The name of the default key pair in every region (AWS: GetKeyPairs, includeDefaultKeyPair)."""

DEFAULT_ALIAS = "default"
"""What may be typed for the name of the default key pair."""


def default_key_file(region: str) -> str:
    """The default private key's file, as the web console names it."""
    return f"LightsailDefaultKey-{region}.pem"


def private_key_file(pair_name: str, region: str) -> str:
    """The usual file name of a key pair's private key."""
    return default_key_file(region) if pair_name == DEFAULT_PAIR else f"{pair_name}.pem"


U = TypeVar("U")
T = TypeVar("T", covariant=True)  # noqa: PLC0105  a frozen value: the plain name reads best


class Secret:
    """Private key text that is never shown, formatted or pickled; `reveal` returns it."""

    __slots__ = ("_text",)

    def __init__(self, text: bytes) -> None:
        self._text = text

    def reveal(self) -> bytes:
        """The text itself; every caller needs review."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(hidden)"

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not copied out of its process")


@value
class Tag:
    """A tag; Lightsail allows a key without a value."""

    key: str
    value: str | None = None


class _InAccount:
    """What an account has in a region."""

    __slots__ = ()
    region: str
    arn: str | None
    profile: str | None

    @property
    def where(self) -> "AccountRegion":
        """Its region, and the profile of its account if several are queried."""
        return AccountRegion(self.region, self.profile or "")

    @property
    def account(self) -> str | None:
        """The twelve-digit account ID, taken from the ARN."""
        parts = (self.arn or "").split(":")
        return parts[4] if len(parts) > 5 and parts[4] else None  # noqa: PLR2004  arn:aws:lightsail:R:ACCOUNT:…


@value
class KeyPair(_InAccount):
    """A key pair as AWS reports it; it contains no key.

    A response may lack every member but name and region. `used_by` (names of the instances that
    use it) and `local_files` (paths on this computer) are None until they are looked up.
    `outdated` are the instances among them that were launched with an earlier key of that name.
    `profile` is the profile of its account, if several are queried.
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
    profile: str | None = None
    used_by: tuple[str, ...] | None = None
    outdated: tuple[str, ...] = ()
    local_files: tuple[str, ...] | None = None

    @property
    def is_default(self) -> bool:
        """Whether this is the default key pair of the region."""
        return self.name == DEFAULT_PAIR

    @property
    def key_file(self) -> str:
        """The file its private key is expected in, as the web console and `create` name it."""
        return private_key_file(self.name, self.region)

    def with_usage(self, instances: "Iterable[Instance]") -> "KeyPair":
        """The key pair with `used_by` and `outdated` taken from these instances."""
        users = [each for each in instances if each.key_pair_name == self.name]
        return replace(
            self,
            used_by=tuple(sorted(each.name for each in users)),
            outdated=tuple(sorted(each.name for each in users if each.predates(self))),
        )


@value
class Instance(_InAccount):
    """A Lightsail instance, with what matters for SSH."""

    name: str
    region: str
    key_pair_name: str | None = None
    username: str | None = None
    public_ip: str | None = None
    created_at: datetime | None = None
    blueprint: str | None = None
    arn: str | None = None
    state: str | None = None
    profile: str | None = None

    def predates(self, pair: KeyPair) -> bool:
        """Whether it was launched before the key pair was created, so with an earlier key."""
        if self.created_at is None or pair.created_at is None:
            return False
        return self.created_at < pair.created_at

    @property
    def is_running(self) -> bool:
        """Whether AWS reports it as running, or reports no state."""
        return self.state in {None, "running"}

    @property
    def is_windows(self) -> bool:
        """Whether it is a Windows instance, whose password only the default key decrypts."""
        return (self.blueprint or "").startswith("windows")


def with_usage(
    pairs: Iterable[KeyPair], instances: Iterable[Instance] | None
) -> tuple[KeyPair, ...]:
    """The pairs of a region, with `used_by` known where its instances are."""
    every = None if instances is None else tuple(instances)
    return tuple(pairs) if every is None else tuple(pair.with_usage(every) for pair in pairs)


@value
class DefaultKey:
    """The response of DownloadDefaultKeyPair; the texts are not yet checked."""

    private_text: Secret
    public_text: str | None
    created_at: datetime | None


@value
class CreatedKey:
    """The response of CreateKeyPair, the only one with this key; the texts are not yet checked.

    `is_finished` says whether the key pair is there, as far as AWS says.
    """

    pair: KeyPair
    private_text: Secret
    public_text: str | None
    is_finished: bool = True


@value
class HostKey:
    """An SSH host key of an instance: algorithm and base64 text, as in known_hosts."""

    algorithm: str
    public_key: str


@value
class TemporaryAccess:
    """What opens an instance for some minutes, as GetInstanceAccessDetails hands it out."""

    private_text: Secret
    certificate: str
    host_keys: tuple[HostKey, ...]


@value
class Region:
    """A Lightsail region of the account; `profile` as in a key pair."""

    name: str
    display_name: str | None = None
    description: str | None = None
    continent_code: str | None = None
    profile: str | None = None


SEEN_INSTANCES = "instances"
SEEN_TAGS = "tags"


@value
class SeenNames:
    """Names seen in responses, of one kind; if the region is "", they are names of regions.

    The kinds are "" for key pairs, `SEEN_INSTANCES`, and `SEEN_TAGS`, whose names are
    `KEY_PAIR/KEY`. `gone` are names that are there no more; of tags, key pairs that have no others.
    `is_whole` means that there are no other names, except perhaps the default key pair.
    """

    region: str
    names: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    is_whole: bool = False
    kind: str = ""


@value
class Outcome(Generic[T]):
    """The result of a call to one region: a value, or an error.

    `profile` is the profile of its account, if several are queried.
    """

    region: str
    value: T | None = None
    error: LskeysError | None = None
    profile: str | None = None

    @property
    def where(self) -> "AccountRegion":
        """Where it comes from."""
        return AccountRegion(self.region, self.profile or "")

    def then(self, change: "Callable[[T], U]") -> "Outcome[U]":
        """What comes of the value, or the same error."""
        value = None if self.value is None else change(self.value)
        return Outcome(self.region, value, self.error, self.profile)


class Outcomes(tuple[Outcome[T], ...], Generic[T]):
    """What came of each of several tries, in their order."""

    __slots__ = ()

    @property
    def values(self) -> list[T]:
        """What those gave that did not fail."""
        return [each.value for each in self if each.value is not None]

    @property
    def errors(self) -> list[LskeysError]:
        """Why the others failed, each as often as it happened."""
        return [each.error for each in self if each.error]


def attempt(region: str, call: Callable[[], T]) -> Outcome[T]:
    """Call, and return the value or the error as the outcome of the region ("" for no region).

    A signal is not an outcome: it is raised.
    """
    try:
        return Outcome(region, value=call())
    except InterruptedByUserError:
        raise
    except LskeysError as error:
        return Outcome(region, error=error.with_(region=error.region or region or None))


class AccountRegion(NamedTuple):
    """A region, and the profile of its account if several are queried."""

    region: str
    profile: str = ""

    def __str__(self) -> str:
        return f"{self.region} of {self.profile}" if self.profile else self.region
