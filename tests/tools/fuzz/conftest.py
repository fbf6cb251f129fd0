"""Keys in every format that other tools write, once a session."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.key_files import RECIPES, tool

PASSPHRASE = "a passphrase"  # noqa: S105  of keys that live as long as a test


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts with one key each, by kind and format; too long to be shown with a failure."""

    texts: dict[str, bytes] = field(repr=False)

    def kinds(self, *endings: str) -> list[str]:
        """The kinds whose name ends so."""
        return sorted(each for each in self.texts if each.endswith(endings))


def said(*words: str | Path) -> bytes:
    """What another program prints."""
    return subprocess.run(words, check=True, capture_output=True).stdout


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Texts with one key each: private, encrypted and public, in all their formats."""
    directory = tmp_path_factory.mktemp("corpus")
    texts: dict[str, bytes] = {}
    for name, key_spec in RECIPES.items():
        path = directory / name
        tool("ssh-keygen", "-q", *key_spec, "-N", "", "-C", f"{name} comment", "-f", path)
        public = path.with_suffix(".pub")
        texts[f"{name} openssh"] = path.read_bytes()
        texts[f"{name} line"] = public.read_bytes()
        texts[f"{name} options"] = b'from="192.0.2.0/24",command="echo \\"hi\\"" ' + (
            public.read_bytes()
        )
        texts[f"{name} rfc4716"] = said("ssh-keygen", "-e", "-f", public)
        if name != "ed25519":
            texts[f"{name} public pem"] = said("ssh-keygen", "-e", "-m", "PKCS8", "-f", public)
            tool("ssh-keygen", "-q", "-p", "-m", "PEM", "-N", "", "-f", path)
            texts[f"{name} pem"] = path.read_bytes()
        pkcs8 = ("openssl", "pkcs8", "-topk8", "-in", path)
        if name != "ed25519":
            texts[f"{name} pkcs8"] = said(*pkcs8, "-nocrypt")
            texts[f"{name} pkcs8 encrypted"] = said(*pkcs8, "-passout", f"pass:{PASSPHRASE}")
            tool("ssh-keygen", "-q", "-p", "-m", "PEM", "-N", PASSPHRASE, "-f", path)
            texts[f"{name} pem encrypted"] = path.read_bytes()
            continue
        tool("ssh-keygen", "-q", "-p", "-N", PASSPHRASE, "-f", path)
        texts[f"{name} openssh encrypted"] = path.read_bytes()
    return Corpus(texts)
