"""The cipher of an encrypted file is known before it is opened; ssh-keygen and openssl judge it."""

import subprocess
from pathlib import Path

import pytest

from lskeys import keys
from lskeys.keys import KeyFileContent, KeyMaterialError
from lskeys.keys.ssh_loading import OUTDATED_CIPHER

WORD = "secret"
LEGACY = "-provider default -provider legacy"
PASSPHRASES = f"-passin pass:{WORD} -passout pass:{WORD}"
PBES1 = ("MD5-DES", "MD5-RC2-64", "SHA1-DES", "SHA1-RC2-64")
PKCS12 = ("SHA1-RC4-128", "SHA1-RC4-40", "SHA1-3DES", "SHA1-2DES", "SHA1-RC2-128", "SHA1-RC2-40")
HASHES = ("MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "SHA512-256")
BOTH = (
    *("des", "des3", "rc2", "bf", "cast5-cbc", "seed", "aes-128-cbc", "aes-192-cbc"),
    *("aes-256-cbc", "aes-256-ofb", "camellia-256-cbc", "aria-128-cbc", "sm4-cbc"),
)
MAKE = (
    *(f"openssl pkcs8 -topk8 -v1 PBE-{name}" for name in (*PBES1, *PKCS12)),
    *(f"openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWith{name}" for name in HASHES),
    *(f"openssl pkcs8 -topk8 -v2 {name}" for name in (*BOTH, "rc4", "aes-128-ecb")),
    "openssl pkcs8 -topk8 -scrypt",
    *(f"openssl rsa -traditional -{name}" for name in (*BOTH, "desx", "des-ede-cbc", "rc2-40-cbc")),
    *(
        f"ssh-keygen -q -p -a 1 -Z aes{bits}-{mode}"
        for bits in (128, 192, 256)
        for mode in ("cbc", "ctr")
    ),
    *(f"ssh-keygen -q -p -a 1 -Z aes{bits}-gcm@openssh.com" for bits in (128, 256)),
    *(
        "ssh-keygen -q -p -a 1 -Z 3des-cbc",
        "ssh-keygen -q -p -a 1 -Z chacha20-poly1305@openssh.com",
    ),
)


def run(line: str, directory: Path) -> bool:
    """Whether a command succeeds."""
    words = ("sh", "-c", line)
    return subprocess.run(words, cwd=directory, capture_output=True, check=False).returncode == 0


def opening(text: bytes) -> KeyFileContent | KeyMaterialError:
    """What the passphrase opens, or why it does not."""
    try:
        return keys.read_file(text, passphrase=WORD.encode())
    except KeyMaterialError as error:
        return error


@pytest.mark.parametrize("make", MAKE)
def test_each_cipher(pem_files: dict[str, Path], tmp_path: Path, make: str) -> None:
    """What ssh does not decrypt has an obstacle; what cannot be opened blames no passphrase.

    The command of the hint makes of a copy what ssh loads and its passphrase opens.
    """
    clear, file = pem_files["pkcs1"].read_bytes(), tmp_path / "FILE"
    file.touch(0o600)
    file.write_bytes(clear)
    is_made = (
        run(f"{make} {LEGACY} {PASSPHRASES} -in {pem_files['pkcs1']} -out FILE", tmp_path)
        if make.startswith("openssl")
        else run(f"{make} -N {WORD} -f FILE", tmp_path)
    )
    if not is_made:
        pytest.skip("the installed program does not know it")
    text = file.read_bytes()
    found = keys.read_file(text)
    loads = run(f"ssh-keygen -y -P {WORD} -f FILE", tmp_path)
    assert (found.encrypted, found.obstacle) == (True, None if loads else OUTDATED_CIPHER)
    assert (found.clean is None) != loads
    opened = opening(text)
    reason = "the private key does not open with this passphrase"
    if isinstance(opened, KeyMaterialError):
        reason = opened.message
        assert ("not read" if loads else "outdated cipher") in reason
        (tmp_path / "COPY").touch(0o600)
        (tmp_path / "COPY").write_bytes(text)
        command = (opened.hint or "").partition(": ")[2]
        given = PASSPHRASES if "openssl" in command else f"-a 1 -P {WORD} -N {WORD}"
        assert run(f"{command} {given}", tmp_path)
        assert run(f"ssh-keygen -y -P {WORD} -f COPY", tmp_path)
        opened = opening((tmp_path / "COPY").read_bytes())
    assert isinstance(opened, KeyFileContent)
    assert opened.fingerprints == keys.read_file(clear).fingerprints
    with pytest.raises(KeyMaterialError, match=reason):
        keys.read_file(text, passphrase=b"wrong")


def test_no_cipher_is_left_out() -> None:
    """The table has every cipher that the installed ssh knows."""
    known = subprocess.run(("ssh", "-Q", "cipher"), capture_output=True, check=True, text=True)
    tried = {line.rpartition("-Z ")[2] for line in MAKE}
    assert {*known.stdout.split()} <= tried
