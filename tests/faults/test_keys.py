"""Keys that other tools made, by the dozen, and input without end.

Single keys: tests/keys/test_reading.py. Directories: tests/storage/test_key_search.py.
"""

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lskeys import keys
from lskeys.keys.fingerprints import FingerprintType
from lskeys.sandbox import Sandbox, Server
from tests.conftest import REGION, Ran, Run
from tests.support.cli_keys import fingerprint, openssh, other_pem, own_pem, public_line, said, save
from tests.support.matrix import Injected

KEYS = int(os.environ.get("LSKEYS_TEST_KEYS", "6"))
"""How many keys are made and compared; `make fuzz` makes a hundred."""

ED25519_PUBLIC = 44
"""Bytes of its SubjectPublicKeyInfo (RFC 8410, section 4)."""

RECIPES: tuple[tuple[str, ...], ...] = (
    ("ssh-keygen", "-q", "-N", "", "-t", "ed25519", "-f"),
    ("ssh-keygen", "-q", "-N", "", "-t", "ecdsa", "-b", "256", "-f"),
    ("ssh-keygen", "-q", "-N", "", "-t", "ecdsa", "-b", "384", "-m", "PEM", "-f"),
    ("ssh-keygen", "-q", "-N", "", "-t", "ecdsa", "-b", "521", "-m", "PKCS8", "-f"),
    ("ssh-keygen", "-q", "-N", "", "-t", "rsa", "-b", "1024", "-f"),
    ("ssh-keygen", "-q", "-N", "", "-t", "rsa", "-b", "2048", "-m", "PEM", "-f"),
    ("openssl", "genpkey", "-algorithm", "ed25519", "-out"),
    ("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-out"),
    ("openssl", "ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out"),
    ("openssl", "genpkey", "-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:2056", "-out"),
    (
        *("openssl", "genpkey", "-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:1024"),
        *("-pkeyopt", "rsa_keygen_pubexp:3", "-out"),
    ),
)
"""What makes a key in the file that is named last."""


def digest(der: bytes, algorithm: str) -> str:
    """The digest of some DER, as openssl prints it."""
    return said("openssl", algorithm, "-c", stdin=der).decode().split()[-1]


def made(path: Path, key_spec: tuple[str, ...]) -> Path:
    """A key file for its owner alone."""
    said(*key_spec, path)
    path.chmod(0o600)
    return path


def importable_key(path: Path) -> bytes:
    """Type and base64, by ssh-keygen; by openssl where ssh-keygen cannot read the format."""
    if not path.read_bytes().startswith(b"-----BEGIN PRIVATE KEY"):
        return b" ".join(said("ssh-keygen", "-y", "-f", path).split()[:2])
    public = said("openssl", "pkey", "-in", path, "-pubout", "-outform", "DER")
    if len(public) != ED25519_PUBLIC:
        return b" ".join(said("ssh-keygen", "-y", "-f", path).split()[:2])
    blob = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + public[-32:]  # RFC 8709, section 4
    return b"ssh-ed25519 " + base64.b64encode(blob)


def as_other_tools_say(path: Path) -> tuple[str, dict[FingerprintType, str]]:
    """The public line by ssh-keygen, and each type of fingerprint by the tool it is known from."""
    line = importable_key(path)
    listed = {
        name: said("ssh-keygen", "-l", "-E", name, "-f", "-", stdin=line).decode().split()[1]
        for name in ("md5", "sha256")
    }
    pkcs8 = path.with_name(f"{path.name}.pkcs8")
    pkcs8.touch(0o600)
    pkcs8.write_bytes(path.read_bytes())
    if b"OPENSSH" in path.read_bytes():
        if line.startswith(b"ssh-ed25519"):  # ssh-keygen writes that in its own format alone
            return line.decode(), {
                FingerprintType.MD5_SSH: listed["md5"].removeprefix("MD5:"),
                FingerprintType.SHA256_SSH: listed["sha256"],
            }
        said("ssh-keygen", "-q", "-p", "-m", "PEM", "-N", "", "-f", pkcs8)
    public = said("openssl", "pkey", "-in", pkcs8, "-pubout", "-outform", "DER")
    private = said("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", pkcs8, "-outform", "DER")
    return line.decode(), {
        FingerprintType.MD5_SPKI: digest(public, "md5"),
        FingerprintType.SHA1_PKCS8: digest(private, "sha1"),
        FingerprintType.MD5_SSH: listed["md5"].removeprefix("MD5:"),
        FingerprintType.SHA256_SSH: listed["sha256"],
    }


@pytest.mark.parametrize("number", range(KEYS))
def test_a_new_key_of_another_tool(tmp_path: Path, number: int) -> None:
    """Its public key and each of its fingerprints are what ssh-keygen and openssl say."""
    path = made(tmp_path / "key", RECIPES[number % len(RECIPES)])
    key = keys.read_private(path.read_bytes())
    line, known = as_other_tools_say(path)
    ours = {each.fingerprint_type: str(each) for each in key.fingerprints}
    assert key.public.line() == line
    assert {fingerprint_type: ours[fingerprint_type] for fingerprint_type in known} == known
    found = keys.read_local(path.read_bytes())
    assert found is not None
    assert found.fingerprints == key.fingerprints


# Keys that are not as they should be


def test_a_file_of_another_user(account: Sandbox, server: Server, run: Run, home: Path) -> None:
    """A copy that belongs to another user proves a fingerprint as any other, and is not touched."""
    if os.geteuid():
        pytest.skip("only root may give a file away")
    account.add_key_pairs(REGION, ["web"], public_line=public_line(own_pem()))
    path = save(home / ".ssh" / "web.pem", own_pem(), mode=0o644)
    os.chown(path, 65534, 65534)
    ran = run("delete web --fingerprint --yes")
    known = fingerprint(own_pem(), "md5-spki")
    assert ran == Ran(0, out=f"web\t{REGION}\tdeleted\t{known}\t{path}\t-\n")
    assert (path.stat().st_uid, path.stat().st_mode & 0o777) == (65534, 0o644)
    assert server.requests[-1].operation == "DeleteKeyPair"


def test_a_public_key_of_another_key_next_to_an_encrypted_one(
    account: Sandbox, server: Server, run: Run, home: Path
) -> None:
    """An OpenSSH key shows its own public key; a foreign `.pub` next to it proves nothing."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(own_pem()))
    save(home / ".ssh" / "web.pem", openssh(other_pem(), "a passphrase"))
    save(home / ".ssh" / "web.pem.pub", public_line(own_pem()) + "\n")
    ran = run("list web --columns local-files")
    assert ran == Ran(0, out=f"{home / '.ssh' / 'web.pem.pub'}\n")
    assert server.requests


# Input without end


ENDLESS = {"/dev/zero": 5, "endless": 9, "-": 2}
LITTLE_MEMORY = ("sh", "-c", 'ulimit -v 1048576 && exec "$@"', "sh")
"""A gibibyte of address space: enough for the program, not for what never ends."""


@pytest.mark.parametrize("verb", ["import web", "fingerprint"])
def test_input_without_end(server: Server, home: Path, verb: str, injected: Injected) -> None:
    """A device, a pipe without a writer and a stdin without end are reported, not read for ever."""
    os.mkfifo(home / "endless")
    words = (*verb.split(), "--timeout", "1")
    for given, exit_code in ENDLESS.items():
        with Path("/dev/zero").open("rb") as zeros:
            ended = subprocess.run(
                [*LITTLE_MEMORY, sys.executable, "-m", "lskeys", *words, given],
                stdin=zeros,
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
        assert (ended.returncode, ended.stdout) == (exit_code, ""), ended.stderr
        assert ended.stderr.startswith("lskeys: error: ")
        assert "Traceback" not in ended.stderr
    injected(len(ENDLESS))
    assert server.requests == []
