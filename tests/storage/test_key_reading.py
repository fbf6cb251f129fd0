"""The key in a file or pipe that was named: read, or refused with its own reason."""

import base64
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lskeys.errors import LocalError, LskeysError, MissingError, RefusedError, UsageError
from lskeys.keys import KeyMaterialError, PrivateKey
from lskeys.keys.fingerprints import FingerprintType
from lskeys.model import Secret
from lskeys.storage import key_reading, key_search
from tests.support.saved_keys import opened
from tests.support.special_files import put_socket

PUTTY_KEY = """\
PuTTY-User-Key-File-3: ssh-ed25519
Encryption: none
Comment: throwaway
Public-Lines: 2
AAAAC3NzaC1lZDI1NTE5AAAAIHVB6whxvpAfhKEywWGtk3WnVsknvELRacoPiABN
n3wI
Private-Lines: 1
AAAAIGY7fMQ6jVk8GfK+Uzvq+0xe93I53ovSZYPqjpG7P/of
Private-MAC: f8591144827164010cd4ba3f05c3b1f6ea8f70d328485e47a67aca2f299befe4
"""
SECURITY_KEY = (
    "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIGUvtyZmbDxlz2Wc4wkP"
    "6Upgqgm6xTCcLbbDIzVGmzyqAAAABHNzaDo= x\n"
)
ON_A_SECURITY_KEY = (
    "it is a key on a security key (sk-ssh-ed25519@openssh.com), which Lightsail does not take"
)
DSA_KEY = "ssh-dss AAAAB3NzaC1kc3MAAACBAM== x\n"


def ssh_keygen(*words: str | Path) -> str:
    """What ssh-keygen prints."""
    return subprocess.run(("ssh-keygen", *words), capture_output=True, check=True, text=True).stdout


def put_text(text: str) -> Callable[[Path, Path], object]:
    """Makes the file hold this text."""
    return lambda path, _key: path.write_text(text)


def put_edited(edit: Callable[[bytes], bytes]) -> Callable[[Path, Path], object]:
    """Makes the file hold a changed private key."""
    return lambda path, key: path.write_bytes(edit(key.read_bytes()))


def put_public(edit: Callable[[str], str]) -> Callable[[Path, Path], object]:
    """Makes the file hold the changed line of a public key."""
    return lambda path, key: path.write_text(edit(ssh_keygen("-y", "-f", key)))


def put_certificate(path: Path, key: Path) -> None:
    """Makes the file hold a certificate."""
    directory = path.with_name("signed")
    directory.mkdir()
    (directory / "user.pub").write_text(ssh_keygen("-y", "-f", key))
    ssh_keygen("-q", "-s", key, "-I", "id", directory / "user.pub")
    shutil.copy(directory / "user-cert.pub", path)


def rewrapped(line: str) -> str:
    """RFC 4716 whose comment continues in a second line without a backslash."""
    key = line.split()[1]
    return (
        "---- BEGIN SSH2 PUBLIC KEY ----\nComment: a long comment that was\nwrapped by hand\n"
        f"{key}\n---- END SSH2 PUBLIC KEY ----\n"
    )


@pytest.mark.parametrize(
    ("put", "error", "message"),
    [
        (lambda *_: None, MissingError, "there is no file {path}"),
        (
            lambda path, _: path.symlink_to("nowhere"),
            MissingError,
            "there is no file {path}",
        ),
        (
            lambda path, _: path.symlink_to(path.name),
            LocalError,
            "cannot read {path}: too many levels of symbolic links",
        ),
        (lambda path, _: path.mkdir(), UsageError, "{path} is a directory, not a key file"),
        (
            lambda path, _: path.symlink_to("/dev/zero"),
            RefusedError,
            "{path} is not a regular file or a pipe",
        ),
        (
            lambda path, _: put_socket(path),
            RefusedError,
            "{path} is not a regular file or a pipe",
        ),
        (
            lambda path, _: os.mkfifo(path),
            LocalError,
            "{path} did not end within 0.2 seconds",
        ),
        (
            put_edited(lambda text: text * 40),
            UsageError,
            "{path}: the text is longer than any key (64 KiB at most)",
        ),
        (put_text(""), UsageError, "{path}: it is empty"),
        (put_text("\n \n"), UsageError, "{path}: it is empty"),
        (put_text("garbage"), UsageError, "{path}: it holds no key"),
        (
            put_text("256 SHA256:bysp0IPJmvh2M+7w1+ojjtOSmihYy71nly36Sz9Rb54 me (ED25519)"),
            UsageError,
            "{path}: it is a list of fingerprints, not of keys",
        ),
        (
            put_text("---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2/56wAA\n"),
            UsageError,
            "{path}: it is a key in the format of ssh.com, which is not read",
        ),
        (
            put_text("0 \x02\x01\x00"),
            UsageError,
            "{path}: it is binary (DER or PKCS#12), where text is expected",
        ),
        *(
            (put_edited(edit), UsageError, "{path}: its BEGIN line is damaged")
            for edit in (
                lambda text: text.partition(b"\n")[2],
                lambda text: text.replace(b"BEGIN", b"Begin"),
                lambda text: text.replace(b"-----", "\u2014".encode()),
            )
        ),
        (
            put_edited(lambda text: text[:900]),
            UsageError,
            "{path}: the key is cut off: its END line is missing",
        ),
        (
            put_public(lambda line: line[:301]),
            UsageError,
            "{path}: the public key is cut off or damaged",
        ),
        (
            put_public(lambda line: line[:200] + "\n" + line[200:]),
            UsageError,
            "{path}: the public key is broken into 2 lines",
        ),
        (
            put_public(lambda line: f'"{line}'),
            UsageError,
            "{path}: the line does not begin with the type of its key",
        ),
        (
            put_public(lambda line: line.replace("ssh-rsa", "ssh-ed25519")),
            UsageError,
            "{path}: the public key is not of the kind it says it is",
        ),
        (
            put_public(rewrapped),
            UsageError,
            "{path}: the RFC 4716 file is wrapped wrongly",
        ),
        (
            put_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
            UsageError,
            "{path}: the public key is damaged",
        ),
        (put_certificate, UsageError, "{path}: it is a certificate, not a key"),
        (
            put_text(SECURITY_KEY),
            UsageError,
            f"{{path}}: {ON_A_SECURITY_KEY}",
        ),
        (
            put_text(DSA_KEY),
            UsageError,
            "{path}: it is a DSA key, which ssh does not use any more",
        ),
        (
            put_text(PUTTY_KEY[:120]),
            UsageError,
            "{path}: it is a PuTTY key (.ppk), cut off or of a version that is not read",
        ),
    ],
)
def test_what_is_no_key_is_refused_for_its_own_reason(
    tmp_path: Path,
    key_file: Path,
    put: Callable[[Path, Path], object],
    error: type[LskeysError],
    message: str,
) -> None:
    """Each in one line that names the file; none of them waits for ever."""
    path = tmp_path / "key"
    put(path, key_file)
    with pytest.raises(error) as failure:
        key_reading.read(path, wait=0.2)
    assert failure.value.message == message.format(path=path)
    assert failure.value.exit_code == error.usual_exit_code


def test_a_named_file_is_read(tmp_path: Path, key_file: Path, key: PrivateKey) -> None:
    """It gives the same facts as a search."""
    shutil.copy(key_file, tmp_path / "key")
    found = key_reading.read(tmp_path / "key")
    assert (found,) == key_search.find([tmp_path])
    assert found.fingerprints == key.fingerprints


def test_a_file_below_a_file_is_missing(tmp_path: Path) -> None:
    """A path that cannot exist is a file that is not there."""
    (tmp_path / "file").touch()
    with pytest.raises(MissingError, match="there is no file"):
        key_reading.read(tmp_path / "file" / "key")


def test_a_named_pipe_is_read_to_its_end(tmp_path: Path, key_file: Path, key: PrivateKey) -> None:
    """However slowly and in whatever pieces it comes; others have no permissions on it."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    text = key_file.read_bytes()

    def write() -> None:
        with path.open("wb", buffering=0) as pipe:
            for at in range(0, len(text), 100):
                pipe.write(text[at : at + 100])

    writing = threading.Thread(target=write)
    writing.start()
    found = key_reading.read(path)
    writing.join()
    assert (found.fingerprints, found.mode) == (key.fingerprints, 0o600)


@contextmanager
def inherited(kind: str, text: bytes) -> Iterator[Path]:
    """A stream whose writer is gone, by the name of its descriptor."""
    before, usual = opened(), os.dup(0)
    if kind in {"socket", "proc"}:
        ours, theirs = socket.socketpair()
        reading, writing = ours.detach(), theirs.detach()
    else:
        reading, writing = os.pipe()
    os.write(writing, text)
    os.close(writing)
    if kind == "stdin":
        os.dup2(reading, 0)
    names = {"stdin": "/dev/stdin", "proc": f"/proc/self/fd/{reading}"}
    try:
        yield Path(names.get(kind, f"/dev/fd/{reading}"))
    finally:
        os.dup2(usual, 0)
        os.close(usual)
        os.close(reading)
    assert opened() == before


@pytest.mark.parametrize("kind", ["pipe", "socket", "stdin", "proc"])
def test_a_stream_that_is_inherited(key_file: Path, key: PrivateKey, kind: str) -> None:
    """As `<(command)` hands it over: what it held is read, its end is seen, it stays open."""
    with inherited(kind, key_file.read_bytes()) as path:
        found = key_reading.read(path)
    assert (found.fingerprints, found.mode) == (key.fingerprints, 0o600)
    with inherited(kind, b"") as path, pytest.raises(UsageError, match="it is empty"):
        key_reading.read(path)


def test_a_device_that_is_inherited() -> None:
    """It is refused like one that is named."""
    with Path("/dev/zero").open("rb") as zeros, pytest.raises(RefusedError, match="is not a reg"):
        key_reading.read(Path(f"/dev/fd/{zeros.fileno()}"))


def test_an_encrypted_key_is_opened(tmp_path: Path, key_file: Path, key: PrivateKey) -> None:
    """By its passphrase, which is wanted for an encrypted key alone."""
    path, wanted = tmp_path / "id", list[Path]()
    shutil.copy(key_file, path)
    path.chmod(0o600)

    def opens(path: Path) -> Secret:
        wanted.append(path)
        return Secret(b"a passphrase")

    assert key_reading.read(path, opens).fingerprints == key.fingerprints
    ssh_keygen("-q", "-p", "-m", "PEM", "-N", "a passphrase", "-f", path)
    assert wanted == []
    assert key_reading.read(path, opens).fingerprints == key.fingerprints
    assert wanted == [path]
    assert key_reading.read(path, lambda _: None) == key_reading.read(path)
    with pytest.raises(RefusedError, match="does not open with this passphrase") as failure:
        key_reading.read(path, lambda _: Secret(b"wrong"))
    assert failure.value.message.startswith(f"{path}: ")
    path.write_text(PUTTY_KEY.replace("Encryption: none", "Encryption: aes256-cbc"))
    assert key_reading.read(path, opens) == key_reading.read(path)


def test_a_putty_key_shows_its_public_key(tmp_path: Path) -> None:
    """It can be compared, and what stands in the way of ssh is reported."""
    path = tmp_path / "key.ppk"
    path.write_text(PUTTY_KEY)
    found = key_reading.read(path)
    assert (found.has_private, found.encrypted, found.obstacle) == (
        True,
        False,
        "it is a PuTTY key (.ppk)",
    )
    line = tmp_path / "line.pub"
    line.write_text(f"ssh-ed25519 {''.join(PUTTY_KEY.splitlines()[4:6])}\n")
    sha256 = ssh_keygen("-l", "-f", line).split()[1]
    assert sha256 in [each.spelled for each in found.fingerprints]


@pytest.mark.parametrize(
    "word",
    [
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 me@laptop",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHVB6whxvpAf",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA",
        "AAAAB3NzaC1yc2EAAAADAQABAAABAQC7" * 4,
    ],
)
def test_a_key_that_was_pasted_as_a_name(word: str) -> None:
    """It is not taken for a file that is missing, and not repeated: it may be private."""
    with pytest.raises(UsageError) as failure:
        key_reading.read(Path(word))
    assert failure.value.message == (
        "the key itself was given, where the name of its file is expected"
    )
    assert "AAAA" not in f"{failure.value.hint}"


def test_the_name_in_a_hint(tmp_path: Path) -> None:
    """The hint about a file has its name, whatever words are in that."""
    path = tmp_path / "FILE of COPY"
    path.write_bytes(b"-----BEGIN RSA PRIVATE KEY-----\n")
    error = KeyMaterialError("-", hint="install FILE COPY, not PROFILE")
    assert error.hint_for(path) == f"install '{path}' '{path}.copy', not PROFILE"
    assert error.hint_for(Path("-")) == error.hint


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        (
            "http://example.com:/me",
            "hand over what it leads to: curl -fsSL http://example.com:/me | lskeys fingerprint -",
        ),
        (
            "https://example.com/me",
            "hand over what it leads to: curl -fsSL https://example.com/me | lskeys fingerprint -",
        ),
    ],
)
def test_a_url_of_a_file(url: str, hint: str) -> None:
    """As a browser shows it; the hint has what to type."""
    with pytest.raises(UsageError, match="is a URL") as failure:
        key_reading.read(Path(url))
    assert failure.value.hint == hint


def test_one_of_several_keys_is_picked(tmp_path: Path, key_file: Path, other_file: Path) -> None:
    """By number, comment or fingerprint; without one, the keys are listed."""
    lines = [
        f"{' '.join(ssh_keygen('-y', '-f', each).split()[:2])}" for each in (key_file, other_file)
    ]
    path = tmp_path / "ana.keys"
    path.write_text(f"{lines[0]} laptop\n# old\n{lines[1]} my phone\n")
    first, second = (key_reading.read(path, pick=number) for number in "12")
    assert (first.comment, second.comment) == ("laptop", "my phone")
    assert base64.b64encode(second.blob or b"").decode() == lines[1].split()[1]
    for word in ("my phone", *(each.spelled for each in second.fingerprints)):
        assert key_reading.read(path, pick=word) == second
    sha256 = [
        each.spelled
        for key in (first, second)
        for each in key.fingerprints
        if each.fingerprint_type is FingerprintType.SHA256_SSH
    ]
    listed = f"1. ssh-rsa {sha256[0]} laptop; 2. ssh-ed25519 {sha256[1]} my phone"
    with pytest.raises(UsageError) as failure:
        key_reading.read(path)
    assert failure.value.message == f"{path}: it holds 2 keys: {listed}"
    assert failure.value.code == "NoKey"
    assert failure.value.hint == "pick one with --select and its number, comment or fingerprint"
    with pytest.raises(UsageError, match="--select 3 matches no key in it"):
        key_reading.read(path, pick="3")


def test_several_private_keys(tmp_path: Path, key_file: Path, other_file: Path) -> None:
    """They are counted as public ones are; none in clear is called encrypted."""
    path = tmp_path / "both.pem"
    ssh_keygen("-q", "-p", "-N", "", "-m", "PEM", "-f", key_file)
    path.write_bytes(key_file.read_bytes() + other_file.read_bytes())
    with pytest.raises(UsageError, match=r"it holds 2 keys: 1\. ssh-rsa .*; 2\. ssh-ed25519"):
        key_reading.read(path)
    assert key_reading.read(path, pick="2").algorithm == "ssh-ed25519"


@pytest.mark.parametrize("encode", [base64.b64encode, base64.encodebytes])
def test_base64_of_a_public_key(
    tmp_path: Path, key_file: Path, encode: Callable[[bytes], bytes]
) -> None:
    """It is read as base64 of a private key is."""
    path = tmp_path / "key"
    path.write_bytes(encode(ssh_keygen("-y", "-f", key_file).encode()))
    assert key_reading.read(path).blob == key_reading.read(key_file).blob
