"""What a file on this disk holds, as far as it shows without a passphrase. Pure."""

from dataclasses import dataclass

from lskeys.fingerprints import Fingerprint
from lskeys.keymaker.private import PrivateKey, find_private, open_private
from lskeys.keymaker.public import PublicKey, read_public
from lskeys.keymaker.texts import KeyMaterialError, plain

# Looking for these first keeps a folder of a thousand other files fast; the last one is base64
# of "-----BEGIN".
_SIGNS = (b"PRIVATE KEY-----", b"PUBLIC KEY", b"ssh-", b"ecdsa-sha2-", b"LS0tLS1CRUdJTi")


@dataclass(frozen=True, slots=True)
class LocalMaterial:
    """The key in a file.

    Attributes:
        public: The public key; None for an encrypted PEM, which does not show it.
        private: The private key, where it is there in clear.
        encrypted: Whether there is a private key under a passphrase.
    """

    public: PublicKey | None
    private: PrivateKey | None = None
    encrypted: bool = False

    @property
    def has_private(self) -> bool:
        """Whether the private half is there, in clear or under a passphrase."""
        return self.private is not None or self.encrypted

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """Every form that can be computed from what shows."""
        if self.private:
            return self.private.fingerprints
        return self.public.fingerprints if self.public else ()


def read_local(content: bytes) -> LocalMaterial | None:
    """The key in a file's content, or None if that is no single key; raises nothing."""
    try:
        return _read(content)
    except KeyMaterialError:
        return None


def _read(content: bytes) -> LocalMaterial | None:
    text = plain(content)
    if not any(sign in text for sign in _SIGNS):
        return None
    envelope = find_private(text)
    if envelope is None:
        return LocalMaterial(read_public(text))
    if envelope.encrypted:
        return LocalMaterial(envelope.shown, encrypted=True)
    private = open_private(envelope, thorough=False)
    return LocalMaterial(private.public, private)
