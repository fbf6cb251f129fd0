"""What lies at a destination: encrypted, in a shape that ssh cannot load, PuTTY's, or a link."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from lskeys import keys
from lskeys.errors import RefusedError
from lskeys.keys import PrivateKey
from lskeys.model import Secret
from lskeys.storage.key_destination import Saved
from tests.support.cli_keys import (
    PASSPHRASE,
    encrypted_pem,
    openssh,
    public_line,
    save,
)
from tests.support.cli_keys import opened as opened_with
from tests.support.key_shapes import SHAPES
from tests.support.saved_keys import NAME, contents, reserved, save_key

WORDS = Secret(PASSPHRASE.encode())
OUTDATED = shlex.split("openssl pkcs8 -topk8 -v1 PBE-MD5-DES -provider default -provider legacy")
MARK = SHAPES["UTF-8 with mark"]
UNUSABLE = f"{NAME}.old-20260704T120000Z-unusable"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the key goes."""
    return tmp_path / NAME


@pytest.fixture
def pem(key: PrivateKey) -> str:
    """The key, as it is saved."""
    return key.pem.reveal().decode()


def test_the_same_key_under_a_passphrase(path: Path, key: PrivateKey, pem: str) -> None:
    """What hides its public key is proved by its passphrase, and stays encrypted."""
    save(path, encrypted_pem(pem))
    saved = save_key(path.parent, key, passphrase=WORDS)
    assert saved == Saved(path, "unchanged", encrypted=True)
    assert path.read_text() == encrypted_pem(pem)
    assert path.with_name(f"{NAME}.pub").read_text().startswith(public_line(pem))


@pytest.mark.parametrize("force", [False, True])
def test_the_same_key_that_shows_it(path: Path, key: PrivateKey, pem: str, *, force: bool) -> None:
    """OpenSSH's format shows the public key without a passphrase."""
    save(path, openssh(pem, PASSPHRASE))
    assert save_key(path.parent, key, force=force) == Saved(path, "unchanged", encrypted=True)
    assert path.read_text() == openssh(pem, PASSPHRASE)


def test_a_passphrase_for_a_key_without_one(path: Path, key: PrivateKey, pem: str) -> None:
    """It opens nothing, and is no reason to refuse the same key."""
    save(path, pem)
    assert save_key(path.parent, key, passphrase=WORDS) == Saved(path, "unchanged")


def test_an_outdated_cipher(path: Path, key: PrivateKey, pem: str, tmp_path: Path) -> None:
    """The refusal has the command that makes a copy which ssh can load."""
    plain = save(tmp_path / "plain", pem)
    made = [*OUTDATED, "-in", str(plain), "-out", str(path), "-passout", f"pass:{PASSPHRASE}"]
    subprocess.run(made, check=True, capture_output=True)
    with pytest.raises(RefusedError, match="an outdated cipher") as refused:
        save_key(path.parent, key)
    _, command = (refused.value.hint or "").split(": ", 1)
    words = ("-passin", f"pass:{PASSPHRASE}", "-passout", f"pass:{PASSPHRASE}")
    subprocess.run(f"{command} {shlex.join(words)}", shell=True, check=True, capture_output=True)  # noqa: S602
    assert opened_with(path.with_name(f"{NAME}.copy"), PASSPHRASE) == public_line(pem)


@pytest.mark.parametrize("force", [False, True])
def test_a_public_key_in_the_place_of_the_private_one(
    path: Path, key: PrivateKey, *, force: bool
) -> None:
    """It is not the same key: it is replaced with `force` alone, and kept."""
    path.write_text(key.public.line())
    if force:
        assert save_key(path.parent, key, force=True).outcome == "replaced"
        assert len(contents(path.parent)) == 3
    else:
        with pytest.raises(RefusedError, match="holds another key"), reserved(path.parent):
            pytest.fail("it was reserved")
        assert path.read_text() == key.public.line()


def test_an_encrypted_key_over_the_same_one(path: Path, key: PrivateKey, pem: str) -> None:
    """A key without a passphrase stays what it is, though an encrypted one was to be saved."""
    save(path, pem)
    assert save_key(path.parent, keys.encrypt(key, WORDS)) == Saved(path, "unchanged")
    assert path.read_text() == pem


def test_a_wrong_passphrase(path: Path, key: PrivateKey, pem: str) -> None:
    """It is no proof, and the file is not replaced; nor is one that shows its public key."""
    for text in encrypted_pem(pem), openssh(pem, PASSPHRASE):
        save(path, text)
        with pytest.raises(RefusedError, match="does not open with this passphrase") as refused:
            save_key(path.parent, key, passphrase=Secret(b"another"))
        assert refused.value.hint
        assert contents(path.parent) == {NAME: (0o600, text.encode())}


def test_another_key_under_a_passphrase(path: Path, key: PrivateKey, other: PrivateKey) -> None:
    """Once it is open, it is another key; with `force`, it is kept."""
    text = encrypted_pem(other.pem.reveal().decode())
    save(path, text)
    with pytest.raises(RefusedError, match="holds another key"):
        save_key(path.parent, key, passphrase=WORDS)
    saved = save_key(path.parent, key, force=True, passphrase=WORDS)
    assert (saved.outcome, saved.encrypted, saved.obstacle) == ("replaced", False, None)
    assert saved.kept
    assert saved.kept.read_text() == text


@pytest.mark.parametrize("shape", ["newlines lost to spaces", "one line", "base64", "UTF-16"])
def test_the_same_key_that_ssh_cannot_load(
    path: Path, key: PrivateKey, pem: str, shape: str
) -> None:
    """The clean text takes its name; the old file is kept under one that says what it is."""
    broken = SHAPES[shape](pem.encode())
    save(path, "").write_bytes(broken)
    saved = save_key(path.parent, key)
    assert (saved.outcome, saved.encrypted) == ("replaced", False)
    assert saved.obstacle
    assert (path.read_text(), (path.parent / UNUSABLE).read_bytes()) == (pem, broken)


def test_an_encrypted_key_over_one_that_ssh_cannot_load(
    path: Path, key: PrivateKey, pem: str
) -> None:
    """What is rewritten is the key that was to be saved, with its passphrase."""
    save(path, "").write_bytes(SHAPES["one line"](pem.encode()))
    saved = save_key(path.parent, keys.encrypt(key, WORDS))
    assert (saved.outcome, saved.encrypted) == ("replaced", True)
    assert opened_with(path, PASSPHRASE) == public_line(pem)


def test_a_name_too_long_to_keep_what_ssh_cannot_load(
    path: Path, key: PrivateKey, pem: str
) -> None:
    """It is refused before a key is requested; a file that stays as it is needs no longer name."""
    longest = os.pathconf(path.parent, "PC_NAME_MAX")
    name = "k" * (longest - len(".pub"))
    long = save(path.with_name(name), pem)
    assert save_key(path.parent, key, name=name).outcome == "unchanged"
    long.write_bytes(SHAPES["one line"](pem.encode()))
    with pytest.raises(RefusedError, match="is too long"), reserved(path.parent, name):
        pytest.fail("it was reserved")


@pytest.mark.parametrize("shape", ["as it is", "one line"])
def test_a_link_alone(
    path: Path, key: PrivateKey, other: PrivateKey, tmp_path: Path, shape: str
) -> None:
    """No link is replaced or written through: to another key, or to one that ssh cannot load."""
    held = other if shape == "as it is" else key
    text = SHAPES[shape](held.pem.reveal())
    target = save(tmp_path / "elsewhere", "")
    target.write_bytes(text)
    path.symlink_to(target)
    with pytest.raises(RefusedError, match="is a symbolic link"):
        save_key(path.parent, key, force=True)
    assert (path.is_symlink(), target.read_bytes()) == (True, text)


def test_the_same_encrypted_key_that_ssh_cannot_load(path: Path, key: PrivateKey, pem: str) -> None:
    """It is cleaned and stays encrypted; nothing is written without its passphrase."""
    text = openssh(pem, PASSPHRASE)
    save(path, "").write_bytes(MARK(text.encode()))
    saved = save_key(path.parent, key)
    assert (saved.outcome, saved.encrypted) == ("replaced", True)
    assert saved.obstacle
    assert path.read_text() == text
    assert opened_with(path, PASSPHRASE) == public_line(pem)


def test_a_key_of_putty(path: Path, key: PrivateKey, other: PrivateKey, tmp_path: Path) -> None:
    """Without a passphrase it shows whose key it is: the same one is kept in ssh's form, too."""
    for each in (other, key):
        plain = save(tmp_path / "plain", each.pem.reveal().decode())
        made = ("puttygen", plain, "-O", "private", "-o", path)
        subprocess.run(made, check=True, capture_output=True)
        if each is other:
            with pytest.raises(RefusedError, match="holds another key"):
                save_key(path.parent, key)
    putty = path.read_bytes()
    saved = save_key(path.parent, key)
    assert (saved.outcome, path.read_bytes()) == ("replaced", key.pem.reveal())
    assert (path.parent / UNUSABLE).read_bytes() == putty


def test_an_encrypted_key_of_putty(path: Path, key: PrivateKey, pem: str, tmp_path: Path) -> None:
    """The refusal has the command that converts it, which works."""
    plain, words = save(tmp_path / "plain", pem), save(tmp_path / "words", PASSPHRASE)
    made = ("puttygen", plain, "-O", "private", "-o", path, "--new-passphrase", words)
    subprocess.run(made, check=True, capture_output=True)
    path.chmod(0o600)
    with pytest.raises(RefusedError, match="holds an encrypted PuTTY key") as refused:
        save_key(path.parent, key)
    command = shlex.split((refused.value.hint or "").removeprefix("convert it: "))
    subprocess.run((*command, "--old-passphrase", words), check=True, capture_output=True)
    assert opened_with(Path(command[-1]), PASSPHRASE) == public_line(pem)


@pytest.mark.parametrize("force", [False, True])
def test_what_appears_after_the_reservation(
    path: Path, key: PrivateKey, other: PrivateKey, tmp_path: Path, *, force: bool
) -> None:
    """A `.pub` of another key stops the save before the private key is there; a link always."""
    public = path.with_name(f"{NAME}.pub")
    if force:
        target = tmp_path / "other.pub"
        target.write_text(other.public.line())
    with reserved(path.parent, force=force) as destination:
        if force:
            public.symlink_to(target)
        else:
            public.write_text(other.public.line())
        reason = "is a symbolic link" if force else "holds another key"
        with pytest.raises(RefusedError, match=rf"\.pub {reason}"):
            destination.save(key)
    assert not path.exists()
    assert public.read_text() == other.public.line()
