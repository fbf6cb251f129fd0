"""Cleans up texts that hold keys and finds the PEM block in them. Pure."""

import base64
import codecs
import re

SIZE_LIMIT = 64 * 1024
"""Bytes; an RSA key of 16,384 bits takes 13 KB, longer texts are not read."""

MAX_PASSPHRASE = 1023
"""Bytes; cryptography takes no more."""

KINDS = "RSA, Ed25519 and ECDSA keys are read, in PEM, OpenSSH or RFC 4716 form"

_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),  # what `>` writes in Windows PowerShell 5
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class KeyMaterialError(Exception):
    """A text is not the expected key.

    The caller knows whether AWS or the user is responsible and raises the corresponding error.

    Args:
        message: One line, lower case, no full stop; never quotes the text.
        hint: What to do next, if known.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def plain(text: bytes) -> bytes:
    """The text in UTF-8 without a byte order mark; refused if it is longer than any key."""
    if len(text) > SIZE_LIMIT:
        raise KeyMaterialError(f"the text is longer than any key ({len(text)} bytes)")
    for mark, encoding in _ENCODINGS:
        if text.startswith(mark):
            return text.removeprefix(mark).decode(encoding, "replace").encode()
    return text


def block(begin: re.Pattern[bytes], text: bytes) -> tuple[bytes, bytes] | None:
    """Label and body of the only block whose BEGIN line matches, or None."""
    first = begin.search(text)
    if first is None:
        return None
    end = text.find(first[0].replace(b"BEGIN", b"END"), first.end())
    if end < 0:
        raise KeyMaterialError("the key is cut off: its END line is missing")
    if begin.search(text, end):
        raise KeyMaterialError("the text holds more than one key")
    return first[1], text[first.end() : end]


def pem(label: bytes, body: bytes) -> bytes:
    r"""A clean PEM text: `\n` line ends, no space around lines, exactly one final newline.

    Without headers (RFC 1421) white space has no meaning, so line ends that became spaces are
    restored.
    """
    lines = [each.strip() for each in body.strip().splitlines()] if b":" in body else body.split()
    edges = b"-----BEGIN " + label + b"-----", b"-----END " + label + b"-----\n"
    return b"\n".join((edges[0], *lines, edges[1]))


def unbase64(text: bytes) -> bytes | None:
    """The bytes of strict base64, ignoring white space, or None if it is not base64."""
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except ValueError:
        return None
