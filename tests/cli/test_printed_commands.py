"""Every command that a message suggests, typed in the state for which it is suggested."""

import json
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest

from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Server
from tests.cli.test_setup import configure_aws
from tests.conftest import CREATED, REGION, Run
from tests.support.cli_keys import (
    PASSPHRASE,
    encrypted_pem,
    other_pem,
    own_pem,
    public_line,
    said,
    save,
)
from tests.support.printed_commands import be_a_user, commands_in, commands_in_source, type_command

KEY_FILE = f"LightsailDefaultKey-{REGION}.pem"
IN = f"--region {REGION}"
OLD_CIPHER = "openssl pkcs8 -topk8 -v1 PBE-MD5-DES -provider default -provider legacy"


@dataclass
class State:
    """An account and a disk, and what is put there."""

    account: Sandbox
    server: Server
    home: Path
    run: Run
    request: pytest.FixtureRequest

    def agent(self, *lines: str) -> "State":
        """A running ssh-agent, and what is done with it."""
        self.request.getfixturevalue("agent")
        for line in lines:
            said("sh", "-c", line)
        return self

    def setenv(self, name: str, text: str) -> "State":
        """A variable."""
        self.request.getfixturevalue("monkeypatch").setenv(name, text)
        return self

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

    def loose(self, name: str) -> "State":
        """A file that others can read."""
        (self.home / name).chmod(0o644)
        return self

    def made(self, *lines: str) -> "State":
        """Files that other programs make of `own`, the default key, and of `pem`, another one."""
        save(self.home / "pem", other_pem())
        save(self.home / "own", own_pem())
        save(self.home / "words", PASSPHRASE)
        for line in lines:
            said("sh", "-c", f"cd {self.home} && {line.format(word=shlex.quote(PASSPHRASE))}")
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
    """What there is, what is typed, what is suggested, and whether that makes it right.

    `then` is what works afterwards, if that is not the line itself.
    """

    arrange: Callable[[State], object]
    line: str
    suggested: str
    is_fixed: bool = False
    then: str | None = None


CASES = {
    "no default pair to rotate": Case(
        lambda _: None,
        "rotate-default --yes",
        f"lskeys download-default --create {IN}",
        is_fixed=True,
    ),
    "no default pair to rotate, and the key of an earlier one": Case(
        lambda state: state.save(f"keys/{KEY_FILE}", other_pem()),
        "rotate-default --yes --out keys",
        f"lskeys download-default --create --out {{home}}/keys --force {IN}",
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
    "a file that is not there": Case(lambda _: None, "fingerprint nothing", "ls -a ."),
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
    "no such instance": Case(lambda _: None, "ssh unknown", "lskeys instances --all-regions"),
    "a name for the default pair": Case(
        lambda _: None, f"create {DEFAULT_PAIR}", "lskeys download-default --create"
    ),
    "an encrypted key without its .pub": Case(
        lambda state: state.pair("web", own_pem()).save("key", encrypted_pem(own_pem())),
        "authorize on-web --key key -y",
        "ssh-keygen -y -f {home}/key > {home}/key.pub",
    ),
    "a private key under a cipher that is not read": Case(
        lambda state: state.made(
            "ssh-keygen -q -p -a 1 -Z chacha20-poly1305@openssh.com -N {word} -f pem"
        ),
        "fingerprint pem --passphrase-file words",
        "install -m 600 pem pem.copy && ssh-keygen -p -f pem.copy",
        then="fingerprint pem.copy --passphrase-file words",
    ),
    "a private key under an outdated cipher": Case(
        lambda state: state.made(f"{OLD_CIPHER} -in pem -out key -passout pass:{{word}}"),
        "fingerprint key --passphrase-file words",
        "openssl pkcs8 -topk8 -provider default -provider legacy -in key -out key.copy",
        then="fingerprint key.copy --passphrase-file words",
    ),
    "an import of a private key under an outdated cipher": Case(
        lambda state: state.made(f"{OLD_CIPHER} -in pem -out key -passout pass:{{word}}"),
        "import web key",
        "openssl pkcs8 -topk8 -provider default -provider legacy -in key -out key.copy",
        then="fingerprint key.copy --passphrase-file words",
    ),
    "a default key under an outdated cipher": Case(
        lambda state: state.default().made(
            f"mkdir -m 700 .ssh; {OLD_CIPHER} -in pem -out .ssh/{KEY_FILE} -passout pass:{{word}}"
        ),
        "download-default",
        "openssl pkcs8 -topk8 -provider default -provider legacy"
        f" -in {{home}}/.ssh/{KEY_FILE} -out {{home}}/.ssh/{KEY_FILE}.copy",
        then=f"fingerprint .ssh/{KEY_FILE}.copy --passphrase-file words",
    ),
    "a default key without a passphrase": Case(
        lambda state: state.default().ran("download-default").save("words", PASSPHRASE),
        "download-default --passphrase-file words",
        f"ssh-keygen -p -f {{home}}/.ssh/{KEY_FILE}",
        then=f"fingerprint .ssh/{KEY_FILE} --passphrase-file words",
    ),
    "a default key of PuTTY's": Case(
        lambda state: state.default().made(
            f"mkdir -m 700 .ssh; puttygen own -o .ssh/{KEY_FILE} --new-passphrase words"
        ),
        "download-default",
        f"puttygen {{home}}/.ssh/{KEY_FILE} -O private-openssh -o {{home}}/.ssh/{KEY_FILE}.copy",
        then=f"fingerprint .ssh/{KEY_FILE}.copy --passphrase-file words",
    ),
    "a key in DER": Case(
        lambda state: state.made("openssl pkey -in pem -outform DER -out key"),
        "fingerprint key",
        "openssl pkey -in key -out key.copy",
        then="fingerprint key.copy",
    ),
    "a key in ssh.com's format": Case(
        lambda state: state.made("puttygen pem -O private-sshcom -o key"),
        "fingerprint key",
        "ssh-keygen -i -f key > key.copy",
        then="fingerprint key.copy",
    ),
    "a key pair that is not there": Case(
        lambda state: state.pair("web", own_pem()), "delete db --yes", "lskeys list"
    ),
    "no default pair to show": Case(
        lambda _: None, "show default", "lskeys list --include-default --all-regions"
    ),
    "a default pair to delete": Case(
        lambda state: state.default().ran("download-default"),
        "delete default --yes",
        f"lskeys delete {DEFAULT_PAIR} --fingerprint {IN}",
    ),
    "no key pairs like that": Case(
        lambda state: state.pair("web", own_pem()), "list '*-old'", "lskeys list"
    ),
    "an encrypted key that others can read, to be imported": Case(
        lambda state: state.save("key", encrypted_pem(own_pem())).loose("key"),
        "import web key",
        "chmod 600 key && ssh-keygen -y -f key | lskeys import web -",
    ),
    "an encrypted key that others can read, to be added": Case(
        lambda state: (
            state.pair("web", own_pem()).save("key", encrypted_pem(own_pem())).loose("key")
        ),
        "authorize on-web --key key -y",
        "chmod 600 {home}/key && ssh-keygen -y -f {home}/key > {home}/key.pub",
    ),
    "an encrypted key to be removed": Case(
        lambda state: (
            state.pair("web", own_pem())
            .save("own.pub", public_line(own_pem()))
            .save("key", encrypted_pem(other_pem()))
        ),
        "authorize on-web --key own.pub --remove key --dry-run",
        "ssh-keygen -y -f key > key.pub",
        is_fixed=True,
    ),
    "a key under an outdated cipher to be added": Case(
        lambda state: state.pair("web", own_pem()).made(
            f"{OLD_CIPHER} -in pem -out key -passout pass:{{word}}"
        ),
        "authorize on-web --key key -y",
        "openssl pkcs8 -topk8 -provider default -provider legacy"
        " -in {home}/key -out {home}/key.copy",
        then="fingerprint key.copy --passphrase-file words",
    ),
    "a lost import of a new key": Case(
        lambda state: state.fail("ImportKeyPair=reset*2"),
        "create web",
        f"lskeys import web {{home}}/.ssh/web.pem --if-absent {IN}",
    ),
    "a lost creation": Case(
        lambda state: state.fail("CreateKeyPair=lost-answer*1"),
        "create web --service-generated",
        f"lskeys delete web {IN}",
        is_fixed=True,
    ),
    "a lost tag": Case(
        lambda state: state.pair("web", own_pem()).fail("TagResource=reset"),
        "tag web a=b",
        f"lskeys show web {IN}",
    ),
    "no such instance to add a key to": Case(
        lambda state: state.save("own.pub", public_line(own_pem())),
        "authorize unknown --key own.pub",
        "lskeys instances --all-regions",
    ),
    "an instance whose host keys are not pinned": Case(
        lambda state: state.default().ran("download-default"),
        "ssh blog --print",
        f"lskeys ssh-config --known-hosts --write {IN}",
        is_fixed=True,
    ),
    "a configuration that refers to the key that is rotated": Case(
        lambda state: state.default().ran("download-default").ran("ssh-config --write --yes"),
        "rotate-default --dry-run",
        f"lskeys ssh-config --write {IN}",
        is_fixed=True,
    ),
    "a link in a circle": Case(
        lambda state: (state.home / "key").symlink_to("key"), "fingerprint key", "ls -l key"
    ),
    "no ssh-agent": Case(
        lambda state: state.default(), "download-default --agent", 'eval "$(ssh-agent)"'
    ),
    "an ssh-agent that has ended": Case(
        lambda state: state.default().setenv("SSH_AUTH_SOCK", "gone"),
        "download-default --agent",
        'eval "$(ssh-agent)"',
    ),
    "a locked ssh-agent": Case(
        lambda state: state.default().agent("ssh-add -x"),
        "download-default --agent",
        "ssh-add -X",
        is_fixed=True,
    ),
    "a list of an ssh-agent's keys": Case(
        lambda state: state.made().agent("ssh-add own", "ssh-add -l > keys"),
        "fingerprint keys",
        "ssh-add -L",
    ),
    "a command that needs no permissions": Case(
        lambda _: None, "iam-policy completion", "lskeys iam-policy"
    ),
    "an ssh configuration that others may change": Case(
        lambda state: state.default().made(
            "mkdir -m 700 .ssh; touch .ssh/config; chmod 666 .ssh/config"
        ),
        "ssh-config --write --yes",
        "chmod go-w {home}/.ssh/config",
        is_fixed=True,
    ),
}


ELSEWHERE = {
    "aws login",  # these two open a browser
    "aws sso login",
    'eval "$(lskeys sandbox env…)"',  # test_sandbox.py, as are the next two
    "lskeys --sandbox list",
    "lskeys sandbox serve --port 0",
    "chmod … …",  # fixes of the audit, which test_audit.py runs
    "ls -ld …",
    "lskeys show … -r …",  # test_other_regions.py
    "lskeys list -r …",  # test_guesses.py
    "lskeys sandbox exec -- aws lightsail ",  # test_sandbox.py
    "curl -fsSL … | lskeys fingerprint -",  # below
    "lskeys fingerprint …",  # a file that changed meanwhile
    "mkdir -p …",  # a directory that was removed meanwhile
    "ssh-add …",  # test_login.py, against a real sshd, as is the next
    "chmod 600 …",
    "lskeys ssh-config --known-hosts … --region … | ssh-keygen -lf -",  # test_instances.py
    "lskeys authorize … --key-pair default --region ……",  # likewise
}
"""Commands in the source that no case prints, and where they are tried or why they are not."""
_NO_COMMAND = re.compile(
    r"lskeys (?:…|runs|would|help COMMAND|fingerprint FILE|sandbox path)|ssh-add (?:is|did|failed)"
    r"|ssh-keygen (?:-l|cannot)|aws (?:says|\{)|install (?:the )?Open|.*(?:\bNAME|~)"
)


def _is_in(command: str, suggested: str) -> bool:
    """Whether a suggested command is of the same program and command, with all these options."""
    words, others = command.split(), suggested.split()
    same = 1 + (words[0] == "lskeys")
    options = {each for each in words if each.startswith("-")}
    return words[:same] == others[:same] and options <= {*others}


def test_every_command_of_the_source() -> None:
    """A command that a message may have is suggested in a case above, or tried elsewhere."""
    suggested = [part for case in CASES.values() for part in case.suggested.split(" && ")]
    unknown = {
        part
        for command in commands_in_source()
        if not _NO_COMMAND.match(command) and command not in ELSEWHERE
        for part in command.split(" && ")
        if not any(_is_in(part, each) for each in suggested)
    }
    assert unknown == set()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_suggested_command(  # noqa: PLR0913  fixtures
    case: Case,
    *,
    account: Sandbox,
    server: Server,
    home: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    """It succeeds; where it is a fix, the original command succeeds afterwards."""
    be_a_user(home, monkeypatch)
    case.arrange(State(account, server, home, run, request))
    ran = run(case.line)
    assert ran.exit_code != 1
    suggested = case.suggested.format(home=home)
    assert [*commands_in(ran)] == [suggested], ran.err
    type_command(run, suggested)
    if case.is_fixed or case.then:
        assert run(case.then or case.line).exit_code == 0
    assert PASSPHRASE not in ran.err


class _Keys(BaseHTTPRequestHandler):
    """Serves a public key."""

    def do_GET(self) -> None:  # http.server calls it by this name
        """A public key for any request."""
        self.wfile.write(f"HTTP/1.0 200 OK\r\n\r\n{public_line(own_pem())}\n".encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's word
        """Say nothing."""


ACCOUNTS = {
    "-p work": ("--profile work",) * 2,
    "--endpoint-url http://127.0.0.1:PORT": ("--endpoint-url http://127.0.0.1:PORT",) * 2,
    "LSKEYS_PROFILE=work": ("--profile work", ""),
}
"""How an account is chosen → the options for it in commands of the AWS CLI, and of lskeys."""


@pytest.mark.parametrize("given", ACCOUNTS)
def test_a_command_reaches_the_same_account(  # noqa: PLR0913  a fixture is a parameter
    given: str,
    *,
    account: Sandbox,
    server: Server,
    run: Run,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A suggested command, of another program and in a comment, has the account of this run."""
    configure_aws(home, "[profile work]\naws_access_key_id = a\naws_secret_access_key = b\n")
    account.add_default_key_pair(REGION, created_at=CREATED)
    account.add_instance(REGION, "web", created_at=CREATED)
    account.add_instance(REGION, "archive", state="stopped", address=None, created_at=CREATED)
    option, for_aws, ours = (
        each.replace("PORT", str(server.port)).strip() for each in (given, *ACCOUNTS[given])
    )
    if not option.startswith("-"):
        monkeypatch.setenv(*option.split("="))
        option = ""
    start = f"aws {for_aws} lightsail start-instance --instance-name archive --region {REGION}"
    assert f"to start it: {start}\n" in run(f"{option} ssh archive").err
    checked = json.loads(run(f"{option} instances archive --check -o json").out)["instances"]
    assert [each["check"]["command"] for each in checked] == [start]
    download = shlex.join(("lskeys", *ours.split(), "download-default", "--region", REGION))
    assert f"# its key is not on this computer: {download}\n" in run(f"{option} ssh-config").out


def test_the_url_of_a_key(home: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the URL of a key is given, the command reads it from there."""
    be_a_user(home, monkeypatch)
    with HTTPServer(("127.0.0.1", 0), _Keys) as server:
        Thread(target=server.handle_request).start()
        url = f"http://127.0.0.1:{server.server_port}/who.keys"
        suggested = f"curl -fsSL {url} | lskeys fingerprint -"
        assert [*commands_in(run(f"fingerprint {url}"))] == [suggested]
        type_command(run, suggested)
