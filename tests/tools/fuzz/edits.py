"""Edits that a disk, a network, an editor or an enemy makes to a text. Pure."""

import base64
import re
from collections.abc import Callable, Iterable

from hypothesis import strategies as st

Edit = Callable[[bytes], bytes]

_PIECES = (
    *(b"\0", b"\n", b"\r\n", b"\\n", b" ", b"=", b":", b'"', b"\\", b"#", b"\xff"),
    b"\xef\xbb\xbf",
    *(b"-----BEGIN RSA PRIVATE KEY-----", b"-----END RSA PRIVATE KEY-----", b"ssh-rsa "),
    *(b"-----BEGIN OPENSSH PRIVATE KEY-----\n", b"-----END OPENSSH PRIVATE KEY-----"),
    b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
    *(b"---- BEGIN SSH2 PUBLIC KEY ----", b"Proc-Type: 4,ENCRYPTED\n", b"\xff\xff\xff\xff"),
    *(
        b"openssh-key-v1\0",
        b"\0\0\0\x04none",
        b"-cert-v01@openssh.com",
        b"\x30\x84\xff\xff\xff\xff",
    ),
)
_ARMOUR = re.compile(rb"(-----BEGIN [A-Z0-9 ]+-----\n)([A-Za-z0-9+/=\n]+)(-----END)", re.DOTALL)
_LINE = re.compile(rb"()(AAAA[A-Za-z0-9+/=]+)()")


def _flip(place: float, bits: int) -> Edit:
    def edit(text: bytes) -> bytes:
        at = int(place * len(text))
        return text[:at] + bytes([text[at] ^ bits]) + text[at + 1 :] if text else text

    return edit


def _insert(place: float, piece: bytes) -> Edit:
    def edit(text: bytes) -> bytes:
        at = int(place * len(text))
        return text[:at] + piece + text[at:]

    return edit


def _cut(place: float, share: float) -> Edit:
    def edit(text: bytes) -> bytes:
        at = int(place * len(text))
        return text[:at] + text[at + 1 + int(share * len(text)) :]

    return edit


def _double(place: float, share: float) -> Edit:
    def edit(text: bytes) -> bytes:
        at = int(place * len(text))
        return text[:at] + text[at : at + int(share * len(text))] + text[at:]

    return edit


def _inside(edit: Edit) -> Edit:
    """The same edit to the bytes that base64 stands for, so that the outside stays whole."""

    def outside(text: bytes) -> bytes:
        found = _ARMOUR.search(text) or _LINE.search(text)
        if found is None:
            return edit(text)
        digits = b"".join(found[2].split()).replace(b"=", b"")
        if len(digits) % 4 == 1:
            return edit(text)
        below = base64.b64decode(digits + b"=" * (-len(digits) % 4))
        changed = base64.b64encode(edit(below))
        end = b"\n" if found[3] else b""
        return text[: found.start()] + found[1] + changed + end + found[3] + text[found.end() :]

    return outside


_places = st.floats(0, 1, exclude_max=True)
_shares = st.floats(0, 0.3)
_simple = st.one_of(
    st.builds(_flip, _places, st.integers(1, 255)),
    st.builds(_insert, _places, st.sampled_from(_PIECES) | st.binary(max_size=9)),
    st.builds(_cut, _places, _shares),
    st.builds(_double, _places, _shares),
)

edits: st.SearchStrategy[list[Edit]] = st.one_of(
    st.lists(_simple, max_size=3), st.lists(st.builds(_inside, _simple), min_size=1, max_size=2)
)
"""A few edits, either to the text or to what is under its base64."""


def edited(text: bytes, changes: Iterable[Edit]) -> bytes:
    """The text after all of them."""
    for change in changes:
        text = change(text)
    return text
