"""Whether ssh can load a private key file, by its format; if not, what stands in the way. Pure.

Held against the installed `ssh-keygen -y` by the tests. A file in OpenSSH's format is read as
`sshkey_parse_private2` in OpenSSH's sshkey.c does it: the BEGIN line first, each edge a line that
ends in LF alone. PEM is read as OpenSSL's `PEM_read_bio` does it, from any line on.
"""

import re

from lskeys.keys.encoding import plain

OPENSSH = b"OPENSSH PRIVATE KEY"

MIN_RSA_BITS = 1024
"""SSH_RSA_MINIMUM_MODULUS_SIZE in OpenSSH's sshkey.h."""

ED25519_IN_PKCS8 = "it is an Ed25519 key in PKCS#8, which ssh loads from version 9.6 on only"
RSA_PSS = "it is an RSA-PSS key, which ssh does not load"
SMALL_RSA = f"it is an RSA key of fewer than {MIN_RSA_BITS} bits, which ssh refuses"
OUTDATED_CIPHER = "it is encrypted with an outdated cipher, which ssh does not decrypt"
PUTTY = "it is a PuTTY key (.ppk)"
BY_HAND = frozenset({OUTDATED_CIPHER, PUTTY, SMALL_RSA})
"""What rewriting the file does not fix: it takes another program, or another key."""

_OPENSSH_FILE = re.compile(
    rb"-----BEGIN OPENSSH PRIVATE KEY-----\n[A-Za-z0-9+/=\s]*\n"
    rb"-----END OPENSSH PRIVATE KEY-----\n"
)
_ENCRYPTED = re.compile(rb"Proc-Type: 4,ENCRYPTED\nDEK-Info: ")
_BASE64 = re.compile(rb"[A-Za-z0-9+/\s]+={0,2}")
_FULL = 64
_BLANKS = bytes(range(0x21))
_UTF8_MARK = b"\xef\xbb\xbf"

# The first that is found is reported. The last one is found in every text.
_OBSTACLES = (
    (rb"\\n", r"its line ends are written as \n"),
    (rb"BEGIN [^\n]*END ", "its line ends are lost"),
    (rb"\A\xef\xbb\xbf", "it begins with a byte order mark"),
    (rb"\n\s*\n-----END", "an empty line is in the key"),
    (rb"(?:\A|\n)[ \t]+-----(?:BEGIN|END)", "its lines are indented"),
    (rb"-----\r", "its lines end in CRLF"),
    (rb"KEY-----[ \t]", "blanks are at the end of its lines"),
    (rb"KEY-----\Z", "its last line has no line end"),
    (rb"\A(?!-----BEGIN)", "other text is before the key"),
    (rb"", "its lines are not as ssh wants them"),
)


def obstacle_for_ssh(text: bytes, label: bytes) -> str | None:
    """Why ssh cannot load a file with this text; None if it can.

    One private key was found in it, whose BEGIN line names `label`, such as `RSA PRIVATE KEY`.
    """
    if _OPENSSH_FILE.match(text) if label == OPENSSH else _is_pem(text, label):
        return None
    content = plain(text)
    if content not in (text, text.removeprefix(_UTF8_MARK)):
        return "it is in UTF-16"
    if b"-----BEGIN" not in content:
        return "it is base64 of a key file"
    return next(reason for pattern, reason in _OBSTACLES if re.search(pattern, text))


def _is_pem(text: bytes, label: bytes) -> bool:
    lines = [line.rstrip(_BLANKS) for line in text.removeprefix(_UTF8_MARK).split(b"\n")]
    begin, end = (b"-----" + word + b" " + label + b"-----" for word in (b"BEGIN", b"END"))
    if begin not in lines or end not in lines or _is_open(lines[: lines.index(begin)]):
        return False
    body = lines[lines.index(begin) + 1 : lines.index(end)]
    if any(b":" in line for line in body):  # RFC 1421: headers, then an empty line
        headers = body.index(b"") if b"" in body else 0
        encrypted = any(line.startswith(b"DEK-Info:") for line in body)
        if headers == 0 or (encrypted and not _ENCRYPTED.match(b"\n".join(body))):
            return False
        body = body[headers:]
        # after headers, OpenSSL reads full lines only, and a last one that may be shorter
        if any(len(line) != _FULL for line in body[1:-1]) or len(body[-1]) > _FULL:
            return False
    # an empty line ends headers, even if there are none
    return bool(body) and all(map(_BASE64.fullmatch, body if body[0] else body[1:]))


def _is_open(lines: list[bytes]) -> bool:
    """Whether another block begins in these lines and does not end."""
    begun = None
    for line in lines:
        if line.startswith(b"-----BEGIN "):
            begun = line
        elif begun == line.replace(b"END", b"BEGIN", 1):
            begun = None
    return begun is not None
