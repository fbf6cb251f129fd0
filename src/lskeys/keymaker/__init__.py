"""Reads SSH key material in every form it comes in; the only user of cryptography. Pure.

`read_private` and `read_public` demand one key and raise `KeyMaterialError`; `read_local` asks
what a file holds and never raises.
"""

from lskeys.keymaker.local import LocalMaterial, read_local
from lskeys.keymaker.private import PrivateKey, read_private
from lskeys.keymaker.public import ALGORITHMS, PublicKey, read_public
from lskeys.keymaker.texts import SIZE_LIMIT, KeyMaterialError

__all__ = [
    "ALGORITHMS",
    "SIZE_LIMIT",
    "KeyMaterialError",
    "LocalMaterial",
    "PrivateKey",
    "PublicKey",
    "read_local",
    "read_private",
    "read_public",
]
