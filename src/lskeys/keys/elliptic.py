"""Elliptic-curve signatures for `aws login`, as botocore calls them. Pure."""

from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key

_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """A private key on the curve P-256."""

    _key: ec.EllipticCurvePrivateKey

    def get_public_coords(self) -> tuple[bytes, bytes]:
        """The public point, x and y, 32 bytes each, big-endian."""
        point = self._key.public_key().public_numbers()
        return point.x.to_bytes(_BYTES, "big"), point.y.to_bytes(_BYTES, "big")

    def sign(self, digest: bytes) -> bytes:
        """The ECDSA signature of a SHA-256 digest, in DER."""
        return self._key.sign(digest, ec.ECDSA(Prehashed(SHA256())))


class EllipticCurve:
    """The operations of `awscrt.crypto.EC` that botocore uses."""

    @staticmethod
    def new_key_from_der_data(der: bytes) -> SigningKey:
        """A key from its DER (SEC 1 or PKCS#8).

        Raises:
            ValueError: It is not a private key on the curve P-256.
        """
        try:
            key = load_der_private_key(der, password=None)
        except (TypeError, UnsupportedAlgorithm) as error:
            raise ValueError("not an unencrypted private key") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
            raise ValueError("not a private key on the curve P-256")
        return SigningKey(key)

    @staticmethod
    def decode_der_signature_to_padded_pair(signature: bytes, pad_to: int = _BYTES) -> bytes:
        """The two numbers of a signature in DER, each padded to this many bytes (RFC 7518, 3.4)."""
        first, second = decode_dss_signature(signature)
        return first.to_bytes(pad_to, "big") + second.to_bytes(pad_to, "big")
