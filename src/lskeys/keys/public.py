"""Reads public keys from OpenSSH lines, RFC 4716 and PEM. Pure."""

import base64
import re
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    SECP521R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
    load_ssh_public_key,
)

from lskeys.errors import LskeysError
from lskeys.keys.encoding import KINDS, KeyMaterialError, block, pem, unbase64, unwrapped
from lskeys.keys.material import ALGORITHMS, PublicKey
from lskeys.values import replace

_WORDS = frozenset(each.encode() for each in ALGORITHMS)
_SECURITY_KEYS = (b"sk-ssh-ed25519@openssh.com", b"sk-ecdsa-sha2-nistp256@openssh.com")
_KIND = re.compile(rb"(?:ssh|sk|ecdsa)-[\w@.-]+")
_CURVES = (SECP256R1, SECP384R1, SECP521R1)
_ED25519_BITS = 256
_PEM_BEGIN = re.compile(rb"-----BEGIN ((?:RSA )?PUBLIC KEY)-----")
_PRIVATE_BEGIN = re.compile(rb"-----BEGIN (?:[A-Z0-9]+ )?PRIVATE KEY-----")
_RFC4716_BEGIN = re.compile(rb"---- BEGIN (SSH2 PUBLIC KEY) ----")
_RFC4716_COMMENT = re.compile(rb"^comment:(.*)$", re.IGNORECASE | re.MULTILINE)

# sshd(8), "AUTHORIZED_KEYS FILE FORMAT". Possessive, so that no text can make it slow.
_OPTIONS = re.compile(rb'(?:\\"|"(?:\\"|[^"])*+"|[^\s"])++[ \t]+')
_OPTION_NAME = re.compile(rb"[a-z0-9-]+", re.IGNORECASE)
_OPTION_NAMES = frozenset(
    b"agent-forwarding cert-authority command environment expiry-time from no-agent-forwarding"
    b" no-port-forwarding no-pty no-touch-required no-user-rc no-x11-forwarding permitlisten"
    b" permitopen port-forwarding principals pty restrict tunnel user-rc verify-required"
    b" x11-forwarding".split()
)


def read_public(text: bytes) -> PublicKey:
    """Read one public key: an OpenSSH line, RFC 4716, or PEM (SubjectPublicKeyInfo or PKCS#1).

    Tolerates base64 of all that, options before the key (sshd(8)), a doubled key type, comment
    lines and a byte order mark.

    Raises:
        KeyMaterialError: It is not one public key.
    """
    content = unwrapped(text)
    if _PRIVATE_BEGIN.search(content):
        raise KeyMaterialError("the text is a private key, where a public one is expected")
    if found := block(_PEM_BEGIN, content):
        return _loaded(load_pem_public_key, pem(*found))
    if found := block(_RFC4716_BEGIN, content):
        return _from_rfc4716(found[1])
    return _from_lines(content)


def from_blob(blob: bytes) -> PublicKey:
    """The public key in SSH wire format."""
    algorithm, _ = wire_string(blob)
    if algorithm not in _WORDS:
        raise _other_kind(algorithm)
    return _loaded(load_ssh_public_key, algorithm + b" " + base64.b64encode(blob))


def describe(key: object) -> PublicKey:
    """The public key of a cryptography object."""
    if not isinstance(key, RSAPublicKey | Ed25519PublicKey | EllipticCurvePublicKey):
        raise KeyMaterialError(f"it is {kind_of(key)} key, which ssh does not use", hint=KINDS)
    if isinstance(key, EllipticCurvePublicKey) and not isinstance(key.curve, _CURVES):
        raise KeyMaterialError("the key is on a curve that ssh does not use", hint=KINDS)
    algorithm, body = key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).split()
    return PublicKey(
        algorithm=algorithm.decode(),
        blob=base64.b64decode(body),
        spki=key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        bits=_ED25519_BITS if isinstance(key, Ed25519PublicKey) else key.key_size,
    )


def kind_of(key: object) -> str:
    """What the library's key of another kind is called, with its article."""
    name = type(key).__name__.removesuffix("PrivateKey").removesuffix("PublicKey")
    return f"{'an' if name[0] in 'EX' else 'a'} {name}"


def wire_string(wire: bytes, at: int = 0) -> tuple[bytes, int]:
    """The string at an offset, and the offset after it (RFC 4251, section 5)."""
    start = at + 4
    end = start + int.from_bytes(wire[at:start])
    if start > len(wire) or end > len(wire):
        raise KeyMaterialError("the key is cut off", hint="copy the whole key again")
    return wire[start:end], end


def _loaded(load: Callable[[bytes], object], text: bytes) -> PublicKey:
    """The public key that a function of the library reads."""
    try:
        return describe(load(text))
    except (KeyMaterialError, LskeysError):  # the latter where a signal came meanwhile
        raise
    except Exception:  # noqa: BLE001  the library raises many kinds; their texts may quote a key
        raise KeyMaterialError("the public key is damaged") from None


def _from_rfc4716(body: bytes) -> PublicKey:
    """RFC 4716, section 3: headers, continued by a backslash, then base64."""
    joined = body.replace(b"\r\n", b"\n").replace(b"\\\n", b"")
    found = _RFC4716_COMMENT.search(joined)
    comment = found[1].strip().strip(b'"') if found else b""
    text = b"".join(each for each in joined.split(b"\n") if b":" not in each)
    if not unbase64(text):
        raise KeyMaterialError(
            "the RFC 4716 file is wrapped wrongly",
            hint="end each continued header line with a backslash, or export it again",
        )
    return _from_base64(text, comment)


def _from_lines(content: bytes) -> PublicKey:
    lines = [each.strip() for each in content.splitlines()]
    used = [each for each in lines if each and not each.startswith(b"#")]
    if not used:
        raise KeyMaterialError("the text is empty" if not lines else "the text holds only comments")
    if len(used) > 1:
        raise _several_lines(used)
    words = _without_options(used[0]).split(maxsplit=1)
    kind = words[0]
    while len(words) == 2 and words[0] == kind:  # noqa: PLR2004  AWS's own sample doubles the type
        words = words[1].split(maxsplit=1)
    if kind in _WORDS and not unbase64(words[0]):
        raise KeyMaterialError("the public key is cut off or damaged", hint="copy the line again")
    key = _from_base64(words[0], b"".join(words[1:]))
    if key.algorithm.encode() != kind:
        if _KIND.fullmatch(kind):
            raise KeyMaterialError("the public key is not of the kind it says it is")
        raise KeyMaterialError(
            "the line does not begin with the type of its key", hint="copy the whole line again"
        )
    return key


def _several_lines(lines: list[bytes]) -> KeyMaterialError:
    kind, *words = _without_options(lines[0]).split()
    if kind in _WORDS and len(words) == 1 and all(unbase64(each) for each in lines[1:-1]):
        return KeyMaterialError(
            f"the public key is broken into {len(lines)} lines", hint="join them into one line"
        )
    return KeyMaterialError("the text holds more than one line, where one public key is expected")


def _without_options(line: bytes) -> bytes:
    """The line from its key type on; only words that sshd knows count as options."""
    options = _OPTIONS.match(line)
    name = _OPTION_NAME.match(line)
    known = options and name and name[0].lower() in _OPTION_NAMES
    return line[options.end() :] if options and known else line


def _from_base64(text: bytes, comment: bytes) -> PublicKey:
    blob = unbase64(text)
    if not blob:
        raise KeyMaterialError("the text holds no public key", hint=KINDS)
    return replace(from_blob(blob), comment=comment.decode(errors="replace"))


def _other_kind(algorithm: bytes) -> KeyMaterialError:
    """Why a key of this algorithm is not read; the word is quoted only where it is known."""
    if algorithm.endswith(b"-cert-v01@openssh.com"):
        return KeyMaterialError(
            "it is a certificate, not a key", hint="use the public key that it was made for"
        )
    if algorithm in _SECURITY_KEYS:
        return KeyMaterialError(
            f"it is a key on a security key ({algorithm.decode()}), which Lightsail does not take",
            hint=KINDS,
        )
    if algorithm == b"ssh-dss":
        return KeyMaterialError("it is a DSA key, which ssh does not use any more", hint=KINDS)
    return KeyMaterialError("the key is of a kind that is not read", hint=KINDS)
