"""docs/lskeys.schema.json: what every command prints with -o json, and nothing that never comes."""

import inspect
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from lskeys.audit import Code, Severity
from lskeys.cli import commands
from lskeys.output.result import SCHEMA_VERSION
from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Server, Tag
from tests.conftest import CREATED, REGION, Run
from tests.support.cli_keys import encrypted_pem, openssh, other_pem, own_pem, public_line, save

pytestmark = pytest.mark.usefixtures("worn")

FILE = Path(__file__).parents[2] / "docs" / "lskeys.schema.json"

if not FILE.exists():
    pytest.skip("docs/ is not next to these tests", allow_module_level=True)

SCHEMA: dict[str, Any] = json.loads(FILE.read_text())
DEFINED: dict[str, Any] = SCHEMA["$defs"]
BOTH = "-r us-east-1 -r eu-west-1"
TWO = "-p work -p home"

_LOADED = {verb.word: verb.load() for verb in commands.VERBS}
DOCUMENTED = {
    word
    for word, verb in _LOADED.items()
    if inspect.isfunction(verb) and "output" in inspect.signature(verb).parameters
}
"""The verbs that have a result in several formats."""

# The lines of each verb, in this order, so that every member it can print comes at least once.
LINES = {
    "list": ("list --include-default --columns name,used-by,local-files", f"list {BOTH} {TWO}"),
    "show": (
        "show web",
        "show mail",
        "show hidden",
        f"show {DEFAULT_PAIR}",
        f"show web {BOTH} {TWO}",
    ),
    "create": ("create new --bits 2048", "create new --dry-run", "create newer --out keys --force"),
    "import": ("import laptop web.pub --tag a=b --tag c", "import other web.pub --dry-run"),
    "download-default": ("download-default --out keys --force", "download-default --dry-run"),
    "delete": (
        "delete web --fingerprint -y",
        f"delete {DEFAULT_PAIR} --fingerprint -y --backup backups",
        "delete unknown -y --missing-ok",
    ),
    "rotate-default": ("rotate-default --dry-run", "rotate-default -y"),
    "tag": ("tag web a=b c", f"tag web {BOTH} a"),
    "untag": ("untag web old",),
    "fingerprint": ("fingerprint", "fingerprint --match", f"fingerprint --match {TWO}"),
    "audit": ("audit", f"audit {TWO}", "audit --fix -y"),
    "ssh-config": ("ssh-config --known-hosts", f"ssh-config {TWO}", "ssh-config --write -y"),
    "instances": ("instances", f"instances {TWO}", "instances --check stopped"),
    "authorize": ("authorize web-1 --key-pair web --dry-run",),
    "regions": ("regions", f"regions {TWO}"),
    "config": ("config",),
}
# Members that appear on request or with several accounts; tag and untag show none of them.
# An instance is proved by a login, for which there is no server here.
ON_REQUEST = {
    "tag": {"usedBy", "localFiles", "profile"},
    "untag": {"usedBy", "localFiles", "profile"},
    "instances": {"provedAt"},
    "show": {"provedAt"},
}


PROFILE = "[profile {}]\nregion = us-east-1\naws_access_key_id = a\naws_secret_access_key = b\n"


def tightened(schema: Any) -> Any:  # noqa: ANN401  JSON
    """The schema as this version must meet it: a member that is not described is an error."""
    if isinstance(schema, list):
        return [tightened(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {"additionalProperties": False} if isinstance(schema.get("required"), list) else {}
    return {member: tightened(value) for member, value in schema.items()} | closed


TIGHT = tightened(SCHEMA)


def validator(word: str) -> Draft202012Validator:
    """Checks a document, or an item, against what is defined under a word."""
    return Draft202012Validator({"$ref": f"#/$defs/{word}", "$defs": TIGHT["$defs"]})


def members(schema: dict[str, Any], value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401  JSON
    """Each member that a valid value has, with the description of what it is a member of."""
    if "$ref" in schema:
        yield from members(DEFINED[schema["$ref"].rpartition("/")[2]], value)
    for choice in schema.get("anyOf", ()):
        if Draft202012Validator({**choice, "$defs": DEFINED}).is_valid(value):
            yield from members(choice, value)
    if isinstance(value, list):
        for each in value:
            yield from members(schema.get("items", {}), each)
    if isinstance(value, dict):
        for member, described in schema.get("properties", {}).items():
            if member in value:
                yield schema.get("description", ""), member
                yield from members(described, value[member])


def promised(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each member that is described below a definition, those of errors aside."""
    if "$ref" in schema and not schema["$ref"].endswith("/error"):
        yield from promised(DEFINED[schema["$ref"].rpartition("/")[2]])
    items = (schema["items"],) if "items" in schema else ()
    for choice in (*schema.get("anyOf", ()), *items):
        yield from promised(choice)
    for member, described in schema.get("properties", {}).items():
        yield schema.get("description", ""), member
        yield from promised(described)


def test_every_finding_is_described() -> None:
    """The codes of `audit`, and the severities."""
    described = DEFINED["finding"]["properties"]
    assert described["code"]["enum"] == [*Code]
    assert described["severity"]["enum"] == [*Severity]


@pytest.fixture
def worn(account: Sandbox, server: Server, home: Path) -> Server:
    """An account and a disk with something of everything."""
    line, other = public_line(own_pem()), public_line(other_pem())
    tags = [Tag("stage", "test"), Tag("old")]
    for region in (REGION, "eu-west-1"):
        account.add_key_pairs(region, ["web"], public_line=line, tags=tags, created_at=CREATED)
    account.add_key_pairs(REGION, ["mail", "hidden"], public_line=other, created_at=CREATED)
    account.add_default_key_pair(REGION, created_at=CREATED)
    account.add_instance(REGION, "web-1", key_pair_name="web")
    account.add_instance(REGION, "blog", created_at=CREATED - timedelta(days=9))
    account.add_instance(REGION, "stopped", state="stopped")
    save(home / ".aws" / "config", "".join(PROFILE.format(name) for name in ("work", "home")))
    save(home / ".ssh" / "web", own_pem(), 0o644)
    save(home / ".ssh" / "web.pub", f"{line} ana@desk", 0o644)
    save(home / "web.pub", line)
    save(home / ".ssh" / "web.pem.old-20260102T030405Z", openssh(own_pem()).strip())
    save(home / ".ssh" / "hidden.pem", encrypted_pem(other_pem()))
    save(home / ".ssh" / "mail.pem", encrypted_pem(other_pem()))
    save(home / ".ssh" / "mail.pem.pub", other)
    save(home / ".ssh" / "orphan.pem", encrypted_pem(other_pem()))
    save(home / "keys" / "newer.pem", other_pem())
    save(home / "keys" / "LightsailDefaultKey-us-east-1.pem", other_pem())
    return server


def test_it_is_a_schema() -> None:
    """The file is JSON Schema 2020-12, for the version of the documents that lskeys prints."""
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert DEFINED["list"]["properties"]["schemaVersion"] == {"const": SCHEMA_VERSION}


def test_every_verb_with_a_document_has_its_definition() -> None:
    """Each command that takes --output is described and tried, and no other."""
    roots = {each["$ref"].rpartition("/")[2] for each in SCHEMA["anyOf"]}
    assert DOCUMENTED == roots == set(LINES)
    assert set(DEFINED) > DOCUMENTED


@pytest.mark.parametrize("word", LINES)
def test_what_a_verb_prints(word: str, run: Run) -> None:
    """Its documents are as described, and what is described comes."""
    documents = []
    for line in LINES[word]:
        ran = run(f"{line} -o json")
        assert ran.exit_code in {0, 6}, ran.err
        documents.append(json.loads(ran.out))
        validator(word).validate(documents[-1])
    seen = {each for document in documents for each in members(DEFINED[word], document)}
    never = {each for each in promised(DEFINED[word]) if each not in seen}
    assert {member for _, member in never} == ON_REQUEST.get(word, set())


@pytest.mark.parametrize("line", ["list", "show web", "audit", "ssh-config", "regions"])
def test_a_line_of_jsonl_is_an_item(line: str, run: Run) -> None:
    """With jsonl, the lines are the items of the document's list, or its one item."""
    document = json.loads(run(f"{line} -o json").out)
    lines = [json.loads(each) for each in run(f"{line} -o jsonl").out.splitlines()]
    [found] = [document[member] for member in document.keys() - {"errors", "schemaVersion"}]
    assert lines == (found if isinstance(found, list) else [found])


def test_errors(worn: Server, run: Run) -> None:
    """Errors fit the schema, on stderr and in a document: of usage, of AWS, of several regions."""
    worn.add_fault("GetKeyPairs@eu-west-1=AccessDeniedException")
    ran = run(f"list {BOTH} -o json")
    document = json.loads(ran.out)
    validator("list").validate(document)
    assert document["errors"]
    for err in (ran.err, run("list --nope -o json").err, run("show unknown -o jsonl").err):
        validator("error").validate(json.loads(err))
    assert json.loads(ran.err)["errors"] == document["errors"]


def test_a_stranger_among_the_members_is_seen(run: Run) -> None:
    """The check above is one: a member that is not described fails it, yet not the contract."""
    document = json.loads(run("list -o json").out)
    document["keyPairs"][0]["colour"] = "green"
    with pytest.raises(ValidationError):
        validator("list").validate(document)
    Draft202012Validator({"$ref": "#/$defs/list", "$defs": DEFINED}).validate(document)
