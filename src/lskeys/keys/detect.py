"""Recognizes what a local file holds, without a passphrase. Pure."""

from lskeys.keys.encoding import KeyMaterialError, plain
from lskeys.keys.material import KeyFileContent
from lskeys.keys.private import find_private, open_private
from lskeys.keys.public import read_public

# Looking for these first keeps a directory of a thousand other files fast; the last one is base64
# of "-----BEGIN".
_SIGNS = (b"PRIVATE KEY-----", b"PUBLIC KEY", b"ssh-", b"ecdsa-sha2-", b"LS0tLS1CRUdJTi")


def read_local(content: bytes) -> KeyFileContent | None:
    """The key in the content of a file; None if it is not exactly one key. Never raises."""
    try:
        return _read(content)
    except KeyMaterialError:
        return None


def _read(content: bytes) -> KeyFileContent | None:
    text = plain(content)
    if not any(sign in text for sign in _SIGNS):
        return None
    envelope = find_private(text)
    if envelope is None:
        return KeyFileContent(read_public(text))
    if envelope.encrypted:
        return KeyFileContent(envelope.shown, encrypted=True)
    private = open_private(envelope, thorough=False)
    return KeyFileContent(private.public, private)
