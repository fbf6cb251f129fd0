"""Fingerprints: every spelling, and the four forms against ssh-keygen and openssl."""

import base64
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lskeys import keys
from lskeys.keys import fingerprints
from lskeys.keys.fingerprints import Comparison, Digest, Fingerprint, FingerprintType

digests = st.sampled_from([16, 20, 32]).flatmap(
    lambda size: st.binary(min_size=size, max_size=size)
)
KINDS = ("rsa", "ed25519", "ecdsa-256", "ecdsa-384", "ecdsa-521")


def tool(*words: str | Path, stdin: bytes = b"") -> bytes:
    """What another program prints."""
    return subprocess.run(words, input=stdin, capture_output=True, check=True).stdout


def ssh_keygen_says(path: Path, algorithm: str) -> str:
    """The fingerprint column of `ssh-keygen -l`."""
    return tool("ssh-keygen", "-l", "-E", algorithm, "-f", path).split()[1].decode()


def openssl_says(der: bytes, algorithm: str) -> str:
    """The colon-hex digest of some DER, as `openssl dgst -c` prints it."""
    return tool("openssl", "dgst", f"-{algorithm}", "-c", stdin=der).split()[-1].decode()


def by_fingerprint_type(path: Path) -> dict[FingerprintType, str]:
    """Our fingerprints of a private key file."""
    key = keys.read_private(path.read_bytes())
    return {each.fingerprint_type: str(each) for each in key.fingerprints}


@given(digests)
def test_a_digest_is_read_back_as_it_was_written(value: bytes) -> None:
    """Parsing what is shown gives the digest that was shown."""
    assert fingerprints.parse(str(Digest(value))) == Digest(value)


@given(value=digests, colons=st.booleans(), upper=st.booleans(), prefix=st.booleans())
def test_hex_is_read_in_every_spelling(
    *, value: bytes, colons: bool, upper: bool, prefix: bool
) -> None:
    """Colons, case, prefix and surrounding space make no difference in hex."""
    text = value.hex(":") if colons else value.hex()
    spelled = text.upper() if upper else text
    named = f"{Digest(value).algorithm.upper()}:{spelled}" if prefix else spelled
    assert fingerprints.parse(f" {named}\n") == Digest(value)


@given(value=digests, padded=st.booleans(), upper=st.booleans())
def test_base64_is_read_with_its_prefix(*, value: bytes, padded: bool, upper: bool) -> None:
    """Base64 behind a prefix of any case is read, with `=` or without."""
    body = base64.b64encode(value).decode()
    name = Digest(value).algorithm
    prefix = name.upper() if upper else name
    assert fingerprints.parse(f"{prefix}:{body if padded else body.rstrip('=')}") == Digest(value)


@given(st.binary(min_size=32, max_size=32))
def test_a_bare_base64_sha256_is_read(value: bytes) -> None:
    """The long digest needs no prefix, as `ssh-keygen -l` output is often cut behind it."""
    assert fingerprints.parse(base64.b64encode(value).decode()) == Digest(value)


@given(st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    """Any text is a digest of a known size or nothing at all."""
    found = fingerprints.parse(text)
    assert found is None or found.algorithm in ("md5", "sha1", "sha256")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "web-server",
        "LightsailDefaultKeyPair",
        "MD5:",
        "SHA1:" + "ab" * 16,
        "MD5:" + "ab" * 20,
        "SHA256:" + "ab" * 20,
        "ab" * 15,
        "ab" * 17,
        "a" * 31,
        base64.b64encode(b"x" * 16).decode(),
        base64.b64encode(b"x" * 20).decode(),
    ],
)
def test_what_is_no_fingerprint_is_none(text: str) -> None:
    """Names, wrong lengths, prefixes that lie and short bare base64 are no fingerprints."""
    assert fingerprints.parse(text) is None


@given(digests, digests)
def test_same_means_the_same_digest(one: bytes, other: bytes) -> None:
    """Two spellings are the same exactly if their digests are."""
    assert fingerprints.same(str(Digest(one)), Digest(one).value.hex().upper())
    assert fingerprints.same(str(Digest(one)), str(Digest(other))) == (one == other)


def test_what_cannot_be_read_equals_nothing() -> None:
    """Not even itself: two unreadable texts are no proof of anything."""
    assert not fingerprints.same("null", "null")


def test_a_missing_fingerprint_matches_nothing() -> None:
    """An absent or unreadable fingerprint is never "verified"."""
    candidates = [Fingerprint(FingerprintType.MD5_SPKI, Digest(bytes(16)))]
    assert fingerprints.match(None, candidates) is None
    assert fingerprints.match("", candidates) is None
    assert fingerprints.match("null", candidates) is None


@pytest.mark.parametrize(
    ("reported", "sameness"),
    [
        ("11" * 16, Comparison.SAME),
        ("33" * 16, Comparison.SAME),
        ("22" * 16, Comparison.OTHER),
        ("11" * 20, Comparison.UNKNOWN),
        ("nonsense", Comparison.UNKNOWN),
        ("", Comparison.UNKNOWN),
        (None, Comparison.UNKNOWN),
    ],
)
def test_comparing_has_three_outcomes(reported: str | None, sameness: Comparison) -> None:
    """Same, other, or unknown where no fingerprint of the algorithm is at hand."""
    known = [
        Fingerprint(FingerprintType.MD5_SPKI, Digest(b"\x11" * 16)),
        Fingerprint(FingerprintType.MD5_SSH, Digest(b"\x33" * 16)),
    ]
    assert fingerprints.compare(reported, known) is sameness


def test_the_form_that_matched_is_reported() -> None:
    """AWS's spelling finds the one candidate it equals."""
    wanted = Fingerprint(FingerprintType.SHA256_SSH, Digest(b"w" * 32))
    candidates = [Fingerprint(FingerprintType.MD5_SSH, Digest(b"m" * 16)), wanted]
    assert fingerprints.match(str(wanted), candidates) == wanted


@pytest.mark.parametrize(
    ("fingerprint_type", "value", "spelled"),
    [
        (FingerprintType.MD5_SPKI, bytes(16), ":".join(["00"] * 16)),
        (FingerprintType.SHA1_PKCS8, bytes(20), ":".join(["00"] * 20)),
        (FingerprintType.MD5_SSH, bytes(16), "MD5:" + ":".join(["00"] * 16)),
        (FingerprintType.SHA256_SSH, bytes(32), "SHA256:" + "A" * 43),
    ],
)
def test_a_fingerprint_is_spelled_as_its_tool_prints_it(
    fingerprint_type: FingerprintType, value: bytes, spelled: str
) -> None:
    """`ssh-keygen` names the algorithm, openssl does not; what is compared has no MD5 before it."""
    found = Fingerprint(fingerprint_type, Digest(value))
    assert found.spelled == spelled
    assert str(found) == spelled.removeprefix("MD5:")


def test_the_names_of_the_forms() -> None:
    """They are shown, and scripts read them."""
    assert list(FingerprintType) == ["md5-spki", "sha1-pkcs8", "md5-ssh", "sha256-ssh"]


@pytest.mark.parametrize("place", [3, 40])
def test_base64_with_something_else_in_it(place: int) -> None:
    """A character that is no base64 is not passed over."""
    body = base64.b64encode(bytes(range(32))).decode()
    for other in ("-", "----", "é", "****"):
        assert fingerprints.parse(f"SHA256:{body[:place]}{other}{body[place:]}") is None


@pytest.mark.parametrize("kind", KINDS)
def test_ssh_forms_are_what_ssh_keygen_prints(key_files: dict[str, Path], kind: str) -> None:
    """MD5 and SHA-256 of the wire blob equal `ssh-keygen -l`, for every algorithm."""
    ours = by_fingerprint_type(key_files[kind])
    assert f"MD5:{ours[FingerprintType.MD5_SSH]}" == ssh_keygen_says(key_files[kind], "md5")
    assert ours[FingerprintType.SHA256_SSH] == ssh_keygen_says(key_files[kind], "sha256")


@pytest.mark.parametrize("kind", [*KINDS, "pkcs1", "pkcs8", "sec1"])
def test_der_forms_are_what_openssl_computes(pem_files: dict[str, Path], kind: str) -> None:
    """MD5 of the public DER and SHA-1 of the private PKCS#8 DER equal openssl's recipes."""
    path = pem_files[kind]
    ours = by_fingerprint_type(path)
    spki = tool("openssl", "pkey", "-in", path, "-pubout", "-outform", "DER")
    pkcs8 = tool("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", path, "-outform", "DER")
    assert ours[FingerprintType.MD5_SPKI] == openssl_says(spki, "md5")
    assert ours[FingerprintType.SHA1_PKCS8] == openssl_says(pkcs8, "sha1")
