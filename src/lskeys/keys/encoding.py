"""Cleans up texts that hold keys and finds the PEM block in them.

Touches: the disk, looking whether a name in a hint is free.
"""

import base64
import codecs
import re
import shlex
from pathlib import Path

from lskeys.regular_files import free_name

SIZE_LIMIT = 64 * 1024
"""Bytes; an RSA key of 16,384 bits takes 13 KB, longer texts are not read."""

MAX_PASSPHRASE = 1023
"""Bytes; cryptography takes no more."""

KINDS = "supported: RSA, Ed25519 and ECDSA keys in PEM, OpenSSH or RFC 4716 format"

ENCRYPT_COPY = "install -m 600 FILE COPY && ssh-keygen -p -f COPY"
"""Change the passphrase of a copy, and with it how it is encrypted; prompts for both."""

_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),  # what `>` writes in Windows PowerShell 5
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
BOMS_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BARE_UTF16 = ((slice(1, 8, 2), "utf-16-le"), (slice(0, 8, 2), "utf-16-be"))
_BEGIN = b"-----BEGIN"
_PUBLIC = re.compile(rb"---- BEGIN|(?:^|\n)[ \t]*(?:ssh|sk|ecdsa)-|PuTTY-User-Key-File")
_QUOTED = re.compile(rb"\s*([\"'])(.*)\1\s*", re.DOTALL)
_WIDTH = 64  # characters in a line of PEM (RFC 7468, section 2)
_MAX_WIDTH = 76  # what other writers use at most


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

    def hint_for(self, path: Path) -> str | None:
        """The hint about this file, ready to paste: what it calls FILE and COPY has its name.

        A stream has none.
        """
        if self.hint is None or str(path) == "-" or path.is_relative_to("/dev"):
            return self.hint
        names = {"FILE": shlex.quote(str(path)), "COPY": shlex.quote(free_name(f"{path}.copy"))}
        return re.sub(r"\b(?:FILE|COPY)\b", lambda word: names[word[0]], self.hint)


def plain(text: bytes) -> bytes:
    """The text in UTF-8 without a byte order mark; refused if it is longer than any key."""
    if len(text) > SIZE_LIMIT:
        raise KeyMaterialError(
            f"the text is longer than any key ({SIZE_LIMIT // 1024} KiB at most)"
        )
    for mark, encoding in _ENCODINGS:
        if text.startswith(mark):
            return text.removeprefix(mark).decode(encoding, "replace").encode()
    for nulls, encoding in _BARE_UTF16:
        if text[nulls] == bytes(4):
            return text.decode(encoding, "replace").encode()
    return text


def unwrapped(text: bytes) -> bytes:
    """The plain text, of base64 of a key file what was encoded; a JSON string's is what it says."""
    content = plain(text)
    if quoted := _QUOTED.fullmatch(content):  # as `aws --query publicKeyBase64` prints it
        content = quoted[2].replace(b"\\r", b"").replace(b"\\n", b"\n")
    if _BEGIN in content or _PUBLIC.search(content):
        return content
    inner = plain(unbase64(content) or b"")
    return inner if _BEGIN in inner or _PUBLIC.search(inner) else content


def block(begin: re.Pattern[bytes], text: bytes) -> tuple[bytes, bytes] | None:
    """Label and body of the only block whose BEGIN line matches, or None.

    A file to which the same key was appended again still has one key.
    """
    first = begin.search(text)
    if first is None:
        return None
    end = text.find(first[0].replace(b"BEGIN", b"END"), first.end())
    if end < 0:
        raise KeyMaterialError(
            "the key is cut off: its END line is missing", hint="copy the whole file again"
        )
    key = b"".join(text[first.start() : end].split())
    if b"".join(text.split()).count(key) != len(begin.findall(text)):
        raise KeyMaterialError("the text holds more than one key")
    return first[1], text[first.end() : end]


def pem(label: bytes, body: bytes, headers: tuple[bytes, ...] = ()) -> bytes:
    r"""A clean PEM text: `\n` line ends, no space around lines, exactly one final newline.

    White space has no meaning in the body, so lines that were joined or broken are restored, and
    after headers, where OpenSSL wants full ones, made anew. `headers` are lines (RFC 1421),
    followed by an empty line.
    """
    lines = body.split()
    if headers or len({*map(len, lines[:-1])}) > 1 or any(len(each) > _MAX_WIDTH for each in lines):
        whole = b"".join(lines)
        lines = [whole[at : at + _WIDTH] for at in range(0, len(whole), _WIDTH)]
    above = (*headers, b"") if headers else ()
    edges = b"-----BEGIN " + label + b"-----", b"-----END " + label + b"-----\n"
    return b"\n".join((edges[0], *above, *lines, edges[1]))


def unbase64(text: bytes) -> bytes | None:
    """The bytes of strict base64, ignoring white space, or None if it is not base64."""
    whole = b"".join(text.split())
    try:
        return None if whole.endswith(b"===") else base64.b64decode(whole, validate=True)
    except ValueError:
        return None
