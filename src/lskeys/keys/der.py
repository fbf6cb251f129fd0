"""The elements of DER (X.690), without a library that would demand their meaning. Pure."""

from collections.abc import Iterator

INTEGER = 0x02
OBJECT_IDENTIFIER = 0x06

_CONSTRUCTED = 0x20
_LONG = 0x80  # a length of more than 127 bytes is that of as many bytes as the lower bits say


def elements(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each element; what is cut off ends them."""
    for tag, start, end in _edges(der):
        yield tag, der[start:end]


def _edges(der: bytes) -> Iterator[tuple[int, int, int]]:
    """Tag of each element, and where its content starts and ends, by what it says."""
    end = 0
    while end + 2 <= len(der):
        tag, length, start = der[end], der[end + 1], end + 2
        if length & _LONG:
            start += length - _LONG
            length = int.from_bytes(der[end + 2 : start])
        end = start + length
        yield tag, start, end


def is_whole(der: bytes) -> bool:
    """Whether it is one element, and neither it nor those in it are cut off or go too far."""
    ends = [end for _, _, end in _edges(der)]
    inner = first(der)
    return ends == [len(der)] and [end for _, _, end in _edges(inner)][-1:] == [len(inner)]


def first(der: bytes) -> bytes:
    """The content of the first element, empty where there is none."""
    return next(elements(der), (0, b""))[1]


def contents(der: bytes, wanted: int) -> Iterator[bytes]:
    """The contents of the elements with a tag, those within others, too."""
    left = [der]
    while left:
        for tag, content in elements(left.pop()):
            if tag & _CONSTRUCTED:
                left.append(content)
            elif tag == wanted:
                yield content
