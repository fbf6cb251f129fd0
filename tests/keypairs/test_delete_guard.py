"""The guard: which fingerprint proves what, decided without a disk and without a service."""

import subprocess
from pathlib import Path

import pytest

from lskeys import keys
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
        return refused.message.removeprefix(f"{pair.name} in {REGION} ")


def test_bare() -> None:
    """A bare option asks for the local key."""
    assert parse_expectation(None, bare=True, names=["web"]) == FromLocalKey()


def test_nothing_asked() -> None:
    """No option asks for nothing."""
    assert parse_expectation(None, bare=False, names=["web"]) is None


@pytest.mark.parametrize("value", ["web", "", "a" * 31, "MD5:", "SHA256:abc", "aa:bb", "--key"])
def test_no_fingerprint(value: str) -> None:
    """A value that is no fingerprint is a usage error, whether names are left or not."""
    for names in ([], ["web"]):
        with pytest.raises(UsageError):
            parse_expectation(value, bare=False, names=names)


@pytest.mark.parametrize("reported", SPELLED, ids=str)
def test_bare_matches_every_form(reported: FingerprintType) -> None:
    """The local key is known by whichever form is reported, which is sent as it is spelled."""
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
    """A value of any form is translated into the reported one through the key that has both."""
    key, pair = local_key(), custom_pair(SPELLED[reported])
    assert decide(pair, given(SPELLED[typed]), (key,)) == Clearance(
        pair, SPELLED[reported], key.path, reported
    )


def test_value_alone() -> None:
    """A custom pair goes for a value equal to the reported one, without any local key."""
    pair = custom_pair()
    assert decide(pair, given(SPKI.replace(":", ""))) == Clearance(pair, SPKI)


def test_no_translation_by_two_keys() -> None:
    """One key that has the value and another that has the reported one prove nothing."""
    digest = fingerprints.parse(FOREIGN)
    assert digest
    stranger = LocalKey(
        Path("/keys/stranger"),
        (fingerprints.Fingerprint(FingerprintType.MD5_SSH, digest),),
        has_private=True,
        encrypted=False,
        mode=0o600,
    )
    assert decide(custom_pair(), given(FOREIGN), (local_key(), stranger)) == (
        f"has the fingerprint {SPKI}, not {FOREIGN}"
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


@pytest.mark.parametrize("backup", [True, False])
def test_default_pair_unasked(*, backup: bool) -> None:
    """The default pair needs --fingerprint, whatever else is said."""
    found = decide(default_pair(), None, (local_key(),), backup=backup, no_backup=not backup)
    assert found == "is the default key pair, which is deleted only with a verified fingerprint"


def test_custom_pair_unasked() -> None:
    """A custom pair may go without a local key; a fingerprint is sent only if one has it."""
    key, foreign = local_key(), custom_pair(FOREIGN)
    found = Clearance(custom_pair(), SPKI, key.path, FingerprintType.MD5_SPKI)
    assert decide(custom_pair(), None, (key,)) == found
    assert decide(foreign, None, (key,)) == Clearance(foreign)


def test_named_file_must_match_a_bare_option() -> None:
    """A named file that is another key's is refused, the backup notwithstanding."""
    found = decide(
        default_pair(FOREIGN), FromLocalKey(), (local_key(),), is_named=True, backup=True
    )
    assert found == f"has the fingerprint {FOREIGN}, which /keys/key has not"


def test_named_file_must_match_a_value() -> None:
    """So it is beside a value that is right."""
    found = decide(custom_pair(FOREIGN), given(FOREIGN), (local_key(),), is_named=True)
    assert found == f"has the fingerprint {FOREIGN}, which /keys/key has not"


@pytest.mark.parametrize(
    "copies",
    [(), (local_key(private=False),), (local_key(by_name=True),)],
    ids=["none", "public", "by name"],
)
def test_no_copy(copies: tuple[LocalKey, ...]) -> None:
    """Nothing, a public key, or an unknown key next to it is no copy of the private key."""
    found = decide(default_pair(), given(SPKI), copies)
    assert found == "has no copy of its private key on this computer, and AWS forgets its own"


def test_copy_elsewhere() -> None:
    """The copy may lie elsewhere than the proof."""
    proof, copy = local_key("proof", private=False), local_key("copy")
    pair = default_pair()
    assert decide(pair, FromLocalKey(), (proof,), (proof, copy), is_named=True) == Clearance(
        pair, SPKI, proof.path, FingerprintType.MD5_SPKI
    )


def test_no_copy_of_a_custom_pair() -> None:
    """A custom pair's copy is its owner's business: AWS has none to lose."""
    pair, key = custom_pair(), local_key(private=False)
    assert decide(pair, FromLocalKey(), (key,)) == Clearance(
        pair, SPKI, key.path, FingerprintType.MD5_SPKI
    )


def test_given_up() -> None:
    """--no-backup lets the only copy go, for a value that is right."""
    pair = default_pair()
    assert decide(pair, given(SPKI), no_backup=True) == Clearance(pair, SPKI)


def test_given_up_without_proof() -> None:
    """--no-backup is no proof."""
    found = decide(default_pair(), FromLocalKey(), no_backup=True)
    assert found == f"has the fingerprint {SPKI}, and no local key has it"


@pytest.mark.parametrize("expectation", [FromLocalKey(), given(SPKI)], ids=["bare", "value"])
def test_backup(expectation: FromLocalKey | ExplicitFingerprint) -> None:
    """With --backup the key that is downloaded will be the proof."""
    pair = default_pair()
    assert decide(pair, expectation, backup=True) == Clearance(pair, SPKI, needs_backup=True)


def test_backup_does_not_mend_a_wrong_value() -> None:
    """A value that is another key's is refused, backup or not."""
    found = decide(default_pair(), given(FOREIGN), backup=True)
    assert found == f"has the fingerprint {SPKI}, not {FOREIGN}"


def test_backup_is_no_proof_of_a_custom_pair() -> None:
    """No backup can be made of a custom pair, so none stands for its key."""
    found = decide(custom_pair(), FromLocalKey(), backup=True)
    assert found == f"has the fingerprint {SPKI}, and no local key has it"


def test_public_half_knows_the_private_form_from_its_brother() -> None:
    """A .pub beside its clear private key shares the form that only the latter shows."""
    pem = subprocess.run(
        ("openssl", "genrsa", "-traditional", "2048"), check=True, capture_output=True
    ).stdout
    private = keys.read_private(pem)
    both = tuple(
        LocalKey(
            Path(name),
            found,
            has_private=name == "a",
            encrypted=False,
            mode=0o600,
            blob=private.public.blob,
        )
        for name, found in (("b.pub", private.public.fingerprints), ("a", private.fingerprints))
    )
    sha1 = next(
        str(each.digest)
        for each in private.fingerprints
        if each.fingerprint_type is FingerprintType.SHA1_PKCS8
    )
    pair = default_pair(sha1)
    assert decide(pair, FromLocalKey(), both) == Clearance(
        pair, sha1, Path("a"), FingerprintType.SHA1_PKCS8
    )
