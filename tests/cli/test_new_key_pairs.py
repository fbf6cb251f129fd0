"""create and import alike: names that are taken, tags, lost requests and responses."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from lskeys.sandbox import DEFAULT_PAIR, Request, Sandbox, Server
from tests.conftest import REGION, Run
from tests.support.changes import changes, operations
from tests.support.cli_keys import own_pem, public_line, save

OTHER_NAME = (
    "lskeys: hint: choose another name:"
    " it must be unique among all Lightsail resources of the region\n"
)
BY_AN_INSTANCE = f"lskeys: error: the name web is taken in {REGION}, by an instance\n{OTHER_NAME}"


@dataclass(frozen=True, slots=True)
class Case:
    """A command that imports a new public key as `web`.

    Attributes:
        line: The command.
        before: What it requests before the import.
        after: What it requests at the end.
        kept: What is shown of a key pair that cannot be verified, and what there is to do when it
            is not known whether the import was done.
    """

    line: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    kept: tuple[str, str]

    @property
    def requests(self) -> list[str]:
        """All that it requests where nothing fails."""
        return [*self.before, "ImportKeyPair", "GetKeyPair", *self.after]


IN = f"--region {REGION}"
KEY = "{home}/.ssh/web.pem"
CREATE = Case(
    "create web --type ed25519",
    ("GetKeyPair",),
    (),
    (
        f"{KEY}\n",
        f"the key is kept in {KEY}; import it: lskeys import web {KEY} --if-absent {IN}",
    ),
)
IMPORT = Case(
    "import web own.pub",
    (),
    ("GetKeyPairs",),
    ("", "run the same command again, with --if-absent"),
)
both = pytest.mark.parametrize("case", [CREATE, IMPORT], ids=["create", "import"])


@pytest.fixture(autouse=True)
def own(home: Path) -> Path:
    """A public key to import."""
    return save(home / "own.pub", public_line(own_pem()))


def is_kept(case: Case, home: Path) -> bool:
    """Whether the files of a private key that was made are there, or none where none was made."""
    directory = home / ".ssh"
    names = sorted(each.name for each in directory.iterdir()) if directory.exists() else []
    return names == (["web.pem", "web.pem.pub"] if case is CREATE else [])


@both
def test_tags(case: Case, server: Server, run: Run) -> None:
    """--tag is sent by TagResource, once the key pair is verified, all in one request."""
    assert run(f"{case.line} --tag stage=test --tag old").exit_code == 0
    expected = [*case.before, "ImportKeyPair", "GetKeyPair", "TagResource", *case.after]
    assert operations(server) == expected
    tags = [{"key": "stage", "value": "test"}, {"key": "old"}]
    assert changes(server)[1:] == [
        Request("TagResource", REGION, {"resourceName": "web", "tags": tags})
    ]


@both
def test_failing_tags(case: Case, server: Server, run: Run, home: Path) -> None:
    """A key pair that cannot be tagged is there: its key is kept, and the next command shown."""
    server.add_fault("TagResource=AccessDeniedException")
    ran = run(f"{case.line} --tag a=b")
    assert (ran.exit_code, ran.out) == (4, case.kept[0].format(home=home))
    assert ran.err.endswith(f"perhaps without its tags: lskeys tag web a=b --region {REGION}\n")
    assert (run("list -q").out, is_kept(case, home)) == ("web\n", True)


@pytest.mark.parametrize("line", ["create {}", f"create {{}} -r {REGION} -n", "import {} own.pub"])
def test_the_default_pair(line: str, server: Server, run: Run) -> None:
    """Only AWS makes a default key pair."""
    ran = run(line.format(DEFAULT_PAIR))
    text = f"lskeys: error: {DEFAULT_PAIR} is the name of the default key pair, which AWS creates\n"
    assert (ran.exit_code, ran.out, server.requests) == (5, "", [])
    assert ran.err.startswith(text)


GENERATED = "create web --service-generated"


@pytest.mark.parametrize(
    ("line", "requests"),
    [
        (CREATE.line, [*CREATE.requests, "GetInstances", "GetKeyPair"]),
        (GENERATED, ["GetKeyPair", "CreateKeyPair", "GetKeyPair", "GetInstances"]),
        ("create web -n", ["GetKeyPair", "GetInstances"]),
        (IMPORT.line, ["ImportKeyPair", "GetKeyPair", "GetInstances"]),
        (f"{IMPORT.line} -n", ["GetKeyPair", "GetInstances"]),
        (f"{IMPORT.line} --if-absent", ["GetKeyPair", "ImportKeyPair", "GetKeyPair"]),
    ],
)
def test_taken_by_an_instance(  # noqa: PLR0913  fixtures and cases
    line: str, requests: list[str], *, account: Sandbox, server: Server, run: Run, home: Path
) -> None:
    """A name that an instance has is refused, with what has it, and no key file is left."""
    account.add_instance(REGION, "web")
    ran = run(line)
    assert (ran.exit_code, ran.out, ran.err) == (5, "", BY_AN_INSTANCE)
    assert operations(server)[: len(requests)] == requests
    assert is_kept(IMPORT, home)


@pytest.mark.parametrize("line", [CREATE.line, GENERATED, IMPORT.line])
def test_taken_by_something_else(
    line: str, account: Sandbox, server: Server, run: Run, home: Path
) -> None:
    """Where it cannot be known what has the name, AWS's own advice is passed on."""
    account.add_instance(REGION, "blog", static_ip="web")
    ran = run(line)
    assert (ran.exit_code, ran.out) == (5, "")
    assert f"web in {REGION}: Some names are already in use: web\n" in ran.err
    assert "\nlskeys: aws says: Resource names are unique in an AWS Region, across all" in ran.err
    assert "GetInstances" in operations(server)
    assert is_kept(IMPORT, home)


@both
@pytest.mark.parametrize("fault", ["reset", "http-503", "InternalFailure"])
def test_lost_request(case: Case, fault: str, server: Server, run: Run) -> None:
    """Where no key pair was created, the same key is sent once more."""
    server.add_fault(f"ImportKeyPair={fault}*1")
    assert run(case.line).exit_code == 0
    sent = ["ImportKeyPair", "GetKeyPair"]
    assert operations(server) == [*case.before, *sent, *sent, *case.after]
    assert changes(server) == [changes(server)[0]] * 2


@both
def test_lost_twice(case: Case, server: Server, run: Run, home: Path) -> None:
    """Lost twice and not there: not known, so the key is kept, and what to do is shown."""
    server.add_fault("ImportKeyPair=reset")
    ran = run(case.line)
    assert (ran.exit_code, ran.out) == (8, "")
    assert ran.err.endswith(f"lskeys: hint: {case.kept[1].format(home=home)}\n")
    assert (len(changes(server)), is_kept(case, home)) == (2, True)


@both
@pytest.mark.parametrize(
    ("fault", "exit_code", "message"),
    [
        ("ImportKeyPair=lost-answer", 8, "it may have happened\n"),
        (None, 4, "web was imported, but cannot be verified: cannot look up web"),
    ],
)
def test_not_looked_up(  # noqa: PLR0913  fixtures and cases
    case: Case,
    fault: str | None,
    exit_code: int,
    message: str,
    *,
    server: Server,
    run: Run,
    home: Path,
) -> None:
    """A key pair that cannot be looked up is no success, and the key is kept."""
    if case is CREATE:
        server.add_fault("GetKeyPair=NotFoundException*1")
    server.add_fault("GetKeyPair=AccessDeniedException")
    if fault:
        server.add_fault(fault)
    ran = run(case.line)
    shown = "" if fault else case.kept[0].format(home=home)
    assert (ran.exit_code, ran.out, is_kept(case, home)) == (exit_code, shown, True)
    assert message in ran.err
