"""How stdout encodes paths: their very bytes, whatever the locale. Pure."""

import codecs

RAW_PATHS = "lskeys-raw-paths"
"""The error handler of stdout: bytes of paths stay, what cannot be encoded is escaped."""


def _spelled_out(error: UnicodeError) -> tuple[str | bytes, int]:
    """The bytes of a path that are no text, as they are; escapes for other characters."""
    assert isinstance(error, UnicodeEncodeError)
    code = ord(error.object[error.start])
    first, last = 0xDC80, 0xDCFF  # the surrogates that stand for bytes (PEP 383)
    if first <= code <= last:
        return bytes([code - 0xDC00]), error.start + 1
    escaped, _ = codecs.backslashreplace_errors(
        UnicodeEncodeError(error.encoding, error.object, error.start, error.start + 1, "")
    )
    return escaped, error.start + 1


codecs.register_error(RAW_PATHS, _spelled_out)
