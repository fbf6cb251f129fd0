"""Takes secrets out of text from elsewhere, before it becomes an error. Pure.

Gateways and proxies quote what was sent to them: headers with signatures and session tokens,
bodies with keys. The known secrets of this run are removed by value, all others by their shape.
"""

import re
from collections.abc import Iterable

HIDDEN = "(hidden)"
_SHORTEST = 6
"""Characters of a known secret that is worth hiding: a shorter one would tear words apart."""

_USER = re.compile(r"//\S*@")
_KEY = re.compile(r"-----BEGIN [^-]*KEY.*?(?:-----END [^-]*-----|\Z)", re.DOTALL)
_NAMED = re.compile(
    r"(?P<name>(?i:(?<![^\W_])(?:(?:x-amz-)?(?:security-|session[-_]?|access-?|refresh-?|id-?"
    r"|sso[-_]bearer[-_])?token|(?:secret[-_]?access[-_]?|private-?)key(?:base64)?"
    r"|(?:proxy-)?authorization|signature|password|token-?code|dpop)))"
    r"(?P<between>\\?[\"']?\s*[:=]\s*\\?[\"']?)"
    r"(?:(?:AWS4-HMAC-SHA256|Basic|Bearer)[^\"'<>\r\n]*|(?![a-z]+\b)[^\s\"'<>,&;\\]{8,})"
)
"""A header or a member with its value; a word in small letters is not one."""

_LONG = re.compile(r"[A-Za-z0-9+/]{64,}=*|[A-Za-z0-9_-]{100,}|eyJ[\w-]{10,}\.[\w-]+\.[\w-]*")


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without secrets, keys, tokens, signatures and passwords in URLs."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, HIDDEN)
    text = _KEY.sub(HIDDEN, without_user(text))
    text = _NAMED.sub(rf"\g<name>\g<between>{HIDDEN}", text)
    return _LONG.sub(HIDDEN, text)


def without_user(text: str) -> str:
    """The text with the user and the password of each URL removed."""
    return _USER.sub("//", text)
