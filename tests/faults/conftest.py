"""The lying server, the stage of every verb, and what their tests share."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from lskeys.sandbox import Sandbox
from tests.conftest import NOW
from tests.support.certificates import Authority, authority
from tests.support.lying_server import Liar
from tests.support.proxies import proxies
from tests.support.verb_cases import Stage, fill_account, fill_home, make_own

__all__ = ["proxies"]


@pytest.fixture(scope="session")
def own_key(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A person's own key, as ssh-keygen makes it: the private text, and the public line."""
    return make_own(tmp_path_factory.mktemp("own"))


@dataclass(frozen=True, slots=True)
class Filled:
    """An account that was filled once, and the keys that belong to it."""

    path: Path
    default_pem: str
    own_pem: str
    own_line: str


@pytest.fixture(scope="session")
def filled(
    tmp_path_factory: pytest.TempPathFactory, rsa_pem: str, own_key: tuple[str, str]
) -> Filled:
    """The account that every verb finds; each test has a copy of its file."""
    path = tmp_path_factory.mktemp("filled") / "sandbox.sqlite3"
    fill_account(Sandbox(path, now=lambda: NOW, seed=False), rsa_pem, own_key[1])
    return Filled(path, rsa_pem, *own_key)


@pytest.fixture
def stage(liar: Liar, account: Sandbox, home: Path, filled: Filled) -> Stage:
    """What every verb needs, the server in front of it letting all through."""
    account.path.parent.mkdir(mode=0o700)
    shutil.copy(filled.path, account.path)
    fill_home(home, filled.own_pem, filled.own_line)
    liar.stands_before(account)
    return Stage(account, home, (filled.default_pem, filled.own_pem), filled.own_line)


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority that is not trusted by default."""
    return authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def keys(home: Path) -> Path:
    """The directory private keys go to."""
    return home / ".ssh"
