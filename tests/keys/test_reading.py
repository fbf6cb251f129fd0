"""Key material: every format other tools write is read, mangled or not, and nothing else is."""

import base64
import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lskeys import keys
from lskeys.errors import InterruptedByUserError
from lskeys.keys import KeyMaterialError, PublicKey
from tests.support.cli_keys import said as tool
from tests.support.key_shapes import SHAPES

CLEAR = {
    "rsa": ("ssh-rsa", 2048),
    "ed25519": ("ssh-ed25519", 256),
    "ecdsa-256": ("ecdsa-sha2-nistp256", 256),
    "ecdsa-384": ("ecdsa-sha2-nistp384", 384),
    "ecdsa-521": ("ecdsa-sha2-nistp521", 521),
}
PEMS = ("pkcs1", "pkcs8", "sec1")
# Hypothesis runs many examples over one directory of keys, which is what is wanted.
many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def public_line(path: Path) -> str:
    """Type and base64 of the public key, by ssh-keygen."""
    return b" ".join(tool("ssh-keygen", "-y", "-f", path).split()[:2]).decode()


def wire_string(text: bytes) -> bytes:
    """RFC 4251, section 5."""
    return len(text).to_bytes(4) + text


@pytest.mark.parametrize("kind", CLEAR)
def test_openssh_private_keys_are_read(key_files: dict[str, Path], kind: str) -> None:
    """The public key derived is the one ssh-keygen derives, and the text stays what it was.

    The SSH name of the algorithm and the size are known.
    """
    text = key_files[kind].read_bytes()
    key = keys.read_private(text)
    assert key.public.line() == public_line(key_files[kind])
    assert (key.public.algorithm, key.public.bits) == CLEAR[kind]
    assert key.pem.reveal() == text


@pytest.mark.parametrize("kind", PEMS)
@pytest.mark.parametrize("shape", SHAPES)
def test_pem_is_read_however_it_was_mangled(
    pem_files: dict[str, Path], kind: str, shape: str
) -> None:
    """The text comes back clean, in the format it had: PKCS#1 stays PKCS#1."""
    text = pem_files[kind].read_bytes()
    key = keys.read_private(SHAPES[shape](text))
    assert key.pem.reveal() == text
    spki = tool("openssl", "pkey", "-in", pem_files[kind], "-pubout", "-outform", "DER")
    assert key.public.spki == spki


def test_openssl_parameters_before_an_ec_key_are_skipped(
    tmp_path: Path,
) -> None:
    """`openssl ecparam -genkey` writes two blocks; the key is the second."""
    path = tmp_path / "key"
    tool("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-out", path)
    assert b"EC PARAMETERS" in path.read_bytes()
    assert keys.read_private(path.read_bytes()).public.algorithm == "ecdsa-sha2-nistp256"


@pytest.mark.parametrize(
    ("kind", "style"),
    [
        *((kind, "RFC4716") for kind in CLEAR),
        *((kind, "PKCS8") for kind in CLEAR if kind != "ed25519"),  # ssh-keygen cannot
        *((kind, "PEM") for kind in CLEAR if kind != "ed25519"),
    ],
)
def test_public_keys_are_read_in_every_format(
    key_files: dict[str, Path], kind: str, style: str
) -> None:
    """What `ssh-keygen -e -m` exports is the key it was exported from."""
    exported = tool("ssh-keygen", "-e", "-m", style, "-f", f"{key_files[kind]}.pub")
    for text in (exported, json.dumps(exported.decode()).encode()):  # as `aws --query` prints it
        assert keys.read_public(text).line() == public_line(key_files[kind])


def test_the_rfc4716_comment_is_read_over_its_continuation(key_files: dict[str, Path]) -> None:
    """A header that continues behind a backslash is one header, and no part of the key."""
    exported = tool("ssh-keygen", "-e", "-f", f"{key_files['rsa']}.pub")
    head, _, rest = exported.partition(b"Comment:")
    _, _, body = rest.partition(b"\n")
    text = head + b'Comment: "me and \\\nyou"\nx-private: a\\\nb\n' + body
    key = keys.read_public(text)
    assert (key.comment, key.line()) == ("me and you", public_line(key_files["rsa"]))


@pytest.mark.parametrize(
    "around",
    [
        "{key}",
        "{key} you@laptop",
        "  {key} you@laptop  \r\n",
        "\ufeff{key}\n",
        "ssh-rsa {key} ",
        "ssh-rsa ssh-rsa {key}",
        "# mine\n\n{key}\n",
        '"{key}"\n',
        '"{key} you@laptop\\r\\n"\r\n',
        "'ssh-rsa {key} you@laptop'",
        "restrict {key}",
        'command="echo \\"ssh-rsa AAAA\\" x",no-pty {key} you@laptop',
        'From="10.0.0.0/8, ::1" {key}',
        'environment="A=B C"\t{key}',
    ],
)
def test_lines_are_read_with_what_surrounds_the_key(
    key_files: dict[str, Path], around: str
) -> None:
    """Options, comments, blank lines, AWS's doubled type and byte order marks do no harm."""
    line = public_line(key_files["rsa"])
    assert keys.read_public(around.format(key=line).encode()).line() == line


@given(comment=st.text())
@example(comment="-----BEGIN RSA PRIVATE KEY-----")
@example(comment="---- BEGIN SSH2 PUBLIC KEY ----")
@example(comment="-----BEGIN PUBLIC KEY-----")
@many
def test_no_comment_breaks_out_of_its_line(key_files: dict[str, Path], comment: str) -> None:
    """Whatever a name holds, words of a PEM, say, the line is one line of the same key."""
    key = keys.read_private(key_files["ed25519"].read_bytes()).public
    line = key.line(comment)
    again = keys.read_public(line.encode())
    assert line.isprintable()
    assert (again.blob, again.line(again.comment)) == (key.blob, line)


def encrypted_pem(pem_files: dict[str, Path], kind: str) -> bytes:
    """A key under the passphrase `word`, as PKCS#8 or as PKCS#1 with RFC 1421 headers."""
    style = ("pkcs8", "-topk8") if kind == "pkcs8" else ("rsa", "-traditional", "-aes128")
    return tool("openssl", *style, "-in", pem_files["pkcs1"], "-passout", "pass:word")


@pytest.mark.parametrize("kind", ["pkcs1", "pkcs8"])
def test_an_encrypted_pem_opens_with_its_passphrase(pem_files: dict[str, Path], kind: str) -> None:
    """The right passphrase opens it, and the text kept is the encrypted one."""
    text = encrypted_pem(pem_files, kind)
    plain = keys.read_private(pem_files["pkcs1"].read_bytes())
    opened = keys.read_private(text.replace(b"\n", b"\r\n"), passphrase=b"word")
    assert opened.fingerprints == plain.fingerprints
    assert opened.pem.reveal() == text


@pytest.mark.parametrize("passphrase", [b"", b"wrong"])
def test_a_wrong_passphrase_is_reported(pem_files: dict[str, Path], passphrase: bytes) -> None:
    """The wrong passphrase is reported, but not quoted."""
    with pytest.raises(KeyMaterialError, match="does not open with this passphrase"):
        keys.read_private(encrypted_pem(pem_files, "pkcs8"), passphrase=passphrase)


def test_a_passphrase_for_a_clear_key_is_not_needed(pem_files: dict[str, Path]) -> None:
    """A key that is not encrypted opens with any passphrase."""
    text = pem_files["pkcs1"].read_bytes()
    key = keys.read_private(text, passphrase=b"unneeded")
    assert key.fingerprints == keys.read_private(text).fingerprints


@pytest.mark.parametrize("cipher", ["aes128", "aes256", "des3"])
@pytest.mark.parametrize("kept", [0, 2, 15, -2, None])
def test_a_vector_that_is_cut_off(
    pem_files: dict[str, Path], cipher: str, kept: int | None
) -> None:
    """A short one, over which the library panics, is a damaged key (found by fuzzing)."""
    words = ("openssl", "rsa", "-traditional", f"-{cipher}", "-passout", "pass:word")
    text = tool(*words, "-in", pem_files["pkcs1"])
    head, comma, rest = text.partition(b",ENCRYPTED\n")[2].partition(b",")
    vector, _, body = rest.partition(b"\n")
    cut = text[: text.index(b"DEK-Info")] + head + comma + vector[:kept] + b"\n" + body
    if kept is None:
        assert keys.read_private(cut, passphrase=b"word").pem.reveal() == text
        return
    assert keys.read_local(cut) is None
    with pytest.raises(KeyMaterialError, match="damaged or inconsistent"):
        keys.read_private(cut, passphrase=b"word")


def open_without_end(text: bytes) -> NoReturn:
    """Open a key until something stops it."""
    while True:
        keys.read_private(text, passphrase=b"word")


def test_a_signal_while_a_key_is_opened(pem_files: dict[str, Path]) -> None:
    """It ends the run as a signal does, and is not taken for damage to the key."""
    text = encrypted_pem(pem_files, "pkcs8")

    def stop(_number: int, _frame: object) -> None:
        raise InterruptedByUserError("terminated")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, 0.0005)
    try:
        with pytest.raises(InterruptedByUserError):
            open_without_end(text)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@pytest.mark.parametrize(
    ("options", "usual", "too_many"),
    [
        ("-iter 65537", "0203010001", "02037fffff"),  # PBKDF2: 8 million rounds
        ("-scrypt", "020108020101", "020108020141"),  # p = 65
    ],
)
def test_a_passphrase_that_takes_minutes_to_hash(
    pem_files: dict[str, Path], options: str, usual: str, too_many: str
) -> None:
    """How much hashing an encrypted key may require is limited; what is usual is opened."""
    make = f"openssl pkcs8 -topk8 -passout pass:x -outform DER {options} -in".split()
    der = tool(*make, pem_files["pkcs8"])
    changed = der.replace(bytes.fromhex(usual), bytes.fromhex(too_many))
    assert changed != der
    good, bad = (
        b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n%s-----END ENCRYPTED PRIVATE KEY-----\n"
        % base64.encodebytes(each)
        for each in (der, changed)
    )
    assert keys.read_private(good, passphrase=b"x").public.algorithm == "ssh-rsa"
    with pytest.raises(KeyMaterialError, match="hashing its passphrase would take longer"):
        keys.read_private(bad, passphrase=b"x")


def test_openssh_rounds_are_limited(key_files: dict[str, Path], tmp_path: Path) -> None:
    """The bcrypt rounds of OpenSSH's format are limited as well."""
    path = tmp_path / "key"
    path.write_bytes(key_files["ed25519"].read_bytes())
    path.chmod(0o600)
    tool("ssh-keygen", "-q", "-p", "-N", "secret", "-a", "1", "-f", path)
    text = base64.b64decode(b"".join(path.read_bytes().splitlines()[1:-1]))
    at = text.index(b"bcrypt") + len(b"bcrypt") + 4 + 4 + 16
    changed = text[:at] + (1025).to_bytes(4) + text[at + 4 :]
    pem = b"-----BEGIN OPENSSH PRIVATE KEY-----\n%s-----END OPENSSH PRIVATE KEY-----\n"
    with pytest.raises(KeyMaterialError, match="longer than 1024 rounds of bcrypt"):
        keys.read_private(pem % base64.encodebytes(changed), passphrase=b"x")


def test_an_encrypted_key_without_passphrase_is_refused(pem_files: dict[str, Path]) -> None:
    """The message says why, and the hint what to do."""
    with pytest.raises(KeyMaterialError, match="encrypted with a passphrase") as refusal:
        keys.read_private(encrypted_pem(pem_files, "pkcs8"))
    assert (
        refusal.value.hint
        == "take the passphrase off a copy: install -m 600 FILE COPY && ssh-keygen -p -f COPY"
    )


def der(text: bytes) -> bytearray:
    """The DER inside a PEM."""
    return bytearray(base64.b64decode(b"".join(text.splitlines()[1:-1])))


def as_pem(label: bytes, content: bytes) -> bytes:
    """DER as PEM."""
    body = base64.encodebytes(content)
    return b"-----BEGIN " + label + b"-----\n" + body + b"-----END " + label + b"-----\n"


def test_an_rsa_key_with_a_wrong_number_is_refused(pem_files: dict[str, Path]) -> None:
    """PKCS#1 repeats itself (n = p q, d, CRT parts); one changed byte anywhere is noticed."""
    text = pem_files["pkcs1"].read_bytes()
    for place in range(8, len(der(text)), 29):
        changed = der(text)
        changed[place] ^= 4
        forged = as_pem(b"RSA PRIVATE KEY", bytes(changed))
        assert keys.read_local(forged) is None
        with pytest.raises(KeyMaterialError):
            keys.read_private(forged)


def der_integers(content: bytes) -> list[int]:
    """The numbers in a DER SEQUENCE of INTEGERs (X.690), such as PKCS#1 is."""
    at, numbers = 4, []
    while at < len(content):
        size, at = content[at + 1], at + 2
        if size > 127:
            size, at = int.from_bytes(content[at : at + size - 128]), at + size - 128
        numbers.append(int.from_bytes(content[at : at + size]))
        at += size
    return numbers


def der_sequence(numbers: list[int]) -> bytes:
    """The other way round."""

    def element(tag: bytes, content: bytes) -> bytes:
        size = len(content)
        if size < 128:
            return tag + bytes([size]) + content
        width = (size.bit_length() + 7) // 8
        return tag + bytes([128 + width]) + size.to_bytes(width) + content

    whole = b"".join(
        element(b"\x02", each.to_bytes(each.bit_length() // 8 + 1)) for each in numbers
    )
    return element(b"\x30", whole)


def test_an_rsa_key_whose_exponents_do_not_belong_together_is_refused(
    pem_files: dict[str, Path],
) -> None:
    """Another d with its own CRT parts is consistent in itself, but not with the public e."""
    content = bytes(der(pem_files["pkcs1"].read_bytes()))
    numbers = der_integers(content)
    assert der_sequence(numbers) == content
    version, n, e, d, p, q, _, _, inverse = numbers
    forged = [version, n, e, d + 2, p, q, (d + 2) % (p - 1), (d + 2) % (q - 1), inverse]
    text = as_pem(b"RSA PRIVATE KEY", der_sequence(forged))
    assert keys.read_local(text) is None
    with pytest.raises(KeyMaterialError):
        keys.read_private(text)


@given(st.data())
@settings(deadline=None)
def test_no_numbers_break_the_quick_reading(data: st.DataObject) -> None:
    """It skips the library's own check, so zeros, ones and giants must be harmless here."""
    number = st.one_of(st.sampled_from([0, 1, 2, 3, 65537]), st.integers(0, 1 << 2048))
    numbers = data.draw(st.lists(number, min_size=8, max_size=8))
    assert keys.read_local(as_pem(b"RSA PRIVATE KEY", der_sequence([0, *numbers]))) is None


def test_an_ec_key_with_a_foreign_public_key_is_refused(
    pem_files: dict[str, Path], key_files: dict[str, Path], tmp_path: Path
) -> None:
    """SEC1 carries the public point next to the private number; they must belong together."""
    tool("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", tmp_path / "b")
    mine = bytes(der(pem_files["sec1"].read_bytes()))
    other = bytes(der((tmp_path / "b").read_bytes()))
    forged = mine[:-65] + other[-65:]
    with pytest.raises(KeyMaterialError):
        keys.read_private(as_pem(b"EC PRIVATE KEY", forged))
    assert public_line(key_files["ecdsa-256"])


@pytest.mark.parametrize("kind", CLEAR)
def test_an_openssh_key_that_shows_another_public_key_is_refused(
    key_files: dict[str, Path], tmp_path: Path, kind: str
) -> None:
    """The public key in clear must be the one derived: else a file could pose as another."""
    path = tmp_path / "other"
    key_spec = kind.split("-")
    words = ("-b", key_spec[1]) if len(key_spec) > 1 else ("-b", "2048") if kind == "rsa" else ()
    tool("ssh-keygen", "-q", "-t", key_spec[0], *words, "-N", "", "-f", path)
    mine = keys.read_private(key_files[kind].read_bytes()).public.blob
    other = keys.read_private(path.read_bytes()).public.blob
    text = key_files[kind].read_bytes()
    forged = bytes(der(text)).replace(wire_string(mine), wire_string(other), 1)
    assert forged != bytes(der(text))
    with pytest.raises(KeyMaterialError):
        keys.read_private(as_pem(b"OPENSSH PRIVATE KEY", forged))


def test_an_ed25519_key_that_poses_as_another_is_refused(key_files: dict[str, Path]) -> None:
    """Changed consistently in all three places but the seed, the public key is still a lie."""
    content = bytes(der(key_files["ed25519"].read_bytes()))
    point = keys.read_private(key_files["ed25519"].read_bytes()).public.blob[-32:]
    assert content.count(point) == 3
    forged = content.replace(point, bytes(31) + b"\x01")
    with pytest.raises(KeyMaterialError, match="do not belong together"):
        keys.read_private(as_pem(b"OPENSSH PRIVATE KEY", forged))


@pytest.mark.parametrize(
    ("words", "read"),
    [
        (("genpkey", "-algorithm", "ed448"), keys.read_private),
        (("genpkey", "-algorithm", "x25519"), keys.read_private),
        (("ecparam", "-name", "secp256k1", "-genkey", "-noout"), keys.read_private),
    ],
)
def test_keys_ssh_does_not_use_are_refused(
    words: tuple[str, ...], read: Callable[[bytes], object]
) -> None:
    """A key for something else is no key here, whole as it may be."""
    text = tool("openssl", *words)
    assert keys.read_local(text) is None
    with pytest.raises(KeyMaterialError):
        read(text)
    public = tool("openssl", "pkey", "-pubout", stdin=text)
    assert keys.read_local(public) is None


def test_files_that_only_mention_keys_are_no_keys(
    key_files: dict[str, Path], tmp_path: Path
) -> None:
    """known_hosts, configuration, lists of keys, certificates, cut-off keys are not read as one."""
    line = public_line(key_files["ed25519"])
    text = key_files["ed25519"].read_bytes()
    (tmp_path / "user.pub").write_text(line)
    tool("ssh-keygen", "-q", "-s", key_files["rsa"], "-I", "id", tmp_path / "user.pub")
    for content in (
        (tmp_path / "user-cert.pub").read_text(),
        f"nonsense {line}",
        line.replace("ssh-ed25519", "ssh-rsa", 1),
        line.replace("ssh-ed25519", "ssh-dss", 1),
        text.decode() + "\n" * keys.SIZE_LIMIT,
        f"192.0.2.1 {line}\n",
        f"|1|c2FsdA==|aGFzaA== {line}\n",
        f"@cert-authority *.example {line}\n",
        f"{line}\n{line}\n",
        "Host *\n  HostKeyAlgorithms ssh-ed25519\n",
        line[:40],
        "ssh-rsa",
        "ssh-rsa ssh-rsa ssh-rsa",
        "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n",
        "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t",
        text[:100].decode(),
    ):
        assert keys.read_local(content.encode()) is None, content


def test_a_private_key_is_not_taken_for_a_public_one(pem_files: dict[str, Path]) -> None:
    """The reader of public keys says what it got."""
    with pytest.raises(KeyMaterialError, match="is a private key"):
        keys.read_public(pem_files["pkcs1"].read_bytes())


def test_a_private_key_shows_no_secret(pem_files: dict[str, Path]) -> None:
    """Its repr, which ends in logs and tracebacks, hides the text."""
    text = pem_files["pkcs1"].read_bytes()
    shown = repr(keys.read_private(text)) + repr(keys.read_local(text))
    assert "Secret(hidden)" in shown
    assert text.splitlines()[1].decode() not in shown


def test_a_text_made_to_be_slow_is_not(key_files: dict[str, Path]) -> None:
    """Quotes and backslashes without end are refused by a match that never backtracks."""
    for content in (
        b'command="' + b'\\"' * 30_000,
        b"restrict" + b'\\"' * 30_000,
        b"-----BEGIN " * 5_000,
    ):
        assert keys.read_local(b"ssh-rsa" + content) is None
        with pytest.raises(KeyMaterialError):
            keys.read_public(content)
    assert isinstance(keys.read_public(Path(f"{key_files['rsa']}.pub").read_bytes()), PublicKey)
