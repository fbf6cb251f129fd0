"""What a file on this computer holds, as far as it shows without a passphrase. Pure."""

from lskeys.keys.encoding import KeyMaterialError, plain
from lskeys.keys.material import KeyFileContent
from lskeys.keys.private import find_private, open_private
from lskeys.keys.public import read_public

# Looking for these first keeps a directory of a thousand other files fast; the last one is base64
# of "-----BEGIN".
_SIGNS = (b"PRIVATE KEY-----", b"PUBLIC KEY", b"ssh-", b"ecdsa-sha2-", b"LS0tLS1CRUdJTi")


def read_local(content: bytes) -> KeyFileContent | None:
    """The key in a file's content, or None if that is no single key; raises nothing."""
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
