"""Matching: key pairs and local files are brought together by fingerprint, and none is lost."""

import base64
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lskeys.keys.fingerprints import Digest, Fingerprint, FingerprintType, parse
from lskeys.keys.matching import LocalKey, Match, match_all, match_one, translate
from lskeys.model import KeyPair
from lskeys.values import replace

PUBLIC_TYPES = (FingerprintType.MD5_SPKI, FingerprintType.MD5_SSH, FingerprintType.SHA256_SSH)
SIZES = {
    FingerprintType.MD5_SPKI: 16,
    FingerprintType.MD5_SSH: 16,
    FingerprintType.SHA1_PKCS8: 20,
    FingerprintType.SHA256_SSH: 32,
}


def fingerprint(number: int, fingerprint_type: FingerprintType) -> Fingerprint:
    """The fingerprint that key NUMBER has of a type; different for each of both."""
    text = f"{number} {fingerprint_type}".encode()
    return Fingerprint(
        fingerprint_type, Digest(hashlib.sha256(text).digest()[: SIZES[fingerprint_type]])
    )


def local(number: int, path: str, *, private: bool = True, shows: bool = True) -> LocalKey:
    """A file that holds key NUMBER, or its public key, or shows nothing of it."""
    fingerprint_types = (*PUBLIC_TYPES, FingerprintType.SHA1_PKCS8) if private else PUBLIC_TYPES
    return LocalKey(
        path=Path(path),
        fingerprints=tuple(
            fingerprint(number, fingerprint_type) for fingerprint_type in fingerprint_types
        )
        if shows
        else (),
        has_private=private,
        encrypted=not shows,
        mode=0o600,
        blob=str(number).encode() if shows else None,
    )


def pair(name: str, reported: str | None) -> KeyPair:
    """A key pair as AWS reports it."""
    return KeyPair(name=name, region="us-east-1", fingerprint=reported)


@pytest.mark.parametrize("fingerprint_type", FingerprintType)
def test_every_form_matches_and_is_named(fingerprint_type: FingerprintType) -> None:
    """Whichever type AWS reports, the file is found and the type is known."""
    keys = (local(1, "one"), local(2, "two"))
    assert match_one(str(fingerprint(2, fingerprint_type)), keys) == (
        Match(keys[1], fingerprint_type),
    )


def test_the_spelling_makes_no_difference() -> None:
    """Upper case, no colons, a prefix, `=` at the end: it is the same fingerprint."""
    key = local(1, "one")
    md5, sha256 = (
        fingerprint(1, FingerprintType.MD5_SPKI).digest,
        fingerprint(1, FingerprintType.SHA256_SSH).digest,
    )
    padded = base64.b64encode(sha256.value).decode()
    for spelled in (md5.value.hex().upper(), f"MD5:{md5}", padded, f"sha256:{padded}"):
        assert [each.key for each in match_one(spelled, [key])] == [key]


@pytest.mark.parametrize("reported", [None, "", "null", "unknown", "aa:bb"])
def test_a_pair_without_fingerprint_matches_nothing(reported: str | None) -> None:
    """Files without fingerprints do not match it either: two unknowns are no proof."""
    keys = (local(1, "one"), local(2, "hidden", shows=False))
    assert match_one(reported, keys) == ()
    assert match_all([pair("web", reported)], keys)[0].matches == ()


def test_a_public_key_belongs_where_its_private_key_belongs() -> None:
    """The private key's fingerprint shows in it alone; files of the same key share it."""
    public, private = local(1, "id.pub", private=False), local(1, "id")
    reported = str(fingerprint(1, FingerprintType.SHA1_PKCS8))
    assert match_one(reported, [public]) == ()
    assert [each.key for each in match_one(reported, [public, private])] == [public, private]


def test_hidden_keys_share_nothing() -> None:
    """Files that show no public key are not taken for copies of each other."""
    keys = [local(1, "one", shows=False), local(2, "two", shows=False), local(3, "three")]
    reported = str(fingerprint(3, FingerprintType.MD5_SSH))
    assert [each.key for each in match_one(reported, keys)] == [keys[2]]


def test_a_key_known_by_fingerprint_alone_matches() -> None:
    """Its public key need not be at hand."""
    key = replace(local(1, "one"), blob=None)
    found = match_one(str(fingerprint(1, FingerprintType.MD5_SSH)), [key])
    assert found == (Match(key, FingerprintType.MD5_SSH),)


def test_all_copies_are_found_in_their_order() -> None:
    """A key may lie in several files; one pair may be in several regions."""
    keys = (local(1, "b"), local(2, "c"), local(1, "a"))
    pairs = [pair("web", str(fingerprint(1, FingerprintType.MD5_SSH)))] * 2
    found = match_all(pairs, keys)
    assert [[match.key for match in each.matches] for each in found] == [
        [keys[0], keys[2]],
        [keys[0], keys[2]],
    ]


numbers = st.integers(0, 3)
keys_strategy = st.lists(
    st.builds(
        local, numbers, st.sampled_from("abcdef"), private=st.booleans(), shows=st.booleans()
    ),
    max_size=6,
    unique_by=lambda each: each.path,
).map(tuple)
reported_strategy = st.one_of(
    st.none(),
    st.just("null"),
    st.builds(fingerprint, numbers, st.sampled_from(FingerprintType)).map(str),
)
pairs_strategy = st.lists(st.builds(pair, st.sampled_from("xyz"), reported_strategy), max_size=5)


@given(pairs_strategy, keys_strategy)
def test_matching_finds_exactly_who_belongs(
    pairs: list[KeyPair], keys: tuple[LocalKey, ...]
) -> None:
    """A key is with a pair exactly if it, or a file of the same key, has its fingerprint.

    Each pair comes back once, in order.
    """
    found = match_all(pairs, keys)
    assert [each.pair for each in found] == pairs
    for each in found:
        digest = parse(each.pair.fingerprint or "")
        owners = {
            key
            for key in keys
            for other in keys
            if key == other or (key.blob is not None and key.blob == other.blob)
            if any(known.digest == digest for known in other.fingerprints)
        }
        assert {match.key for match in each.matches} == owners
        assert each.matches == match_one(each.pair.fingerprint, keys)


@pytest.mark.parametrize("given_type", FingerprintType)
@pytest.mark.parametrize("reported_type", FingerprintType)
def test_a_value_is_translated_through_a_key_that_has_both(
    given_type: FingerprintType, reported_type: FingerprintType
) -> None:
    """SHA256 from ssh-keygen and MD5 from AWS meet in the local key."""
    keys = (local(2, "two"), local(1, "one"))
    value = fingerprint(1, given_type).digest
    reported = str(fingerprint(1, reported_type))
    assert translate(value, reported, keys) == Match(keys[1], reported_type)


def test_two_keys_do_not_translate_for_each_other() -> None:
    """One key has the value, another what AWS reports: that is no match."""
    keys = (local(1, "one"), local(2, "two"))
    value = fingerprint(1, FingerprintType.SHA256_SSH).digest
    assert translate(value, str(fingerprint(2, FingerprintType.MD5_SPKI)), keys) is None
    assert translate(value, None, keys) is None
    assert translate(value, str(fingerprint(1, FingerprintType.MD5_SPKI)), []) is None


def test_a_translation_may_cross_files_of_one_key() -> None:
    """The private key's fingerprint is in one file, what was typed may be that of its `.pub`."""
    keys = (local(1, "id.pub", private=False), local(1, "id"))
    value = fingerprint(1, FingerprintType.SHA256_SSH).digest
    found = translate(value, str(fingerprint(1, FingerprintType.SHA1_PKCS8)), keys)
    assert found == Match(keys[0], FingerprintType.SHA1_PKCS8)
