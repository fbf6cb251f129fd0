"""What copying, pasting and other tools do to a key file, for tests over all of it."""

import base64
from collections.abc import Callable

Shape = Callable[[bytes], bytes]


def _one_body(text: bytes) -> bytes:
    """The key on a single line between its edges."""
    begin, *body, end = text.splitlines()
    return b"\n".join((begin, b"".join(body), end)) + b"\n"


def _empty_line_inside(text: bytes) -> bytes:
    lines = text.splitlines()
    return b"\n".join((*lines[:2], b"", *lines[2:])) + b"\n"


SHAPES: dict[str, Shape] = {
    "as it is": lambda text: text,
    "no final newline": lambda text: text.rstrip(b"\n"),
    "many final newlines": lambda text: text + b"\n\n",
    "CRLF": lambda text: text.replace(b"\n", b"\r\n"),
    "CR": lambda text: text.replace(b"\n", b"\r"),
    "literal newlines": lambda text: text.replace(b"\n", b"\\n"),
    "literal CRLF": lambda text: text.replace(b"\n", b"\\r\\n"),
    "a JSON string": lambda text: b'"' + text.replace(b"\n", b"\\n") + b'"',
    "one line": lambda text: text.replace(b"\n", b""),
    "one line between its edges": _one_body,
    "newlines lost to spaces": lambda text: text.replace(b"\n", b" "),
    "indented": lambda text: b"    " + text.replace(b"\n", b"\n    "),
    "trailing blanks": lambda text: text.replace(b"\n", b" \n"),
    "trailing tabs": lambda text: text.replace(b"\n", b"\t\n"),
    "empty line before END": lambda text: text.replace(b"-----END", b"\n-----END"),
    "empty line after BEGIN": lambda text: text.replace(b"-----\n", b"-----\n\n", 1),
    "empty line inside": _empty_line_inside,
    "double-spaced": lambda text: text.replace(b"\n", b"\n\n"),
    "base64": base64.b64encode,
    "base64 in lines": base64.encodebytes,
    "UTF-8 with mark": lambda text: b"\xef\xbb\xbf" + text,
    "UTF-8 with mark and CRLF": lambda text: b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"),
    "UTF-16": lambda text: text.decode().encode("utf-16"),
    "UTF-16 big": lambda text: b"\xfe\xff" + text.decode().encode("utf-16-be"),
    "UTF-16 without mark": lambda text: text.decode().encode("utf-16-le"),
    "words before it": lambda text: b"the key:\n" + text,
    "words after it": lambda text: text + b"that was the key\n",
    "words around it": lambda text: b"Bag Attributes: none\n" + text + b"that was the key\n",
    "empty line before it": lambda text: b"\n" + text,
    "in quotes": lambda text: b'"' + text.rstrip(b"\n") + b'"\n',
}
"""A name for each, and the shape that it gives to the text of a key file."""
