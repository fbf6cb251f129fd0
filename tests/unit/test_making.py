"""Keys made here open with ssh-keygen, in clear and under a passphrase."""

import subprocess
from pathlib import Path

import pytest

from lskeys import keymaker
from lskeys.keymaker import PrivateKey
from lskeys.model import Recipe, Secret

PASSPHRASE = "correct horse"  # noqa: S105  opens keys made for one test


def public_line(key: PrivateKey, path: Path, passphrase: str) -> str:
    """What `ssh-keygen -y` derives from the key as it would be written."""
    path.write_bytes(key.pem.reveal())
    path.chmod(0o600)
    command = ["ssh-keygen", "-y", "-P", passphrase, "-f", str(path)]
    line = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return " ".join(line.split()[:2])


@pytest.mark.parametrize("recipe", [Recipe("rsa", 2048), Recipe("ed25519")], ids=str)
def test_made_key_opens(recipe: Recipe, tmp_path: Path) -> None:
    """The file's public half is the one the key says it has."""
    key = keymaker.make(recipe)
    assert public_line(key, tmp_path / "key", "") == key.public.line()


@pytest.mark.parametrize("recipe", [Recipe("rsa", 2048), Recipe("ed25519")], ids=str)
def test_made_key_opens_with_its_passphrase(recipe: Recipe, tmp_path: Path) -> None:
    """Under a passphrase, the file opens with that one and with no other."""
    key = keymaker.make(recipe)
    locked = keymaker.encrypt(key, Secret(PASSPHRASE.encode()))
    assert public_line(locked, tmp_path / "key", PASSPHRASE) == key.public.line()
    with pytest.raises(subprocess.CalledProcessError):
        public_line(locked, tmp_path / "other", "wrong")
