"""docs/scripting.md: its tables say what the program is, and its lines do what they replace."""

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import botocore.session
import jmespath
import pytest

import lskeys
from lskeys import sandbox
from lskeys.config.settings import definitions
from lskeys.errors import ExitCode
from lskeys.output.result import View
from lskeys.output.views.deletions import DELETIONS
from lskeys.output.views.findings import FINDINGS
from lskeys.output.views.hosts import HOSTS
from lskeys.output.views.imported_keys import IMPORTED_KEYS
from lskeys.output.views.instances import AUTHORIZATIONS, CHECKED_INSTANCES, INSTANCES
from lskeys.output.views.key_files import OWNED_KEYS
from lskeys.output.views.key_pair_details import ONE_KEY_PAIR
from lskeys.output.views.key_pairs import KEY_PAIRS
from lskeys.output.views.regions import REGIONS
from lskeys.output.views.rotations import ROTATIONS
from lskeys.output.views.saved_keys import SAVED_KEYS
from lskeys.output.views.settings import SETTINGS
from lskeys.output.views.written_files import WRITTEN_FILES
from lskeys.sandbox import Sandbox, Server, Tag
from tests.cli.test_json_schema import DOCUMENTED
from tests.conftest import REGION, Run
from tests.support import documents
from tests.support.aws_clients import AWS_CLI
from tests.support.cli_keys import own_pem, public_line, save

FILE = Path(__file__).parents[2] / "docs" / "scripting.md"

if not FILE.exists():
    pytest.skip("docs/ is not next to these tests", allow_module_level=True)

DOCUMENT = FILE.read_text()
SPOKEN = re.compile(r"`([^`]+)`")
CELLS = re.compile(r"(?<!\\)\|")
DIRECTIVE = re.compile(r"^# write\n", re.MULTILINE)

VIEWS: dict[str, View[Any]] = {
    "list": KEY_PAIRS,
    "tag": KEY_PAIRS,
    "untag": KEY_PAIRS,
    "show": ONE_KEY_PAIR,
    "create": SAVED_KEYS,
    "download-default": SAVED_KEYS,
    "import": IMPORTED_KEYS,
    "delete": DELETIONS,
    "rotate-default": ROTATIONS,
    "fingerprint": OWNED_KEYS,
    "audit": FINDINGS,
    "ssh-config": HOSTS,
    "ssh-config --write": WRITTEN_FILES,
    "instances": INSTANCES,
    "instances --check": CHECKED_INSTANCES,
    "authorize": AUTHORIZATIONS,
    "regions": REGIONS,
    "config": SETTINGS,
}

needs_aws = pytest.mark.skipif(
    AWS_CLI is None or shutil.which("jq") is None,
    reason="no AWS CLI or no jq: put both on PATH, or the path of `aws` in LSKEYS_TEST_AWS",
)


def table(heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, each its cells."""
    chapter = DOCUMENT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line for line in chapter.splitlines() if line.startswith("|")][2:]
    assert rows, heading
    return [[cell.strip() for cell in CELLS.split(row)[1:-1]] for row in rows]


# What the document says the program is


def test_columns() -> None:
    """The columns of every command are those of its view, in this order."""
    shown = {verb: cells for verbs, cells in table("Columns") for verb in SPOKEN.findall(verbs)}
    assert set(shown) == set(VIEWS)
    assert {verb.partition(" ")[0] for verb in shown} == DOCUMENTED
    for verb, cells in shown.items():
        standard, _, others = cells.partition("(")
        view = VIEWS[verb]
        assert tuple(SPOKEN.findall(standard)) == view.standard, verb
        if view is KEY_PAIRS:
            assert (*view.standard, *SPOKEN.findall(others)) == view.names


AWS_NAMES = {
    "address": "publicIpAddress",
    "command": "check",
    "created": "createdAt",
    "display-name": "displayName",
    "host-keys": "hostKeysKnown",
    "identity-file": "identityFiles",
    "key-pair": "sshKeyName",
    "name": "resourceName",
    "old-keys": "oldKeysRemoved",
    "opened-by": "openedBy",
    "reason": "check",
    "region": "location",
    "subject": "name",
    "user": "username",
}
"""Columns whose member has a name of AWS's, or holds more; those of one object share its name."""
OF_KEYS = {
    *("fix-commands", "path", "private-files", "public-files", "unproven-files"),
    *("md5-spki", "sha1-pkcs8", "md5-ssh", "sha256-ssh"),
}
"""Columns of values that are in an object for each local key."""


def test_one_name_for_one_fact() -> None:
    """A heading is the name of its column, and so is the member of JSON, spelled as JSON is."""
    schema = json.loads((FILE.parent / "lskeys.schema.json").read_text())
    members = set(re.findall(r'"(\w+)": \{', json.dumps(schema["$defs"])))
    for view in VIEWS.values():
        for column in view.columns:
            heading = column.name.replace("-", " ").upper()
            assert column.heading in {heading, column.label}
            assert not column.label or column.name in OF_KEYS
            first, *others = column.name.split("-")
            spelled = first + "".join(each.capitalize() for each in others)
            assert {spelled, AWS_NAMES.get(column.name)} & members or column.name in OF_KEYS


def test_exit_codes() -> None:
    """Every exit code is documented, and no other."""
    assert [int(code) for code, *_ in table("Exit codes")] == sorted(ExitCode)


def test_environment() -> None:
    """Every variable of ours is documented, and no other."""
    sources = Path(lskeys.__file__).parent.rglob("*.py")
    read = {each for file in sources for each in re.findall(r"LSKEYS_[A-Z_]+", file.read_text())}
    read |= {each for setting in definitions().values() for each in setting.variables}
    listed = {each for names, _ in table("Environment") for each in SPOKEN.findall(names)}
    assert {each for each in listed if each.startswith("LSKEYS_")} == {
        each for each in read if each.startswith("LSKEYS_")
    }


# From the AWS CLI


def kebab(name: str) -> str:
    """A member or an operation as the AWS CLI spells it."""
    return re.sub(r"(?<!^)([A-Z])", r"-\1", name).lower()


def migrations() -> Iterator[tuple[str, str]]:
    """Each line of the AWS CLI with each of ours for it."""
    for theirs, ours in table("From the AWS CLI"):
        for line in SPOKEN.findall(ours):
            yield SPOKEN.findall(theirs)[0], line.removeprefix("lskeys ")


def test_every_key_pair_operation_has_its_line() -> None:
    """The table names every operation on key pairs, and options that these operations have."""
    model = botocore.session.get_session().get_service_model("lightsail")
    operations = {kebab(name): name for name in model.operation_names}
    covered = set()
    for theirs, _ in migrations():
        word, *rest = theirs.split()
        covered.add(word)
        shape = model.operation_model(operations[word]).input_shape
        takes = {f"--{kebab(member)}" for member in shape.members} if shape else set[str]()
        assert {each for each in rest if each.startswith("--")} <= takes
    assert {word for word in operations if word.endswith(("key-pair", "key-pairs"))} <= covered


@pytest.fixture
def filled(account: Sandbox, server: Server, home: Path) -> Server:
    """The pair, the tag and the key files that the table's lines name."""
    line = public_line(own_pem())
    account.add_default_key_pair(REGION)
    account.add_key_pairs(REGION, ["NAME"], public_line=line, tags=[Tag("K", "old")])
    save(home / ".ssh" / "held", own_pem())
    save(home / "KEY.pub", line)
    return server


@pytest.mark.parametrize(("theirs", "ours"), [*migrations()])
def test_a_line_of_ours(theirs: str, ours: str, filled: Server, run: Run) -> None:
    """Each line that the table gives works, and requests the same operation."""
    if "create" in ours or "import" in ours:
        assert run("delete NAME -y").exit_code == 0
    if ours.startswith("create") and "--service-generated" not in ours:
        ours += " --type ed25519"  # RSA takes its time
    filled.requests.clear()
    ran = run(ours)
    assert ran.exit_code == 0, ran.err
    requested = {kebab(request.operation) for request in filled.requests}
    word = theirs.partition(" ")[0]
    made_here = word == "create-key-pair" and "--service-generated" not in ours
    assert ("import-key-pair" if made_here else word) in requested


COMMANDS = {
    "get-key-pairs": "list",
    "get-key-pairs --include-default-key-pair": "list --include-default",
    "get-key-pair --key-pair-name web-production": "show web-production",
    "get-regions": "regions",
}
FILTERS = {
    "get-key-pairs": (
        ".keyPairs[].name",
        ".keyPairs | length",
        ".keyPairs | map(.fingerprint) | sort",
        ".keyPairs[] | [.name, .location.regionName, .createdAt] | @tsv",
        '.keyPairs[] | select(.tags | any(.key == "owner")) | .name',
        ".keyPairs[] | {(.name): [.tags[] | {(.key): .value}] | add}",
        ".keyPairs | sort_by(.createdAt) | last | .arn",
        '.keyPairs[] | select(.createdAt < "2026-01-01") | .name',
        ".keyPairs[] | .supportCode, .resourceType, .location",
    ),
    "get-key-pairs --include-default-key-pair": (
        '.keyPairs[] | select(.name == "LightsailDefaultKeyPair") | .fingerprint',
        ".keyPairs[] | del(.isDefault)",
    ),
    "get-key-pair --key-pair-name web-production": (
        ".keyPair.fingerprint",
        ".keyPair.tags",
        '.keyPair.tags | map("\\(.key)=\\(.value)") | join(",")',
        ".keyPair | [.name, .arn, .createdAt, .location.availabilityZone]",
    ),
    "get-regions": (".regions[].name", ".regions[] | .displayName, .continentCode"),
}
QUERIES = {
    "get-key-pairs": (
        "keyPairs[].name",
        "keyPairs[].[name, fingerprint, createdAt]",
        "keyPairs[?contains(tags[].key, 'owner')].name",
        "sort_by(keyPairs, &createdAt)[-1].name",
        "keyPairs[].{Name: name, Tags: tags}",
        "keyPairs[?name=='unknown'].name | [0]",
    ),
    "get-key-pair --key-pair-name web-production": ("keyPair.fingerprint", "keyPair.[name, tags]"),
    "get-regions": ("regions[?starts_with(name, 'eu-')].[name, displayName]",),
}

Shell = Callable[..., str]


@pytest.fixture
def shell(seeded: Path, tmp_path: Path, cache: Path) -> Shell:
    """Runs a script in a home and against a copy of that account, both of that name."""
    assert AWS_CLI is not None
    config = save(tmp_path / "aws-config", "[default]\ncli_timestamp_format = iso8601\n")
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "aws").symlink_to(Path(AWS_CLI).absolute())
    # What version 2 of the AWS CLI does by default; version 1 prints seconds.
    others = {"AWS_CONFIG_FILE": str(config), "AWS_PAGER": "", "XDG_CACHE_HOME": str(cache)}

    def run(script: str, name: str = "home") -> str:
        home = tmp_path / name
        home.mkdir(mode=0o700, exist_ok=True)
        path = tmp_path / f"{name}.sqlite3"
        if not path.exists():
            shutil.copy(seeded, path)
        with sandbox.serve(Sandbox(path)) as server:
            environment = documents.surroundings(
                home, 120, {**others, **sandbox.environment(server.endpoint)}
            )
            environment["PATH"] = f"{programs}:{environment['PATH']}"
            done = subprocess.run(
                ["/bin/sh", "-euc", script],
                env=environment,
                cwd=home,
                capture_output=True,
                text=True,
                check=False,
            )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@needs_aws
@documents.needs_program
@pytest.mark.parametrize("theirs", FILTERS)
def test_filters_run_unchanged(theirs: str, shell: Shell) -> None:
    """Jq's filters and JMESPath, written for the AWS CLI's output, pick the same from ours."""
    given = shell(f"aws lightsail {theirs} --output json")
    ours = shell(f"lskeys {COMMANDS[theirs]} -o json")
    for each in FILTERS[theirs]:
        assert filtered(each, given) == filtered(each, ours), each
    for each in QUERIES.get(theirs, ()):
        expected = jmespath.search(each, json.loads(given))
        assert jmespath.search(each, json.loads(ours)) == expected, each


@needs_aws
@documents.needs_program
@pytest.mark.parametrize("theirs", QUERIES)
def test_queries_come_as_the_same_text(theirs: str, shell: Shell) -> None:
    """A --query with text output is laid out as the AWS CLI lays it out."""
    query = shlex.quote(f"[{', '.join(QUERIES[theirs])}]")
    given = shell(f"aws lightsail {theirs} --output text --query {query}")
    assert shell(f"lskeys {COMMANDS[theirs]} -o text --query {query}") == given


def idioms() -> Iterator[tuple[str, str]]:
    """Each script of the AWS CLI, and ours for it."""
    for block in documents.blocks_of(DOCUMENT):
        if block.text.startswith("# instead of\n"):
            theirs, ours = DIRECTIVE.split(block.text)
            yield theirs, ours


@needs_aws
@documents.needs_program
@pytest.mark.parametrize(("theirs", "ours"), [*idioms()])
def test_our_line_does_what_it_replaces(
    theirs: str, ours: str, shell: Shell, tmp_path: Path
) -> None:
    """It prints the same, leaves the same key pairs, and writes the same files with the same modes.

    What is printed is compared where the AWS CLI prints no description of its operation, and
    private keys where both got the same one.
    """
    look = "lskeys list --include-default -q >after"
    printed, ours_printed = (
        shell(f"{script}\n{look}", name) for script, name in ((theirs, "theirs"), (ours, "ours"))
    )
    if printed and not printed.startswith("{"):
        assert ours_printed == printed
    for path in (tmp_path / "theirs").iterdir():
        written = tmp_path / "ours" / path.name
        assert written.stat().st_mode == path.stat().st_mode
        if path.name in {"after", "default.pem"}:
            assert written.read_text().split() == path.read_text().split()


def filtered(expression: str, document: str) -> str:
    """What jq makes of a document."""
    done = subprocess.run(
        ["jq", "--sort-keys", "--raw-output", expression],
        input=document,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
