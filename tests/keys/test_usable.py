"""Whether ssh can load a file is known by its format; the installed ssh-keygen is the judge."""

import subprocess
from pathlib import Path

import pytest

from lskeys import keys
from tests.support.key_shapes import SHAPES

PASSPHRASE = "a passphrase"  # noqa: S105  of keys that live for one test
FORMATS = (
    "pkcs1",
    "pkcs8",
    "sec1",
    "openssh",
    "openssh rsa",
    "ed25519 pkcs8",
    "encrypted pkcs1",
    "encrypted pkcs8",
    "encrypted openssh",
)


@pytest.fixture(scope="session")
def texts(
    key_files: dict[str, Path],
    pem_files: dict[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, bytes]:
    """A private key in each format, as ssh-keygen and openssl write it."""
    copy = tmp_path_factory.mktemp("encrypted") / "key"
    copy.write_bytes(key_files["ed25519"].read_bytes())
    copy.chmod(0o600)
    subprocess.run(("ssh-keygen", "-q", "-p", "-N", PASSPHRASE, "-f", copy), check=True)
    given = ("-in", pem_files["pkcs1"], "-passout", f"pass:{PASSPHRASE}")
    made = {
        "encrypted pkcs1": ("openssl", "rsa", "-traditional", "-aes128", *given),
        "encrypted pkcs8": ("openssl", "pkcs8", "-topk8", *given),
    }
    return {
        **{name: pem_files[name].read_bytes() for name in ("pkcs1", "pkcs8", "sec1")},
        "openssh": key_files["ed25519"].read_bytes(),
        "openssh rsa": key_files["rsa"].read_bytes(),
        "ed25519 pkcs8": pem_files["ed25519"].read_bytes(),
        "encrypted openssh": copy.read_bytes(),
        **{
            name: subprocess.run(words, capture_output=True, check=True).stdout
            for name, words in made.items()
        },
    }


def loads(path: Path, text: bytes) -> bool:
    """Whether ssh-keygen loads a file with this text."""
    path.touch(0o600)
    path.write_bytes(text)
    command = ("ssh-keygen", "-y", "-P", PASSPHRASE, "-f", path)
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_in_every_shape(
    texts: dict[str, bytes], tmp_path: Path, name: str, shape: str
) -> None:
    """What stands in the way of ssh is told, and nothing where it loads; the clean text it loads.

    Ed25519 in PKCS#8 is told everywhere: ssh before 9.6 does not load it.
    """
    text = SHAPES[shape](texts[name])
    found = keys.read_file(text)
    if name == "ed25519 pkcs8":
        assert found.obstacle is not None
    else:
        assert (found.obstacle is None) == loads(tmp_path / "key", text)
    assert found.clean is not None
    clean = found.clean.reveal()
    assert loads(tmp_path / "clean", clean)
    assert keys.read_file(clean).obstacle is None


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ("no final newline", "its last line has no line end"),
        ("CRLF", "its lines end in CRLF"),
        ("CR", "its line ends are lost"),
        ("literal newlines", r"its line ends are written as \n"),
        ("newlines lost to spaces", "its line ends are lost"),
        ("indented", "its lines are indented"),
        ("trailing blanks", "blanks are at the end of its lines"),
        ("base64", "it is base64 of a key file"),
        ("UTF-8 with mark", "it begins with a byte order mark"),
        ("UTF-16", "it is in UTF-16"),
        ("words before it", "other text is before the key"),
    ],
)
def test_what_stands_in_the_way(texts: dict[str, bytes], shape: str, reason: str) -> None:
    """Each shape has its own words."""
    assert keys.read_file(SHAPES[shape](texts["openssh"])).obstacle == reason


def test_an_empty_line_before_end(texts: dict[str, bytes]) -> None:
    """PEM alone minds it, in which an empty line ends headers."""
    text = SHAPES["empty line before END"](texts["pkcs1"])
    assert keys.read_file(text).obstacle == "an empty line is in the key"


def test_a_short_rsa_key(tmp_path: Path) -> None:
    """A key of 768 bits is whole, and ssh refuses it."""
    command = ("openssl", "genrsa", "-traditional", "768")
    text = subprocess.run(command, capture_output=True, check=True).stdout
    assert not loads(tmp_path / "key", text)
    found = keys.read_local(text)
    assert found is None or found.obstacle is not None
