"""Checks that a key from AWS is consistent and has the reported fingerprint. Pure."""

from dataclasses import dataclass

from lskeys import keys
from lskeys.errors import RefusedError, RemoteError
from lskeys.keys import KeyMaterialError, PrivateKey, fingerprints
from lskeys.keys.fingerprints import FingerprintType
from lskeys.model import CreatedKey, DefaultKey, KeyPair


@dataclass(frozen=True, slots=True)
class Verified:
    """A private key that is consistent and belongs to the public key sent with it.

    `fingerprint_type` is that of the fingerprint that equals the reported one; None means that AWS
    reports none, which is shown as "unverified".
    """

    private_key: PrivateKey
    fingerprint_type: FingerprintType | None


def verify(handed_out: DefaultKey | CreatedKey, pair: KeyPair | None, region: str) -> Verified:
    """Check a key from AWS against its public key and the reported fingerprint.

    Raises:
        RemoteError: The text is not a private key.
        RefusedError: Private and public key do not match, or the fingerprint differs.
    """
    private_key = _read(handed_out, region)
    if handed_out.public_text:
        _check_keys_match(private_key, handed_out.public_text, region)
    reported = pair.fingerprint if pair else None
    if reported is None:
        return Verified(private_key, None)
    fingerprint_type = fingerprints.match(reported, private_key.fingerprints)
    if fingerprint_type is None:
        raise RefusedError(
            f"the key that AWS returned in {region} does not have the fingerprint {reported}"
            " that AWS reports, nothing was saved",
            hint="the default key pair may have been replaced meanwhile; run the command again",
            region=region,
        )
    return Verified(private_key, fingerprint_type)


def _read(handed_out: DefaultKey | CreatedKey, region: str) -> PrivateKey:
    try:
        return keys.read_private(handed_out.private_text.reveal())
    except KeyMaterialError as error:
        raise RemoteError(
            f"what AWS returned in {region} is not a usable key: {error.message}",
            hint="nothing was saved; run the command again",
            code="InvalidResponse",
            region=region,
        ) from None


def _check_keys_match(private_key: PrivateKey, public_text: str, region: str) -> None:
    try:
        public = keys.read_public(public_text.encode(errors="replace"))
        together = public.blob == private_key.public.blob
    except KeyMaterialError:
        together = False
    if not together:
        raise RefusedError(
            f"the private and the public key from AWS in {region} do not belong together,"
            " nothing was saved",
            hint="run the command again; if it happens again, contact AWS support",
            region=region,
        )
