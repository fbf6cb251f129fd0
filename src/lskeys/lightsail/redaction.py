"""Takes secrets out of text from elsewhere, before it becomes an error. Pure.

Gateways and proxies quote what was sent to them: headers with signatures and session tokens,
bodies with keys. The known secrets of this run are removed by value, all others by their shape.
The patterns are compiled when there is an error.
"""

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

HIDDEN = "(hidden)"
_SHORTEST = 6
"""Characters of a known secret that is worth hiding: a shorter one would tear words apart."""

_BEGINNING = 20
"""Characters of a longer one that give it away."""

_CARRIES = r"(?i)token|secret|code|assertion"
"""Names of headers and members that hold one: WebIdentityToken, x-amz-sso_bearer_token."""

_USER = r"//\S*@"
_KEY = r"(?s)-----BEGIN [^-]*KEY.*?(?:-----END [^-]*-----|\Z)"
_NAMED = (
    r"(?P<name>(?i:(?<![^\W_])(?:(?:x-amz-)?(?:security-|session[-_]?|access-?|refresh-?|id-?"
    r"|sso[-_]bearer[-_])?token|(?:secret[-_]?access[-_]?|private-?)key(?:base64)?"
    r"|(?:proxy-)?authorization|signature|password|token-?code|dpop)))"
    r"(?P<between>\\?[\"']?\s*[:=]\s*\\?[\"']?)"
    r"(?:(?:AWS4-HMAC-SHA256|Basic|Bearer)[^\"'<>\r\n]*|(?![a-z]+\b)[^\s\"'<>,&;\\]{8,})"
)
"""A header or a member with its value; a word in small letters is not one."""

_LONG = r"[A-Za-z0-9+/]{64,}=*|[A-Za-z0-9_-]{100,}|eyJ[\w-]{10,}\.[\w-]+\.[\w-]*"


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without secrets, keys, tokens, signatures and passwords in URLs.

    Of a long secret, its beginning is hidden, too, with what follows.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, HIDDEN)
        if len(secret) > _BEGINNING:
            text = re.sub(rf"{re.escape(secret[:_BEGINNING])}[\w.+/=~-]*", HIDDEN, text)
    text = re.sub(_KEY, HIDDEN, without_user(text))
    text = re.sub(_NAMED, rf"\g<name>\g<between>{HIDDEN}", text)
    return re.sub(_LONG, HIDDEN, text)


def sent_secrets(headers: Iterable[tuple[str, Any]], body: object) -> tuple[str, ...]:
    """The tokens that a request carries: in headers, and in members of a form or of JSON."""
    text = body.decode(errors="replace") if isinstance(body, bytes) else str(body or "")
    try:
        members = dict(json.loads(text)) if text.startswith("{") else dict(parse_qsl(text))
    except ValueError:
        members = {}
    carried = [value for name, value in (*headers, *members.items()) if re.search(_CARRIES, name)]
    return tuple(
        value.decode(errors="replace") if isinstance(value, bytes) else str(value)
        for value in carried
    )


def without_user(text: str) -> str:
    """The text with the user and the password of each URL removed."""
    return re.sub(_USER, "//", text)
