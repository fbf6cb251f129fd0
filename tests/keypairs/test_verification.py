"""Verification: what DownloadDefaultKeyPair hands out, against what GetKeyPairs reports."""

import pytest

from lskeys.errors import RefusedError, RemoteError
from lskeys.keypairs.verification import verify
from lskeys.model import DEFAULT_PAIR, DefaultKey, KeyPair, Secret
from tests.support.cli_keys import fingerprint, other_pem, own_pem, public_line

REGION = "eu-west-1"


def handed_out(private: str, public: str | None) -> DefaultKey:
    """A response of DownloadDefaultKeyPair."""
    return DefaultKey(Secret(private.encode()), public, None)


def reported(pem: str | None) -> KeyPair:
    """The default pair as GetKeyPairs reports it, with the fingerprint of a key."""
    known = None if pem is None else fingerprint(pem, "sha256-ssh")
    return KeyPair(DEFAULT_PAIR, REGION, fingerprint=known)


def test_verified() -> None:
    """Both keys and the fingerprint belong together: the type that matched is reported."""
    own = own_pem()
    found = verify(handed_out(own, public_line(own)), reported(own), REGION)
    assert found.fingerprint_type == "sha256-ssh"
    assert found.private_key.pem.reveal() == own.encode()


@pytest.mark.parametrize("pair", [None, reported(None)], ids=["no pair", "no fingerprint"])
@pytest.mark.parametrize("public", ["{}", "ssh-rsa {} "])
def test_unverified(pair: KeyPair | None, public: str) -> None:
    """Without a reported fingerprint nothing matches, and that is no failure.

    The doubled prefix of AWS's own sample of a public key is understood.
    """
    key = handed_out(own_pem(), public.format(public_line(own_pem())))
    assert verify(key, pair, REGION).fingerprint_type is None


@pytest.mark.parametrize("public", [None, ""])
def test_no_public_key_at_all(public: str | None) -> None:
    """A missing public key leaves the fingerprint to decide."""
    found = verify(handed_out(own_pem(), public), reported(own_pem()), REGION)
    assert found.fingerprint_type == "sha256-ssh"


@pytest.mark.parametrize("pair", ["other", "unknown"])
def test_another_fingerprint(pair: str) -> None:
    """A whole key with another fingerprint, or with one that cannot be read, is refused."""
    other = reported(other_pem())
    pair_reported = other if pair == "other" else KeyPair(DEFAULT_PAIR, REGION, fingerprint=pair)
    with pytest.raises(RefusedError, match="does not have the fingerprint"):
        verify(handed_out(own_pem(), public_line(own_pem())), pair_reported, REGION)


@pytest.mark.parametrize(
    "public", ["another's", "ssh-rsa", "garbage", "ssh-rsa AAAA", "\udcff\x1b[31m", " "]
)
def test_another_public_key(public: str) -> None:
    """Another key's public key, or an invalid one, next to the private key is refused."""
    text = public_line(other_pem()) if public == "another's" else public
    with pytest.raises(RefusedError, match="do not belong together"):
        verify(handed_out(own_pem(), text), reported(own_pem()), REGION)


@pytest.mark.parametrize("cut", [0, 40, 900, -40])
def test_no_private_key(cut: int) -> None:
    """A text that is no whole private key is AWS's failure."""
    with pytest.raises(RemoteError, match="is not a usable key"):
        verify(handed_out(own_pem()[:cut], None), reported(None), REGION)


def test_error_quotes_no_key() -> None:
    """What is reported of a damaged key has no line of it, nor has the error behind it."""
    damaged = own_pem().replace("A", "B")
    with pytest.raises(RemoteError) as raised:
        verify(handed_out(damaged, None), reported(None), REGION)
    error = raised.value
    shown = f"{error.message} {error.hint} {error.__cause__!r}"
    assert [line for line in damaged.split() if len(line) > 60 and line in shown] == []
