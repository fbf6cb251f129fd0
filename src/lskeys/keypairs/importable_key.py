"""A public key that can be imported, and how it is recognized at AWS. Pure."""

import base64
from dataclasses import dataclass

from lskeys.errors import RefusedError
from lskeys.keys import fingerprints
from lskeys.keys.derivation import print_public
from lskeys.keys.fingerprints import Fingerprint, FingerprintType
from lskeys.keys.matching import LocalKey
from lskeys.model import KeyPair


@dataclass(frozen=True, slots=True)
class ImportableKey:
    """What is sent of a key, and how it is recognized.

    Attributes:
        line: The raw OpenSSH line, algorithm and base64: ImportKeyPair takes nothing else.
        fingerprints: Those that are known of the key.
    """

    line: str
    fingerprints: tuple[Fingerprint, ...]

    def match(self, pair: KeyPair) -> FingerprintType | None:
        """The type of fingerprint by which the key matches a key pair."""
        return fingerprints.match(pair.fingerprint, self.fingerprints)

    def is_other(self, pair: KeyPair) -> bool:
        """Whether the pair certainly has another key; what cannot be compared may have this one."""
        return self.match(pair) is None and self.comparable(pair) is not None

    def comparable(self, pair: KeyPair) -> Fingerprint | None:
        """The key's fingerprint in the algorithm of the pair's; SHA-1 is of private keys."""
        reported = fingerprints.parse(pair.fingerprint or "")
        if reported is None:
            return None
        same = (each for each in self.fingerprints if each.digest.algorithm == reported.algorithm)
        return next(same, None)


def importable_key(key: LocalKey, name: str) -> ImportableKey:
    """The public key of a local key, which is to be imported under this name.

    Raises:
        RefusedError: It does not show without a passphrase; a neighbour called the same proves
            nothing.
    """
    if key.blob is None or key.algorithm is None or key.is_by_name:
        raise RefusedError(
            f"{key.path} is encrypted and does not show its public key",
            hint=print_public(key, f"| lskeys import {name} -"),
        )
    line = f"{key.algorithm} {base64.b64encode(key.blob).decode()}"
    return ImportableKey(line, key.fingerprints)
