"""PuTTY's private key files (.ppk): recognized, and read as far as their public key. Pure.

PuTTY's manual, appendix C, says how they are made up.
"""

import re

from lskeys.keys.encoding import KeyMaterialError, unbase64
from lskeys.keys.material import KeyFileContent
from lskeys.keys.public import from_blob
from lskeys.keys.ssh_loading import PUTTY
from lskeys.values import replace

_FILE = re.compile(
    rb"PuTTY-User-Key-File-[23]: \S+\s+Encryption: (?P<cipher>\S+)"
    rb"\s+Comment: ?(?P<comment>[^\r\n]*)"
    rb"\s+Public-Lines: \d+\s+(?P<public>[A-Za-z0-9+/=\s]+?)\s+(?:Key-Derivation|Private-Lines): ?"
)
_MARK = b"PuTTY-User-Key-File"


def find_putty(content: bytes) -> KeyFileContent | None:
    """What shows of a PuTTY key; None where there is none.

    Raises:
        KeyMaterialError: It is damaged, or of a kind or version that is not read.
    """
    if not content.lstrip().startswith(_MARK):
        return None
    found = _FILE.match(content.lstrip())
    blob = unbase64(found["public"]) if found else None
    if found is None or not blob:
        raise KeyMaterialError(
            "it is a PuTTY key (.ppk), cut off or of a version that is not read",
            hint="export it from PuTTYgen as an OpenSSH key",
        )
    public = replace(from_blob(blob), comment=found["comment"].decode(errors="replace"))
    return KeyFileContent(public, encrypted=found["cipher"] != b"none", obstacle=PUTTY)
