"""Recognizes what a local file holds, without a passphrase. Pure."""

import re

from lskeys.keys.encoding import KINDS, KeyMaterialError, unwrapped
from lskeys.keys.envelope import BEGIN, find_private
from lskeys.keys.key_lists import refuse_several_keys
from lskeys.keys.material import KeyFileContent
from lskeys.keys.private import content_of
from lskeys.keys.public import read_public
from lskeys.keys.putty import find_putty
from lskeys.values import replace

# Looking for these first keeps a directory of a thousand other files fast; the last two are base64
# of "-----BEGIN" and "ssh-".
_SIGNS = (
    *(b"PRIVATE KEY-----", b"PUBLIC KEY", b"ssh-", b"ecdsa-sha2-", b"PuTTY-User-Key-File"),
    *(b"LS0tLS1CRUdJTi", b"c3NoL"),
)
_OTHERS = (
    (rb"-----BEGIN CERTIFICATE-----", "it is an X.509 (TLS) certificate, not a key", KINDS),
    (
        rb"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----",
        "it is a key in the format of ssh.com, which is not read",
        "import it: ssh-keygen -i -f FILE > COPY",
    ),
    (
        rb"\A\x30[\x20-\x82]",
        "it is binary (DER or PKCS#12), where text is expected",
        "convert it: openssl pkey -in FILE -out COPY",
    ),
    (
        rb"\A\d+ (?:SHA256|MD5):",
        "it is a list of fingerprints, not of keys",
        "the keys themselves: ssh-add -L",
    ),
    (rb"PRIVATE.{1,3}KEY", "its BEGIN line is damaged", "copy the whole file again, as it is"),
)
"""What else people take for a key file: the sign, the reason, the hint."""


def read_local(content: bytes) -> KeyFileContent | None:
    """The key in the content of a file; None if it is not exactly one key. Never raises."""
    try:
        return read_file(content)
    except KeyMaterialError:
        return None


def read_file(content: bytes, *, passphrase: bytes | None = None) -> KeyFileContent:
    """The key in a file's content; an encrypted one is opened where its passphrase is given.

    Raises:
        KeyMaterialError: The content is no single key, or the passphrase is wrong.
    """
    text = unwrapped(content)
    if not text.strip():
        raise KeyMaterialError("it is empty", hint="copy the key again")
    if not any(sign in text for sign in _SIGNS):
        raise _no_key(text)
    putty = find_putty(text)
    if putty is not None:
        return putty
    refuse_several_keys(text)
    envelope = find_private(content)
    if envelope is None and b"PRIVATE KEY-----" in text:
        raise _no_key(text)
    if envelope is None:
        try:
            return KeyFileContent(read_public(text))
        except KeyMaterialError as error:
            raise _other(text) or error from None
    return replace(content_of(envelope, passphrase), is_repeated=len(BEGIN.findall(text)) > 1)


def _no_key(text: bytes) -> KeyMaterialError:
    """Why a text without any sign of a key is none, as far as that shows."""
    return _other(text) or KeyMaterialError("it holds no key", hint=KINDS)


def _other(text: bytes) -> KeyMaterialError | None:
    for sign, reason, hint in _OTHERS:
        if re.search(sign, text, re.DOTALL):
            return KeyMaterialError(reason, hint=hint)
    return None
