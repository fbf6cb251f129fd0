"""download-default, through the command line: files, refusals, messages."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Server
from tests.cli.conftest import Serve
from tests.conftest import CREATED, REGION, Ran, Run
from tests.support.changes import changes, download, operations
from tests.support.cli_keys import (
    encrypted_pem,
    fingerprint,
    opened,
    openssh,
    other_pem,
    own_pem,
    public_line,
    said,
    save,
)

pytestmark = pytest.mark.usefixtures("server", "secrecy")

EU = "eu-west-1"
KEY_FILE = "LightsailDefaultKey-us-east-1.pem"
EU_FILE = "LightsailDefaultKey-eu-west-1.pem"
COMMENT = f"{DEFAULT_PAIR}@{REGION}"
NONE_YET = f"{REGION} has no default key pair"
NOT_REPORTED = f"{REGION} does not report whether it has a default key pair (access denied)"
COMPLETE = "Create it? [y/N] "
REFUSED = """\
lskeys: error: {}, and downloading would create one
lskeys: hint: to create it, add --create
"""


@pytest.fixture
def default(account: Sandbox) -> str:
    """The region's default pair; the fingerprint AWS reports."""
    account.add_default_key_pair(REGION, private_pem=own_pem(), created_at=CREATED)
    return fingerprint(own_pem(), "md5-spki")


def mode(path: Path) -> str:
    """Permission bits, as chmod writes them."""
    return f"{path.stat().st_mode & 0o7777:04o}"


def note(outcome: str, path: Path | str, found: str, fingerprint_type: str = "md5-spki") -> str:
    """The note about a key that was verified."""
    proof = f"fingerprint {found} verified ({fingerprint_type})"
    return f"{outcome} {path}: default key of {REGION}, {proof}\n"


def lines_of_key(pem: str) -> list[str]:
    """The lines of a private key that are its own."""
    return [line for line in pem.splitlines() if not line.startswith("-----")]


# what is placed


def test_saved(server: Server, run: Run, home: Path, default: str) -> None:
    """The path is stdout, what was verified is stderr; one look-up, then one download.

    The key is the text AWS sent, the .pub is what ssh-keygen derives from it, and nothing else is
    left: no draft, no lock.
    """
    path = home / "new" / "keys" / KEY_FILE
    public = path.with_name(f"{KEY_FILE}.pub")
    assert run("download-default --out ~/new/keys") == Ran(
        0, out=f"{path}\n", err=note("saved", path, default)
    )
    assert operations(server) == ["GetKeyPairs", "DownloadDefaultKeyPair"]
    assert path.read_text() == own_pem()
    assert public.read_text() == f"{public_line(own_pem())} {COMMENT}\n"
    assert opened(path) == public_line(own_pem())
    assert {*path.parent.iterdir()} == {path, public}
    modes = [mode(each) for each in (path, public, path.parent, path.parent.parent)]
    assert modes == ["0600", "0644", "0700", "0700"]


@pytest.mark.usefixtures("default")
def test_saved_where_no_key_is_looked_for(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person is told how later commands find the key; after that, they do."""
    elsewhere = home / "my keys"
    ran = run("download-default --out '~/my keys'", typed="")
    command = f"export LSKEYS_OUT='{elsewhere}'"
    found = f"look for keys in {home / '.ssh'}; to have them find this one: {command}\n"
    assert found in ran.err
    assert "LSKEYS_OUT" not in run("download-default --out '~/my keys'").err
    assert "LSKEYS_OUT" not in run("download-default", typed="").err
    assert "LSKEYS_OUT" not in run("download-default --out ~/new --dry-run", typed="").err
    (home / ".ssh" / KEY_FILE).unlink()
    assert str(elsewhere) not in run(f"show {DEFAULT_PAIR}").out
    monkeypatch.setenv("LSKEYS_OUT", shlex.split(command)[1].partition("=")[2])
    assert str(elsewhere) in run(f"show {DEFAULT_PAIR}").out
    assert "LSKEYS_OUT" not in run("download-default", typed="").err
    err = run("download-default --out ~/third", typed="").err
    both = f"look for keys in {elsewhere} and {home / '.ssh'}, not in {home / 'third'}\n"
    assert (both in err, "export" in err) == (True, False)


def test_no_fingerprint(serve: Serve, account: Sandbox, run: Run, home: Path) -> None:
    """Without a fingerprint from AWS the word is "unverified", on stdout and in JSON as well."""
    serve("fingerprint-default=none")
    account.add_default_key_pair(REGION, private_pem=own_pem())
    path = home / ".ssh" / KEY_FILE
    assert run("download-default -q") == Ran(0, out=f"{path}\n")
    assert run("download-default --file -") == Ran(
        0,
        out=own_pem(),
        err=f"wrote the default key of {REGION} to stdout, unverified\n",
    )
    [pair] = json.loads(run("download-default -o json").out)["keyPairs"]
    assert (pair["verified"], "fingerprint" in pair) == (False, False)


def test_default_on_the_last_page(serve: Serve, account: Sandbox, run: Run, home: Path) -> None:
    """The default pair is found on whatever page it is."""
    server = serve("page-size=2")
    account.add_key_pairs(REGION, ["aa", "bb", "cc"])
    account.add_default_key_pair(REGION, private_pem=own_pem())
    assert run("download-default").exit_code == 0
    assert operations(server) == ["GetKeyPairs", "GetKeyPairs", "DownloadDefaultKeyPair"]
    assert (home / ".ssh" / KEY_FILE).exists()


# what is there already


@pytest.mark.usefixtures("default")
@pytest.mark.parametrize("format_of", [str, openssh], ids=["as AWS has it", "OpenSSH"])
@pytest.mark.parametrize("option", ["", "--force"])
def test_the_same_key_there(
    run: Run, home: Path, format_of: Callable[[str], str], option: str
) -> None:
    """It counts by what it is, in any format: it loses loose permissions and gets its .pub."""
    path = save(home / ".ssh" / KEY_FILE, format_of(own_pem()), mode=0o644)
    ran = run(f"download-default {option}")
    assert (ran.exit_code, ran.err.startswith("unchanged")) == (0, True)
    assert (mode(path), path.read_text()) == ("0600", format_of(own_pem()))
    assert Path(f"{path}.pub").read_text().startswith(public_line(own_pem()))
    assert len([*path.parent.iterdir()]) == 2


@pytest.mark.usefixtures("default")
@pytest.mark.parametrize("option", ["", "-n"])
def test_other_key_there(run: Run, home: Path, option: str) -> None:
    """Another key there stays, byte for byte, and the way out is named; by a dry run, too."""
    path = save(home / ".ssh" / KEY_FILE, other_pem())
    assert run(f"download-default {option}") == Ran(
        5,
        err=f"lskeys: error: {path} holds another key\n"
        "lskeys: hint: use --force to replace it; the old file is kept next to it\n",
    )
    assert [each.name for each in path.parent.iterdir()] == [KEY_FILE]
    assert path.read_text() == other_pem()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a note of mine\n", "is there already: it holds no key"),
        (encrypted_pem, "holds an encrypted key, which does not show whether it is the same"),
    ],
    ids=["note", "encrypted"],
)
@pytest.mark.usefixtures("default")
def test_no_comparable_key_there(
    server: Server, run: Run, home: Path, text: str | Callable[[str], str], what: str
) -> None:
    """What cannot be compared stays, and the key is not requested."""
    content = text if isinstance(text, str) else text(own_pem())
    path = save(home / ".ssh" / KEY_FILE, content)
    assert run("download-default").err.startswith(f"lskeys: error: {path} {what}\n")
    assert (changes(server), path.read_text()) == ([], content)


def test_force(run: Run, home: Path, default: str) -> None:
    """--force replaces another key and keeps the old one next to it, both 0600."""
    path = save(home / ".ssh" / KEY_FILE, other_pem(), mode=0o644)
    kept = path.with_name(f"{KEY_FILE}.old-20261123T120000Z")
    assert run("download-default --force") == Ran(
        0,
        out=f"{path}\n",
        err=note("replaced", path, default) + f"the file it replaced is {kept}\n",
    )
    assert [(mode(each), each.read_text()) for each in (path, kept)] == [
        ("0600", own_pem()),
        ("0600", other_pem()),
    ]


# where to


def test_file(run: Run, home: Path, default: str) -> None:
    """--file names the file, in a directory that is made for it."""
    path = home / "deep" / "er" / "my key"
    assert run("download-default --file '~/deep/er/my key'") == Ran(
        0, out=f"{path}\n", err=note("saved", path, default)
    )
    assert (mode(path), opened(path)) == ("0600", public_line(own_pem()))
    assert path.with_name("my key.pub").exists()


@pytest.mark.usefixtures("default")
def test_stdout(server: Server, run: Run, home: Path) -> None:
    """`--file -` writes the key to stdout and nothing to the disk; the rest is stderr."""
    assert run("download-default --file -") == Ran(
        0,
        out=own_pem(),
        err=f"wrote the default key of {REGION} to stdout, verified (md5-spki)\n",
    )
    assert (list(home.iterdir()), changes(server)) == ([], [download()])


@pytest.mark.usefixtures("default")
def test_terminal_is_no_place(run: Run) -> None:
    """A private key is never shown on a terminal, and not requested either."""
    assert run("download-default --file -", terminal=True) == Ran(
        5,
        err="lskeys: error: a private key is not shown on a terminal\n"
        "lskeys: hint: redirect stdout, or use --file PATH\n",
    )


# without a default key pair


DENIED = "GetKeyPairs=AccessDeniedException"


@pytest.mark.parametrize("options", ["", "--file -", "--force"])
@pytest.mark.parametrize(("fault", "reason"), [(None, NONE_YET), (DENIED, NOT_REPORTED)])
def test_not_without_consent(  # noqa: PLR0913  fixtures and cases
    options: str, fault: str | None, reason: str, *, server: Server, run: Run, home: Path
) -> None:
    """Without a prompt no pair is created, known to be missing or not; --create is the hint."""
    if fault:
        server.add_fault(fault)
    assert run(f"download-default {options}") == Ran(5, err=REFUSED.format(reason))
    assert (changes(server), list(home.iterdir())) == ([], [])
    assert json.loads(run(f"download-default {options} -o json").err)["code"] == "Refused"


@pytest.mark.parametrize("options", ["", "--file -"])
@pytest.mark.parametrize(
    ("exists", "fault", "looks"), [(False, None, 2), (True, None, 1), (True, DENIED, 1)]
)
def test_create(  # noqa: PLR0913  fixtures and cases
    options: str,
    fault: str | None,
    looks: int,
    *,
    exists: bool,
    account: Sandbox,
    server: Server,
    run: Run,
) -> None:
    """--create needs no prompt; a key pair that it created is looked up, to verify the key."""
    if exists:
        account.add_default_key_pair(REGION, private_pem=own_pem())
    if fault:
        server.add_fault(fault)
    ran = run(f"download-default --create {options}")
    assert ran.exit_code == 0
    assert ("unverified\n" if fault else "verified (md5-spki)\n") in ran.err
    expected = ["GetKeyPairs", "DownloadDefaultKeyPair", "GetKeyPairs"]
    assert operations(server) == expected[: looks + 1]


@pytest.mark.parametrize(
    ("fault", "exit_code"), [("ExpiredTokenException", 4), ("ValidationException", 8)]
)
@pytest.mark.usefixtures("default")
def test_list_that_fails(server: Server, run: Run, fault: str, exit_code: int) -> None:
    """A list that fails otherwise is a failure, not a key pair that is missing."""
    server.add_fault(f"GetKeyPairs={fault}")
    assert run("download-default --create").exit_code == exit_code
    assert changes(server) == []


def test_prompt_and_yes(server: Server, run: Run, home: Path) -> None:
    """On a terminal, consent creates the key pair, and the key is verified afterwards."""
    path = home / ".ssh" / KEY_FILE
    ran = run("download-default", typed="y\n")
    assert (ran.exit_code, ran.out) == (0, f"{path}\n")
    assert ran.err.startswith(f"{NONE_YET}; downloading will create one\n{COMPLETE}saved")
    assert "verified (md5-spki)" in ran.err
    assert operations(server) == ["GetKeyPairs", "DownloadDefaultKeyPair", "GetKeyPairs"]


@pytest.mark.parametrize("options", ["", "--dry-run"])
def test_create_onto_an_old_key(server: Server, run: Run, home: Path, options: str) -> None:
    """An existing key cannot be that of the new pair: nothing is created."""
    path = save(home / ".ssh" / KEY_FILE, other_pem())
    ran = run(f"download-default --create {options}")
    assert (ran.exit_code, ran.out, operations(server)) == (5, "", ["GetKeyPairs"])
    assert path.read_text() == other_pem()


@pytest.mark.usefixtures("default")
def test_denied_and_prompted(server: Server, run: Run, home: Path) -> None:
    """After the prompt the key is saved, and reported as unverified."""
    server.add_fault("GetKeyPairs=AccessDeniedException")
    path = home / ".ssh" / KEY_FILE
    assert run("download-default", typed="yes\n") == Ran(
        0,
        out=f"{path}\n",
        err=f"{NOT_REPORTED}; downloading will create one\n{COMPLETE}"
        f"saved {path}: default key of {REGION}, unverified\n"
        "lskeys: hint: AWS reports no fingerprint, so lskeys cannot verify the key\n",
    )


# several regions


@pytest.mark.usefixtures("default")
def test_several_regions(account: Sandbox, server: Server, run: Run, home: Path) -> None:
    """One file each, in the regions' order; a region without a pair is skipped, and reported."""
    account.add_default_key_pair(EU, private_pem=other_pem())
    ran = run(f"download-default -r {EU} -r ap-south-1 -r {REGION} --out keys")
    assert (ran.exit_code, ran.out) == (0, f"keys/{EU_FILE}\nkeys/{KEY_FILE}\n")
    assert ran.err.startswith(
        "skipped ap-south-1: no default key pair there; to create one, add --create\n"
    )
    assert {each.region for each in changes(server)} == {EU, REGION}
    assert [opened(home / "keys" / each) for each in (EU_FILE, KEY_FILE)] == [
        public_line(other_pem()),
        public_line(own_pem()),
    ]


@pytest.mark.usefixtures("default")
def test_several_regions_created(server: Server, run: Run, home: Path) -> None:
    """With --create each region gets one."""
    assert run(f"download-default -r {EU} -r {REGION} --create").exit_code == 0
    assert {each.region for each in changes(server)} == {EU, REGION}
    assert (home / ".ssh" / EU_FILE).exists()


def test_no_region_has_one(server: Server, run: Run, home: Path) -> None:
    """Where no region has one there is nothing to do: no file, no directory, and a success."""
    ran = run(f"download-default -r {EU} -r {REGION}", typed="y\n")
    assert (ran.exit_code, ran.out, changes(server), list(home.iterdir())) == (0, "", [], [])


@pytest.mark.parametrize(
    "fault", ["GetKeyPairs=AccessDeniedException", "DownloadDefaultKeyPair=wrong-key", None]
)
@pytest.mark.usefixtures("default")
def test_a_failing_region_hides_no_other(
    account: Sandbox, server: Server, run: Run, home: Path, fault: str | None
) -> None:
    """A region that fails, or whose place is taken, is reported; the others' keys are saved."""
    account.add_default_key_pair(EU, private_pem=other_pem())
    if fault:
        server.add_fault(fault.replace("=", f"@{EU}=", 1))
    else:
        save(home / "keys" / EU_FILE, own_pem())
    ran = run(f"download-default -r {EU} -r {REGION} --out keys")
    assert (ran.exit_code, ran.out) == (7, f"keys/{KEY_FILE}\n")


# --dry-run


@pytest.mark.parametrize("options", ["-n", "--dry-run --yes", "-n --force"])
@pytest.mark.usefixtures("default")
def test_dry_run(server: Server, run: Run, home: Path, options: str) -> None:
    """A dry run says where the key would be saved; it makes and requests nothing."""
    path = home / "keys" / KEY_FILE
    assert run(f"download-default --out ~/keys {options}") == Ran(
        0,
        out=f"{path}\n",
        err=f"would save {path}: default key of {REGION}, nothing was downloaded\n",
    )
    assert (operations(server), list(home.iterdir())) == (["GetKeyPairs"], [])


@pytest.mark.usefixtures("default")
def test_dry_run_on_stdout(server: Server, run: Run) -> None:
    """A dry run of `--file -` writes nothing to stdout."""
    assert run("download-default --file - -n") == Ran(
        0, err=f"would write the default key of {REGION} to stdout\n"
    )
    assert operations(server) == ["GetKeyPairs"]


def test_dry_run_of_create(server: Server, run: Run, home: Path) -> None:
    """A dry run of --create creates nothing."""
    assert run("download-default --create -n").out == f"{home}/.ssh/{KEY_FILE}\n"
    assert (operations(server), list(home.iterdir())) == (["GetKeyPairs"], [])


# formats


@pytest.mark.usefixtures("default")
def test_path(run: Run, home: Path) -> None:
    """A path to be copied on a terminal, too; with -q not a word next to it."""
    assert run("download-default", terminal=True).out == f"{home}/.ssh/{KEY_FILE}\n"
    assert run("download-default -q") == Ran(0, out=f"{home}/.ssh/{KEY_FILE}\n")


def test_json(run: Run, home: Path, default: str) -> None:
    """json: the pair as AWS names its members, and the files."""
    path = f"{home}/.ssh/{KEY_FILE}"
    assert json.loads(run("download-default -o json").out) == {
        "keyPairs": [
            {
                "name": DEFAULT_PAIR,
                "createdAt": "2026-11-02T12:00:00.123000+00:00",
                "location": {"regionName": REGION},
                "fingerprint": default,
                "fingerprintType": "md5-spki",
                "fingerprintForm": "md5-spki",
                "verified": True,
                "outcome": "saved",
                "privateKeyFile": path,
                "publicKeyFile": f"{path}.pub",
            }
        ],
        "errors": [],
        "schemaVersion": 1,
    }


@pytest.mark.usefixtures("default", "agent")
def test_into_the_agent(run: Run, home: Path) -> None:
    """--agent loads the verified key over ssh-add, for a while, and leaves no file behind."""
    ran = run("download-default --agent --lifetime 1h")
    assert (ran.exit_code, ran.out) == (0, "")
    assert ran.err == f"loaded the default key of {REGION} into ssh-agent, verified (md5-spki)\n"
    assert said("ssh-add", "-L").decode().split()[:2] == public_line(own_pem()).split()
    assert not (home / ".ssh").exists()
    assert run("download-default --agent --dry-run").exit_code == 0


@pytest.mark.parametrize("line", ["download-default", "rotate-default --yes"])
def test_no_agent(line: str, server: Server, run: Run) -> None:
    """Without a running agent --agent is refused before anything is requested."""
    error = "lskeys: error: no ssh-agent is running: SSH_AUTH_SOCK is not set\n"
    ran = run(f"{line} --agent")
    assert (ran.exit_code, ran.err.startswith(error), server.requests) == (4, True, [])
