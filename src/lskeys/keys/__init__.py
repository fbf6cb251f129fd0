"""Key material: read, generate, fingerprint, match; cryptography's only home. Pure.

`read_private` and `read_public` demand one key and raise `KeyMaterialError`. So does `read_file`,
which takes either kind and says whether ssh can load it; `read_local` is the same and never raises.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lskeys.keys.encoding import MAX_PASSPHRASE, SIZE_LIMIT, KeyMaterialError
from lskeys.keys.material import ALGORITHMS, KeyFileContent, PrivateKey, PublicKey

if TYPE_CHECKING:
    from lskeys.keys.detect import read_file, read_local
    from lskeys.keys.generate import encrypt, make
    from lskeys.keys.key_lists import choose_key
    from lskeys.keys.private import read_private
    from lskeys.keys.public import read_public

__all__ = [
    "ALGORITHMS",
    "MAX_PASSPHRASE",
    "SIZE_LIMIT",
    "KeyFileContent",
    "KeyMaterialError",
    "PrivateKey",
    "PublicKey",
    "choose_key",
    "encrypt",
    "load",
    "make",
    "read_file",
    "read_local",
    "read_private",
    "read_public",
]

_FUNCTIONS = {
    "choose_key": "key_lists",
    "encrypt": "generate",
    "make": "generate",
    "read_file": "detect",
    "read_local": "detect",
    "read_private": "private",
    "read_public": "public",
}


def load() -> None:
    """Load all of it, before a key is at stake: what cannot be loaded later would lose it."""
    for module in _FUNCTIONS.values():
        import_module(f"{__name__}.{module}")


def __getattr__(name: str) -> Any:  # noqa: ANN401  a function of any signature
    """A function, by PEP 562: cryptography is loaded with the first key, and no help has one."""
    if name not in _FUNCTIONS:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_FUNCTIONS[name]}"), name)
