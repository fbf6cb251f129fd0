"""Keys that openssl and ssh-keygen made, once a session, and a program that saves one."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import lskeys
from lskeys import keys
from lskeys.keys import PrivateKey
from lskeys.model import Secret
from lskeys.storage import key_directory
from lskeys.storage.key_destination import KeyDestination, Saved

PROGRAM = Path(__file__).with_name("saver.py")
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": str(Path.home()),
    "PYTHONPATH": str(Path(lskeys.__file__).parents[1]),
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
}

NAME = "LightsailDefaultKey-us-east-1.pem"
NOON = datetime(2026, 7, 4, 12, tzinfo=UTC)

Ran = subprocess.CompletedProcess[str]
Saver = Callable[..., Ran]


@contextmanager
def reserved(
    directory: Path,
    name: str = NAME,
    *,
    force: bool = False,
    fresh: bool = False,
    passphrase: Secret | None = None,
) -> Iterator[KeyDestination]:
    """A destination in a key directory, reserved the way a command does it, at noon."""
    with (
        key_directory.open_key_directory(directory, wait=0, now=lambda: NOON) as held,
        held.reserve(name, force=force, fresh=fresh, passphrase=passphrase) as destination,
    ):
        yield destination


def save_key(
    directory: Path,
    key: PrivateKey,
    *,
    name: str = NAME,
    force: bool = False,
    passphrase: Secret | None = None,
) -> Saved:
    """Save a key the way a command does it, at noon; the passphrase is of what lies there."""
    with reserved(directory, name, force=force, passphrase=passphrase) as destination:
        return destination.save(key, comment="web")


def put_key(path: Path, key: PrivateKey, mode: int = 0o600) -> Path:
    """A private key file that others can at no moment read, unless the mode lets them."""
    path.touch(0o600)
    path.write_bytes(key.pem.reveal())
    path.chmod(mode)
    return path


def contents(directory: Path) -> dict[str, tuple[int, bytes]]:
    """The permission bits and the bytes of every file, by name."""
    return {
        each.name: (stat.S_IMODE(each.stat().st_mode), each.read_bytes())
        for each in directory.iterdir()
    }


def opened() -> set[str]:
    """The descriptors of this process."""
    return {each.name for each in Path("/dev/fd").iterdir()}


def make_key(path: Path, *key_spec: str, bits: tuple[str, ...] = ()) -> Path:
    """A private key file, as openssl writes it."""
    subprocess.run(("openssl", *key_spec, "-out", path, *bits), check=True, capture_output=True)
    return path


def make_ed25519(path: Path) -> Path:
    """A private key file, as ssh-keygen writes it."""
    command = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path)
    subprocess.run(command, check=True)
    return path


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An RSA key in PKCS#1, as Lightsail hands it out."""
    return make_key(
        tmp_path_factory.mktemp("keys") / "rsa", "genrsa", "-traditional", bits=("2048",)
    )


@pytest.fixture(scope="session")
def other_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another key, of another kind."""
    directory = tmp_path_factory.mktemp("keys")
    return make_ed25519(directory / "ed25519")


@pytest.fixture(scope="session")
def key(key_file: Path) -> PrivateKey:
    """The RSA key, read."""
    return keys.read_private(key_file.read_bytes())


@pytest.fixture(scope="session")
def other(other_file: Path) -> PrivateKey:
    """The other key, read."""
    return keys.read_private(other_file.read_bytes())


@pytest.fixture(scope="session")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A third key, quick to read for programs that are started a hundred times."""
    directory = tmp_path_factory.mktemp("keys")
    return make_ed25519(directory / "ed25519")


@pytest.fixture(scope="session")
def small(small_file: Path) -> PrivateKey:
    """The third key, read."""
    return keys.read_private(small_file.read_bytes())


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A directory every user may enter; pytest keeps its own closed to others."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture
def save(small_file: Path) -> Saver:
    """Save the small key from outside: `save(DIRECTORY, "--force", before=("strace", …))`."""

    def run(directory: Path, *options: str, before: tuple[str, ...] = ()) -> Ran:
        return subprocess.run(
            (*before, sys.executable, PROGRAM, small_file, directory, *options),
            capture_output=True,
            text=True,
            check=False,
            env=ENVIRONMENT,
            timeout=60,
        )

    return run
