"""Every command that a message suggests, typed in the very state that it is suggested for."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Server
from tests.conftest import CREATED, REGION, Run
from tests.support.cli_keys import (
    PASSPHRASE,
    encrypted_pem,
    other_pem,
    own_pem,
    public_line,
    save,
)
from tests.support.printed_commands import be_a_user, commands_in, type_command

KEY_FILE = f"LightsailDefaultKey-{REGION}.pem"
IN = f"--region {REGION}"


@dataclass
class State:
    """An account and a disk, and what is put there."""

    account: Sandbox
    server: Server
    home: Path
    run: Run

    def pair(self, name: str, pem: str) -> "State":
        """A key pair, and an instance that uses it."""
        self.account.add_key_pairs(REGION, [name], public_line=public_line(pem))
        self.account.add_instance(REGION, f"on-{name}", key_pair_name=name)
        return self

    def default(self) -> "State":
        """The default key pair, and an instance that uses it."""
        self.account.add_default_key_pair(REGION, private_pem=own_pem(), created_at=CREATED)
        self.account.add_instance(REGION, "blog", created_at=CREATED)
        return self

    def save(self, name: str, text: str, mode: int = 0o700) -> "State":
        """A file of the home, in a directory of this mode."""
        save(self.home / name, text).parent.chmod(mode)
        return self

    def fail(self, fault: str) -> "State":
        """A fault of AWS."""
        self.server.add_fault(fault)
        return self

    def ran(self, line: str) -> "State":
        """A command that was typed before."""
        self.run(line)
        return self


class Case(NamedTuple):
    """What there is, what is typed, what is suggested, and whether that makes it right."""

    arrange: Callable[[State], object]
    line: str
    suggested: str
    is_fixed: bool = False


CASES = {
    "no default pair to rotate": Case(
        lambda _: None,
        "rotate-default --yes",
        f"lskeys download-default --create {IN}",
        is_fixed=True,
    ),
    "a rotation in another directory": Case(
        lambda state: (
            state.default()
            .fail("DeleteKeyPair=AccessDeniedException*1")
            .ran("rotate-default --yes --out first")
        ),
        "rotate-default --yes --out second",
        f"lskeys rotate-default {IN}",
        is_fixed=True,
    ),
    "the file of another pair": Case(
        lambda state: state.pair("db", own_pem()).save(".ssh/web.pem", own_pem()),
        "create web",
        "lskeys import web {home}/.ssh/web.pem",
        is_fixed=True,
    ),
    "an encrypted PEM": Case(
        lambda state: state.save("key", encrypted_pem(own_pem())),
        "import web key",
        "ssh-keygen -y -f key | lskeys import web -",
    ),
    "another key of that name": Case(
        lambda state: state.pair("web", other_pem()).save("own.pub", public_line(own_pem())),
        "import web own.pub --if-absent",
        f"lskeys delete web {IN}",
        is_fixed=True,
    ),
    "tags that were refused": Case(
        lambda state: state.save("own.pub", public_line(own_pem())).fail(
            "TagResource=AccessDeniedException*1"
        ),
        "import web own.pub --if-absent --tag a=b",
        f"lskeys tag web a=b {IN}",
        is_fixed=True,
    ),
    "a pair that cannot be looked up": Case(
        lambda state: state.save("own.pub", public_line(own_pem())).fail(
            "GetKeyPair=AccessDeniedException*1"
        ),
        "import web own.pub",
        f"lskeys show web {IN}",
    ),
    "a pair of which only the private key knows the fingerprint": Case(
        lambda state: state.ran("create web --service-generated -q"),
        "import web .ssh/web.pem.pub --if-absent",
        f"lskeys show web {IN}",
    ),
    "a directory that others may write in": Case(
        lambda state: state.default().save("shared/x", "", 0o777),
        "download-default --out shared",
        "chmod go-w {home}/shared",
        is_fixed=True,
    ),
    "a directory in the place of a key": Case(
        lambda state: state.save("keys/x", ""), "fingerprint keys", "ls keys"
    ),
    "a default pair of unknown fate": Case(
        lambda state: state.fail("DownloadDefaultKeyPair=lost-answer"),
        "download-default --create",
        f"lskeys list --include-default {IN}",
    ),
    "no local key of the default pair": Case(
        lambda state: state.default(),
        "authorize blog --key-pair default -y",
        f"lskeys download-default {IN}",
    ),
    "no such instance": Case(lambda _: None, "ssh nobody", "lskeys instances --all-regions"),
    "a name for the default pair": Case(
        lambda _: None, f"create {DEFAULT_PAIR}", "lskeys download-default --create"
    ),
    "an encrypted key without its .pub": Case(
        lambda state: state.pair("web", own_pem()).save("key", encrypted_pem(own_pem())),
        "authorize on-web --key key -y",
        "ssh-keygen -y -f {home}/key > {home}/key.pub",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_suggested_command(  # noqa: PLR0913  fixtures
    case: Case,
    *,
    account: Sandbox,
    server: Server,
    home: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It succeeds there, and where it promises that, what was typed before does so afterwards."""
    be_a_user(home, monkeypatch)
    case.arrange(State(account, server, home, run))
    ran = run(case.line)
    assert ran.exit_code not in {0, 1}
    [command] = commands_in(ran)
    assert command == case.suggested.format(home=home)
    type_command(run, command)
    if case.is_fixed:
        assert run(case.line).exit_code == 0
    assert PASSPHRASE not in ran.err
