"""The guard: which fingerprint proves what, decided without a disk and without a service."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lskeys.errors import RefusedError, UsageError
from lskeys.keypairs.delete_guard import (
    Clearance,
    ExplicitFingerprint,
    FromLocalKey,
    check_deletion,
    parse_expectation,
)
from lskeys.keys import fingerprints
from lskeys.keys.fingerprints import FingerprintType
from lskeys.keys.matching import LocalKey
from lskeys.model import DEFAULT_PAIR, KeyPair
from lskeys.values import replace

REGION = "eu-west-1"
SPKI = ":".join(["11"] * 16)
PKCS8 = ":".join(["22"] * 20)
SSH = ":".join(["33"] * 16)
FOREIGN = ":".join(["99"] * 16)
SHA256 = "SHA256:" + "A" * 43
SPELLED = {
    FingerprintType.MD5_SPKI: SPKI,
    FingerprintType.SHA1_PKCS8: PKCS8,
    FingerprintType.MD5_SSH: SSH,
    FingerprintType.SHA256_SSH: SHA256,
}


def local_key(name: str = "key", *, private: bool = True, by_name: bool = False) -> LocalKey:
    """A key that has the four fingerprints above; a public key has three of them."""
    found = [
        fingerprints.Fingerprint(fingerprint_type, digest)
        for fingerprint_type, spelled in SPELLED.items()
        if (digest := fingerprints.parse(spelled))
        and (private or fingerprint_type is not FingerprintType.SHA1_PKCS8)
    ]
    path = Path(f"/keys/{name}")
    return LocalKey(path, tuple(found), private, encrypted=by_name, mode=0o600, is_by_name=by_name)


def stranger() -> LocalKey:
    """A key of which only another fingerprint is known."""
    digest = fingerprints.parse(FOREIGN)
    assert digest
    known = (fingerprints.Fingerprint(FingerprintType.MD5_SSH, digest),)
    return LocalKey(Path("/keys/stranger"), known, has_private=True, encrypted=False, mode=0o600)


def default_pair(fingerprint: str | None = SPKI) -> KeyPair:
    """A default pair that reports this."""
    return KeyPair(DEFAULT_PAIR, REGION, fingerprint=fingerprint)


def custom_pair(fingerprint: str | None = SPKI) -> KeyPair:
    """A pair of the user's own that reports this."""
    return KeyPair("web", REGION, fingerprint=fingerprint)


def given(spelled: str) -> ExplicitFingerprint:
    """A fingerprint that was typed."""
    expectation = parse_expectation(spelled, bare=False, names=["web"])
    assert isinstance(expectation, ExplicitFingerprint)
    return expectation


def decide(  # noqa: PLR0913  the decision's own facts, with defaults
    pair: KeyPair,
    expectation: FromLocalKey | ExplicitFingerprint | None,
    inventory: tuple[LocalKey, ...] = (),
    copies: tuple[LocalKey, ...] | None = None,
    *,
    is_named: bool = False,
    backup: bool = False,
    no_backup: bool = False,
) -> Clearance | str:
    """What the guard gives, or the reason it refuses for."""
    try:
        return check_deletion(
            pair,
            expectation,
            inventory,
            inventory if copies is None else copies,
            is_named=is_named,
            backup=backup,
            no_backup=no_backup,
        )
    except RefusedError as refused:
        return refused.message.replace(f"{pair.name} in {REGION} ", "")


def test_what_the_option_requires() -> None:
    """A bare option requires the local key, no option requires nothing."""
    assert parse_expectation(None, bare=True, names=["web"]) == FromLocalKey()
    assert parse_expectation(None, bare=False, names=["web"]) is None


@pytest.mark.parametrize("value", ["web", "", "a" * 31, "MD5:", "SHA256:abc", "aa:bb", "--key"])
def test_no_fingerprint(value: str) -> None:
    """A value that is no fingerprint is a usage error, whether names are left or not."""
    for names in ([], ["web"]):
        with pytest.raises(UsageError):
            parse_expectation(value, bare=False, names=names)


@pytest.mark.parametrize("reported", SPELLED, ids=str)
def test_bare_matches_every_type(reported: FingerprintType) -> None:
    """The local key is known by whichever type is reported, which is sent as it is spelled."""
    key = local_key()
    pair = default_pair(
        SPELLED[reported].upper() if reported != FingerprintType.SHA256_SSH else f"{SHA256}="
    )
    assert decide(pair, FromLocalKey(), (key,)) == Clearance(
        pair, pair.fingerprint, key.path, reported
    )


@pytest.mark.parametrize("typed", SPELLED, ids=str)
@pytest.mark.parametrize("reported", SPELLED, ids=str)
def test_value_is_translated(reported: FingerprintType, typed: FingerprintType) -> None:
    """A value of any type is translated into the reported one through the key that has both."""
    key, pair = local_key(), custom_pair(SPELLED[reported])
    assert decide(pair, given(SPELLED[typed]), (key,)) == Clearance(
        pair, SPELLED[reported], key.path, reported
    )


@pytest.mark.parametrize("pair", [default_pair(None), custom_pair(None)], ids=["default", "own"])
@pytest.mark.parametrize("expectation", [FromLocalKey(), given(SPKI)], ids=["bare", "value"])
@pytest.mark.parametrize("backup", [True, False])
def test_nothing_reported(
    pair: KeyPair, expectation: FromLocalKey | ExplicitFingerprint, *, backup: bool
) -> None:
    """Where no fingerprint is reported nothing is verified, and no option makes up for it."""
    found = decide(pair, expectation, (local_key(),), backup=backup, no_backup=not backup)
    assert found == "has no fingerprint at AWS, so nothing can be verified"


@pytest.mark.parametrize("reported", ["", "unknown", "xx:yy", "MD5", "0"])
def test_unreadable_report(reported: str) -> None:
    """A report that is no fingerprint equals no key and no value."""
    assert isinstance(decide(custom_pair(reported), FromLocalKey(), (local_key(),)), str)
    assert isinstance(decide(custom_pair(reported), given(SPKI), (local_key(),)), str)


KEY, PUBLIC, STRANGER = local_key(), local_key(private=False), stranger()
NO_COPY = "has no copy of its private key on this computer, and AWS forgets its own"
NO_LOCAL_KEY = f"no local key matches the fingerprint of ({SPKI})"
NOT_THE_NAMED = f"has the fingerprint {FOREIGN}, which /keys/key does not have"
NOT_DEFAULT = "is the default key pair, which is deleted only with a verified fingerprint"
REFUSALS: dict[str, tuple[Callable[[], Clearance | str], str]] = {
    "two keys do not translate for each other": (
        lambda: decide(custom_pair(), given(FOREIGN), (KEY, STRANGER)),
        f"has the fingerprint {SPKI}, not {FOREIGN}",
    ),
    "the default pair without a fingerprint": (
        lambda: decide(default_pair(), None, (KEY,), backup=True),
        NOT_DEFAULT,
    ),
    "the default pair without a backup": (
        lambda: decide(default_pair(), None, (KEY,), no_backup=True),
        NOT_DEFAULT,
    ),
    "a named file of another key, with a bare option": (
        lambda: decide(default_pair(FOREIGN), FromLocalKey(), (KEY,), is_named=True, backup=True),
        NOT_THE_NAMED,
    ),
    "a named file of another key, with the right value": (
        lambda: decide(custom_pair(FOREIGN), given(FOREIGN), (KEY,), is_named=True),
        NOT_THE_NAMED,
    ),
    "no copy": (lambda: decide(default_pair(), given(SPKI), ()), NO_COPY),
    "a public key is no copy": (lambda: decide(default_pair(), given(SPKI), (PUBLIC,)), NO_COPY),
    "a key known by its name is no copy": (
        lambda: decide(default_pair(), given(SPKI), (local_key(by_name=True),)),
        NO_COPY,
    ),
    "--no-backup is no proof": (
        lambda: decide(default_pair(), FromLocalKey(), no_backup=True),
        NO_LOCAL_KEY,
    ),
    "a backup does not fix a wrong value": (
        lambda: decide(default_pair(), given(FOREIGN), backup=True),
        f"has the fingerprint {SPKI}, not {FOREIGN}",
    ),
    "no backup can be made of a custom pair": (
        lambda: decide(custom_pair(), FromLocalKey(), backup=True),
        NO_LOCAL_KEY,
    ),
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_refused(kind: str) -> None:
    """Each for its reason."""
    decision, reason = REFUSALS[kind]
    assert decision() == reason


VERIFIED = (SPKI, KEY.path, FingerprintType.MD5_SPKI)
CLEARANCES: dict[str, tuple[Callable[[], Clearance | str], Clearance]] = {
    "a custom pair by a value that is reported": (
        lambda: decide(custom_pair(), given(SPKI.replace(":", ""))),
        Clearance(custom_pair(), SPKI),
    ),
    "a custom pair whose key is here": (
        lambda: decide(custom_pair(), None, (KEY,)),
        Clearance(custom_pair(), *VERIFIED),
    ),
    "a custom pair whose key is not here": (
        lambda: decide(custom_pair(FOREIGN), None, (KEY,)),
        Clearance(custom_pair(FOREIGN)),
    ),
    "a custom pair by its public key: AWS has no copy to lose": (
        lambda: decide(custom_pair(), FromLocalKey(), (PUBLIC,)),
        Clearance(custom_pair(), *VERIFIED),
    ),
    "the default pair, its copy elsewhere than the proof": (
        lambda: decide(
            *(default_pair(), FromLocalKey(), (PUBLIC,), (PUBLIC, local_key("copy"))), is_named=True
        ),
        Clearance(default_pair(), *VERIFIED),
    ),
    "the default pair, its only copy given up for a right value": (
        lambda: decide(default_pair(), given(SPKI), no_backup=True),
        Clearance(default_pair(), SPKI),
    ),
    "the default pair, with a backup that will be the proof": (
        lambda: decide(default_pair(), FromLocalKey(), backup=True),
        Clearance(default_pair(), SPKI, needs_backup=True),
    ),
    "the default pair by a value, with a backup": (
        lambda: decide(default_pair(), given(SPKI), backup=True),
        Clearance(default_pair(), SPKI, needs_backup=True),
    ),
}


@pytest.mark.parametrize("kind", CLEARANCES)
def test_cleared(kind: str) -> None:
    """With what is sent, and what proves it."""
    decision, clearance = CLEARANCES[kind]
    assert decision() == clearance


def test_public_key_knows_the_private_fingerprint_from_its_private_key() -> None:
    """A .pub next to its private key shares the fingerprint that only the latter shows."""
    public = replace(PUBLIC, path=Path("b.pub"), blob=b"same")
    private = replace(KEY, path=Path("a"), blob=b"same")
    pair = default_pair(PKCS8)
    assert decide(pair, FromLocalKey(), (public, private)) == Clearance(
        pair, PKCS8, Path("a"), FingerprintType.SHA1_PKCS8
    )
