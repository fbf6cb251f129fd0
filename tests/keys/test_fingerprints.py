"""Fingerprints: every spelling, and the four types against ssh-keygen and openssl."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lskeys import keys
from lskeys.keys import fingerprints
from lskeys.keys.fingerprints import Comparison, Digest, Fingerprint, FingerprintType
from tests.support.cli_keys import said as tool
from tests.tools.fuzz.budget import fuzz

digests = st.sampled_from([16, 20, 32]).flatmap(
    lambda size: st.binary(min_size=size, max_size=size)
)
KINDS = ("rsa", "ed25519", "ecdsa-256", "ecdsa-384", "ecdsa-521")


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


LOOKALIKES = st.text("0123456789abcdefABCDEFMDSHmdsha:+/= \u0660\uff10\u0430\n", max_size=70)


@st.composite
def spellings(draw: st.DrawFn, value: bytes) -> str:
    """Any spelling of a digest that a tool or a person writes."""
    digest = Digest(value)
    digits = "".join(draw(st.sampled_from([each, each.upper()])) for each in value.hex())
    pairs = [digits[at : at + 2] for at in range(0, len(digits), 2)]
    base = base64.b64encode(value).decode()
    bodies = [":".join(pairs), "".join(pairs)]
    name = draw(st.sampled_from(["", digest.algorithm, digest.algorithm.upper()]))
    if name or digest.algorithm == "sha256":
        bodies += [base, base.rstrip("=")]
    body = draw(st.sampled_from(bodies))
    space = st.sampled_from(["", " ", "\n", "\t"])
    return f"{draw(space)}{name}{':' if name else ''}{body}{draw(space)}"


@given(digests, st.data())
@fuzz
def test_every_spelling_of_a_fingerprint(value: bytes, data: st.DataObject) -> None:
    """Parsing undoes spelling, and one spelling is the same as any other."""
    spelled, other = data.draw(spellings(value)), data.draw(spellings(value))
    assert fingerprints.parse(spelled) == Digest(value)
    assert fingerprints.same(spelled, other)


@given(LOOKALIKES | st.text(st.characters(exclude_categories=())))
@fuzz
def test_what_looks_like_a_fingerprint(text: str) -> None:
    """Showing undoes parsing: what is read is shown in a way that is read as the same."""
    found = fingerprints.parse(text)
    if found is not None:
        assert text.strip().isascii()
        assert fingerprints.parse(str(found)) == found
        assert found.algorithm in {"md5", "sha1", "sha256"}
        assert str(found).isprintable()


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
    """Two unreadable texts are no proof of anything, even if they are equal."""
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


def test_the_type_that_matched_is_reported() -> None:
    """AWS's spelling finds the one candidate it equals."""
    wanted = Fingerprint(FingerprintType.SHA256_SSH, Digest(b"w" * 32))
    candidates = [Fingerprint(FingerprintType.MD5_SSH, Digest(b"m" * 16)), wanted]
    assert fingerprints.match(str(wanted), candidates) == wanted.fingerprint_type


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


def test_the_names_of_the_types() -> None:
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
