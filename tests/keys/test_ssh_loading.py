"""Whether ssh can load a file is known by its format; the installed ssh-keygen is the judge."""

import base64
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from lskeys import keys
from lskeys.keys import KeyMaterialError
from lskeys.keys.ssh_loading import ED25519_IN_PKCS8
from lskeys.storage import key_search
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
    """What stands in the way of ssh is reported, nothing where it loads; it loads the clean text.

    Ed25519 in PKCS#8 is reported everywhere: ssh before 9.6 does not load it.
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


def test_ed25519_in_encrypted_pkcs8(pem_files: dict[str, Path], tmp_path: Path) -> None:
    """With its passphrase it becomes a text that every ssh loads, under the same passphrase."""
    words = ("openssl", "pkcs8", "-topk8", "-passout", f"pass:{PASSPHRASE}", "-in")
    made = subprocess.run((*words, pem_files["ed25519"]), capture_output=True, check=True)
    found = keys.read_file(made.stdout, passphrase=PASSPHRASE.encode())
    assert found.obstacle == ED25519_IN_PKCS8
    assert found.clean is not None
    assert keys.read_file(found.clean.reveal()).encrypted
    assert loads(tmp_path / "clean", found.clean.reveal())


def line_at(place: int, line: bytes) -> Callable[[bytes], bytes]:
    """Put a line there."""
    return lambda text: b"".join(
        (*(lines := text.splitlines(keepends=True))[:place], line, *lines[place:])
    )


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "twice, glued": lambda text: text.rstrip() + text,
    "too much padding": lambda text: text.replace(b"\n-----END", b"====\n-----END"),
    "a comment inside": line_at(2, b"# a comment\n"),
    "a header inside": line_at(2, b"Comment: mine\n"),
    "a header without end": line_at(1, b"Comment: mine\n"),
    "a header": line_at(1, b"Comment: mine\n\n"),
    "a blank before the first line": line_at(1, b" "),
    "a blank inside": lambda text: text[: len(text) // 2] + b" " + text[len(text) // 2 :],
    "lines broken anew": lambda text: re.sub(rb"(?<=[A-Za-z0-9+/]{64})\n(.{12})", rb"\1\n", text),
    "a line lost": lambda text: b"".join((*(x := text.splitlines(keepends=True))[:2], *x[3:])),
    "another block that does not end": line_at(0, b"-----BEGIN X-----\nMIIB\n"),
    "another block": line_at(0, b"-----BEGIN X-----\nMIIB\n-----END X-----\n"),
    "six dashes": lambda text: text.replace(b"-----", b"------"),
    "vertical tabs": lambda text: text.replace(b"\n", b"\v"),
    "mixed line ends": lambda text: text.replace(b"\n", b"\r\n", 2),
    "in HTML": lambda text: b"<pre>" + text + b"</pre>",
}
"""What no tool is known to do, though an editor or a merge may."""


@pytest.mark.parametrize("damage", DAMAGES)
def test_no_damage_counts_as_whole(texts: dict[str, bytes], tmp_path: Path, damage: str) -> None:
    """Whatever was done to a file, nothing that ssh refuses is in order, and clean text loads."""
    for name in FORMATS:
        text = DAMAGES[damage](texts[name])
        found = keys.read_local(text)
        if found is not None:
            assert found.obstacle is not None or loads(tmp_path / "key", text), name
            assert found.clean is not None
            assert loads(tmp_path / "clean", found.clean.reveal()), name


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


def test_an_rsa_pss_key(tmp_path: Path) -> None:
    """What openssl makes, ssh does not load; its clean text says that it is RSA, and no more."""
    words = ("openssl", "genpkey", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048")
    text = subprocess.run(words, capture_output=True, check=True).stdout
    assert not loads(tmp_path / "key", text)
    found = keys.read_file(text)
    assert found.obstacle == "it is an RSA-PSS key, which ssh does not load"
    assert found.clean is not None
    assert loads(tmp_path / "clean", found.clean.reveal())


def test_the_same_key_twice(texts: dict[str, bytes], tmp_path: Path) -> None:
    """A file to which its key was appended again loads, and holds one key."""
    for name in FORMATS:
        text = texts[name] * 2
        found, once = keys.read_file(text), keys.read_file(texts[name])
        assert found.fingerprints == once.fingerprints
        assert (found.is_repeated, once.is_repeated) == (True, False)
        assert (found.obstacle is None) == loads(tmp_path / "key", text) or "ed25519" in name


def test_an_rsa_key_of_more_bits_than_ssh_takes(tmp_path: Path) -> None:
    """Refused by its size: whether its factors are prime, which takes hours, is not tested."""
    p, q, e = (1 << 40_000) + 1, (1 << 40_000) + 3, 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    numbers = (0, p * q, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))
    template = "asn1=SEQUENCE:key\n[key]\n" + "\n".join(
        f"n{place}=INTEGER:0x{number:x}" for place, number in enumerate(numbers)
    )
    (tmp_path / "template").write_text(template)
    command = ("openssl", "asn1parse", "-noout", "-genconf", tmp_path / "template", "-out", "key")
    subprocess.run(command, cwd=tmp_path, check=True)
    body = base64.encodebytes((tmp_path / "key").read_bytes()).decode()
    text = f"-----BEGIN RSA PRIVATE KEY-----\n{body}-----END RSA PRIVATE KEY-----\n".encode()
    for read in (keys.read_private, keys.read_file):
        with pytest.raises(KeyMaterialError, match="an RSA key of more than 16384 bits"):
            read(text)


def test_a_large_key_in_a_key_directory(tmp_path: Path) -> None:
    """Its primes are not tested: reading 8,192 bits in OpenSSH's format takes milliseconds."""
    path = tmp_path / "large"
    key = rsa.generate_private_key(65537, 8192)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    began = time.process_time()
    assert [each.bits for each in key_search.find([tmp_path])] == [8192]
    assert time.process_time() - began < 0.05
