"""Makes SSH keys, and reads them in every form they come in; the only user of cryptography. Pure.

`read_private` and `read_public` demand one key and raise `KeyMaterialError`; `read_local` asks
what a file holds and never raises.
"""

from lskeys.keymaker.local import LocalMaterial, read_local
from lskeys.keymaker.making import LONGEST_PASSPHRASE, encrypt, make
from lskeys.keymaker.private import PrivateKey, read_private
from lskeys.keymaker.public import ALGORITHMS, PublicKey, read_public
from lskeys.keymaker.texts import SIZE_LIMIT, KeyMaterialError

__all__ = [
    "ALGORITHMS",
    "LONGEST_PASSPHRASE",
    "SIZE_LIMIT",
    "KeyMaterialError",
    "LocalMaterial",
    "PrivateKey",
    "PublicKey",
    "encrypt",
    "make",
    "read_local",
    "read_private",
    "read_public",
]
