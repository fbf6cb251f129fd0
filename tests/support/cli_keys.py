"""Keys and fingerprints as ssh-keygen and openssl make them, each once a session."""

import subprocess
import tempfile
from functools import cache
from pathlib import Path

FINGERPRINT_TYPES = ("md5-spki", "sha1-pkcs8", "md5-ssh", "sha256-ssh")
PASSPHRASE = "correct horse"  # noqa: S105  of keys that live for one test


def said(*command: str | Path, stdin: str | bytes = b"") -> bytes:
    """What a program prints; it must succeed."""
    typed = stdin.encode() if isinstance(stdin, str) else stdin
    return subprocess.run(command, input=typed, capture_output=True, check=True).stdout


def save(path: Path, text: str, mode: int = 0o600) -> Path:
    """A file with this content and mode, its directory made where it is missing."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)
    path.chmod(mode)
    return path


@cache
def own_pem() -> str:
    """The account's RSA key, in PKCS#1 as AWS hands it out."""
    return said("openssl", "genrsa", "-traditional", "2048").decode()


@cache
def other_pem() -> str:
    """Another RSA key."""
    return said("openssl", "genrsa", "-traditional", "2048").decode()


@cache
def public_line(pem: str) -> str:
    """The OpenSSH line of a private key, as `ssh-keygen -y` derives it; no comment."""
    with tempfile.TemporaryDirectory() as directory:
        return opened(save(Path(directory) / "key", pem))


def opened(path: Path, passphrase: str = "") -> str:
    """The public key of a private key file, as `ssh-keygen -y` opens it; no comment."""
    return " ".join(said("ssh-keygen", "-y", "-P", passphrase, "-f", path).decode().split()[:2])


@cache
def openssh(pem: str, passphrase: str = "") -> str:
    """The same key in OpenSSH's own format."""
    return _changed(pem, "-N", passphrase)


@cache
def encrypted_pem(pem: str) -> str:
    """The same key in PEM under a passphrase, which hides even its public key."""
    return _changed(pem, "-m", "PEM", "-N", PASSPHRASE)


@cache
def fingerprint(pem: str, fingerprint_type: str) -> str:
    """A private key's fingerprint of this type, spelled as the sandbox spells it."""
    if fingerprint_type == "md5-spki":
        spki = said("openssl", "pkey", "-pubout", "-outform", "DER", stdin=pem)
        return _digest(spki, "md5")
    if fingerprint_type == "sha1-pkcs8":
        topk8 = ("openssl", "pkcs8", "-topk8", "-nocrypt", "-outform", "DER")
        return _digest(said(*topk8, stdin=pem), "sha1")
    algorithm = fingerprint_type.partition("-")[0]
    listed = said("ssh-keygen", "-l", "-E", algorithm, "-f", "-", stdin=public_line(pem))
    return listed.decode().split()[1].removeprefix("MD5:")


def _digest(der: bytes, algorithm: str) -> str:
    return said("openssl", algorithm, "-c", stdin=der).decode().split()[-1].lower()


def _changed(pem: str, *key_spec: str) -> str:
    with tempfile.TemporaryDirectory() as directory:
        path = save(Path(directory) / "key", pem)
        said("ssh-keygen", "-q", "-p", *key_spec, "-P", "", "-f", path)
        return path.read_text()
