"""Formats, queries, streams and colour: what reaches a person, and what a program."""

import json
import logging
import os
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from lskeys.cli.app import main
from lskeys.cli.runtime import Invocation
from lskeys.sandbox import Sandbox, Server
from tests.conftest import NOW, Ran, Run
from tests.support.lying_server import Liar, lying, pair, pairs, refused, said

pytestmark = pytest.mark.usefixtures("liar")

DEFAULT = "LightsailDefaultKeyPair"
WEB = pair("web", tags=[{"key": "stage", "value": "production"}, {"key": "old"}])
PLAIN = pair(DEFAULT, fingerprint=None, createdAt=None)
SHA256 = "SHA256:67rtPyuqfeVK9jZL9QQGDLVhsgQY8z4RdE1gc7Zy2WM"
MAIL = pair("mail", createdAt="2024-10-31T12:00:00Z", fingerprint=SHA256)
MD5 = "11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00"

WIDE = """\
NAME                       REGION     CREATED         FINGERPRINT                                         TAGS
──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
web                        us-east-1  2026-11-02 20d  11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00     stage=production,old
LightsailDefaultKeyPair *  us-east-1  unknown         none
mail                       us-east-1  2024-10-31 2y   SHA256:67rtPyuqfeVK9jZL9QQGDLVhsgQY8z4RdE1gc7Zy2WM
"""  # noqa: E501  as wide as it is
TALL = """\
NAME                       REGION     CREATED         FINGERPRINT                                         TAGS
──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
web                        us-east-1  2026-11-02 20d  11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00     stage=production
                                                                                                          old
LightsailDefaultKeyPair *  us-east-1  unknown         none
mail                       us-east-1  2024-10-31 2y   SHA256:67rtPyuqfeVK9jZL9QQGDLVhsgQY8z4RdE1gc7Zy2WM
"""  # noqa: E501  as wide as it is
FOLDED = """\
NAME                       REGION     CREATED         FINGERPRINT                                         TAGS
────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
web                        us-east-1  2026-11-02 20d  11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00     stage=
                                                                                                          production
                                                                                                          old
LightsailDefaultKeyPair *  us-east-1  unknown         none
mail                       us-east-1  2024-10-31 2y   SHA256:67rtPyuqfeVK9jZL9QQGDLVhsgQY8z4RdE1gc7Zy2WM
"""  # noqa: E501  as wide as it is
BENEATH = """\
NAME                       REGION     CREATED         FINGERPRINT
────────────────────────────────────────────────────────────────────────────────────────────────────────
web                        us-east-1  2026-11-02 20d  11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00
  TAGS stage=production,old
LightsailDefaultKeyPair *  us-east-1  unknown         none
mail                       us-east-1  2024-10-31 2y   SHA256:67rtPyuqfeVK9jZL9QQGDLVhsgQY8z4RdE1gc7Zy2WM
"""  # noqa: E501  as wide as it is
SPLIT = """\
NAME                       REGION     CREATED
────────────────────────────────────────────────────
web                        us-east-1  2026-11-02 20d
  FINGERPRINT  11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:
               00
  TAGS         stage=production,old
LightsailDefaultKeyPair *  us-east-1  unknown
  FINGERPRINT none
mail                       us-east-1  2024-10-31 2y
  FINGERPRINT  SHA256:67rtPyuqfeVK9jZL9QQGDLVhsgQY8z4RdE1gc7
               Zy2WM
"""
NARROW = """\
NAME                       REGION
────────────────────────────────────
web                        us-east-1
  CREATED      2026-11-02 20d
  FINGERPRINT  11:22:33:44:55:66:77:88:9
               9:aa:bb:cc:dd:ee:ff:00
  TAGS         stage=production,old
LightsailDefaultKeyPair *  us-east-1
  CREATED unknown  FINGERPRINT none
mail                       us-east-1
  CREATED      2024-10-31 2y
  FINGERPRINT  SHA256:67rtPyuqfeVK9jZL9Q
               QGDLVhsgQY8z4RdE1gc7Zy2WM
"""


@pytest.fixture
def liar(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Liar]:
    """A service whose every value is known."""
    assert home.is_dir()
    with lying(monkeypatch) as running:
        running.responses("GetKeyPairs", pairs(WEB, PLAIN, MAIL))
        yield running


# Tables


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        *((columns, WIDE) for columns in (200, 126)),
        *((columns, TALL) for columns in (125, 122)),
        *((columns, FOLDED) for columns in (121, 120)),
        *((columns, BENEATH) for columns in (119, 104)),
        (60, SPLIT),
        (40, NARROW),
    ],
)
def test_table(columns: int, shown: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns on the right stand beneath their row where there is no room, the fingerprint last."""
    monkeypatch.setenv("COLUMNS", str(columns))
    assert run("list --include-default --color never", terminal=True) == Ran(0, out=shown)


@pytest.mark.parametrize(
    ("columns", "heads"),
    [
        (119, "NAME REGION CREATED FINGERPRINT"),
        (103, "NAME REGION FINGERPRINT"),
        (86, "NAME FINGERPRINT"),
        (76, "NAME REGION CREATED TAGS"),
        (51, "NAME REGION"),
        (36, "NAME REGION"),
    ],
)
def test_columns_leave_a_row_one_by_one(
    columns: int, heads: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By their priorities; the fingerprint is the last, or the first that has no room at all."""
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = run("list --include-default --color never", terminal=True).out
    assert shown.splitlines()[0].split() == heads.split()


def test_a_column_without_room(liar: Liar, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """From 120 columns on, tags that have no room are left out, with a note; none, without one."""
    monkeypatch.setenv("COLUMNS", "120")
    tagged, plain = (pair("n" * 40, tags=tags) for tags in (WEB["tags"], []))
    for each, note in (
        (tagged, "no room for tags: shown in a wider terminal, or with -o text\n"),
        (plain, ""),
    ):
        liar.responses("GetKeyPairs", pairs(each))
        ran = run("list --color never", terminal=True)
        assert (len(ran.out.splitlines()), "TAGS" in ran.out, ran.err) == (3, False, note)


@pytest.mark.parametrize("columns", range(68, 200, 3))
def test_what_is_copied_is_not_broken(
    columns: int, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fingerprint is in one piece on every terminal that is wide enough for it."""
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = run("list --include-default --color never", terminal=True).out
    assert MD5 in shown
    assert SHA256 in shown
    assert max(len(line) for line in shown.splitlines()) <= columns


def test_marks_need_no_colour(
    account: Sandbox, server: Server, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outdated and unused key pairs are marked in words, as far as usage was requested."""
    before, at, after = (NOW - timedelta(days=days) for days in (20, 10, 5))
    account.add_default_key_pair("us-east-1", created_at=at)
    account.add_key_pairs("us-east-1", ["web", "mail"], created_at=at)
    for name, when, pair_name in (
        ("old", before, DEFAULT),
        ("new", after, DEFAULT),
        ("shop", after, "web"),
    ):
        account.add_instance("us-east-1", name, created_at=when, key_pair_name=pair_name)
    monkeypatch.setenv("COLUMNS", "120")
    line = "list --include-default --color never --columns name"
    names = [f"{DEFAULT} *", "mail", "web"]
    assert sorted(run(line, terminal=True).out.splitlines()[2:]) == names
    assert sorted(run(f"{line},used-by", terminal=True).out.splitlines()[2:]) == [
        f"{DEFAULT} * (outdated)  new, old (older key)",
        "mail (unused)                         no instance",
        "web                                   shop",
    ]
    assert run(f"{line} --unused", terminal=True).out.splitlines()[2:] == ["mail (unused)"]
    assert sorted(run(f"{line},used-by").out.splitlines()) == [
        f"{DEFAULT}\tnew,old",
        "mail\t-",
        "web\tshop",
    ]
    assert server.requests


def test_table_in_a_pipe(run: Run) -> None:
    """A table in a pipe folds no row."""
    out = run("list --include-default -o table").out
    assert out.splitlines()[2].split()[-1] == "stage=production,old"
    assert len(out.splitlines()) == 5


def test_ascii_terminal() -> None:
    """Where stdout cannot show rules they are drawn with ASCII."""
    stdout = TextIOWrapper(BytesIO(), encoding="ascii", errors="backslashreplace")
    invocation = Invocation(None, stdout, None, os.environ, lambda: NOW)
    assert (
        main(["list", "-o", "table", "--columns", "name,region", "--include-default"], invocation)
        == 0
    )
    stdout.seek(0)
    assert stdout.read() == (
        "NAME                       REGION\n"
        "------------------------------------\n"
        "web                        us-east-1\n"
        "LightsailDefaultKeyPair *  us-east-1\n"
        "mail                       us-east-1\n"
    )


# Colour


COLOURED = [
    ("terminal", "", {}),
    ("terminal", "", {"NO_COLOR": ""}),
    ("terminal", "--color always", {"LSKEYS_COLOR": "never"}),
    ("pipe", "", {"CLICOLOR_FORCE": "1"}),
    ("pipe", "", {"FORCE_COLOR": "1"}),
    ("pipe", "", {"LSKEYS_COLOR": "always"}),
    ("pipe", "--color always", {"NO_COLOR": "1"}),
]
PLAINLY = [
    ("pipe", "", {}),
    ("pipe", "", {"CLICOLOR_FORCE": "0"}),
    ("terminal", "", {"NO_COLOR": "1"}),
    ("terminal", "", {"TERM": "dumb"}),
    ("terminal", "", {"FORCE_COLOR": "1", "NO_COLOR": "1"}),
    ("terminal", "", {"LSKEYS_COLOR": "never"}),
    ("terminal", "--color never", {"FORCE_COLOR": "1"}),
]


@pytest.mark.parametrize("case", [*COLOURED, *PLAINLY], ids=str)
def test_colour(
    case: tuple[str, str, dict[str, str]], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--color beats LSKEYS_COLOR, that NO_COLOR, that what forces, and that the terminal."""
    stdout, options, environment = case
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ran = run(f"list -o table {options}", terminal=stdout == "terminal")
    assert ("\x1b[1m" in ran.out) is (case in COLOURED)


@pytest.mark.parametrize("output", ["text", "csv", "json", "jsonl"])
def test_formats_for_programs_have_no_colour(output: str, run: Run) -> None:
    """They are the same bytes on a terminal with --color always as in a pipe."""
    on_terminal = run(f"list -o {output} --color always", terminal=True)
    assert on_terminal == run(f"list -o {output}")


# Formats for programs


def test_every_column_as_text(run: Run) -> None:
    """Each value is whole; what is not known is a dash, so that fields never shift."""
    columns = "name,region,created,fingerprint,tags,account,arn,support-code"
    arn = "arn:aws:lightsail:us-east-1:123456789012:KeyPair/00000000"
    rest = f"123456789012\t{arn}\t123456789012"
    assert run(f"list --include-default --columns {columns}") == Ran(
        0,
        out=f"web\tus-east-1\t2026-11-02T12:00:00.123Z\t{MD5}\tstage=production,old\t{rest}/web\n"
        f"{DEFAULT}\tus-east-1\t-\t-\t-\t{rest}/{DEFAULT}\n"
        f"mail\tus-east-1\t2024-10-31T12:00:00.000Z\t{SHA256}\t-\t{rest}/mail\n",
    )


def test_quiet(run: Run) -> None:
    """-q prints names and nothing else, whatever the format, on a terminal, too."""
    names = Ran(0, out="web\nmail\n")
    for options in ("", "-o json", "-o csv", "-o table", "--columns region"):
        assert run(f"list -q web mail {options}", terminal=True) == names


# Queries

QUERIES = {
    ("text", "keyPairs[].name"): f"web\t{DEFAULT}\tmail\n",
    ("text", "keyPairs[].[name,fingerprint]"): f"web\t{MD5}\n{DEFAULT}\tNone\nmail\t{SHA256}\n",
    ("text", "keyPairs[].{b: name, a: isDefault}"): f"False\tweb\nTrue\t{DEFAULT}\nFalse\tmail\n",
    ("text", "keyPairs[0].tags"): "stage\tproduction\nold\t\n",
    ("text", "keyPairs[0].{n: name, t: tags}"): "web\nT\tstage\tproduction\nT\told\t\n",
    ("text", "keyPairs[0].[name, tags[].key]"): "web\nstage\told\n",
    ("text", "keyPairs[0].{k: tags[].key}"): "K\tstage\nK\told\n",
    ("text", "length(keyPairs)"): "3\n",
    ("text", "nothing"): "None\n",
    ("text", "`[]`"): "",
    ("csv", "keyPairs[].name"): f"web\n{DEFAULT}\nmail\n",
    ("csv", "keyPairs[?isDefault].[name,tags]"): f"{DEFAULT},[]\n",
    ("csv", "['=1', '+1']"): "'=1\n'+1\n",
    ("json", "keyPairs[].name"): f'[\n    "web",\n    "{DEFAULT}",\n    "mail"\n]\n',
    ("json", "keyPairs[0].isDefault"): "false\n",
    ("json", "nothing"): "null\n",
    ("jsonl", "keyPairs[].name"): f'"web"\n"{DEFAULT}"\n"mail"\n',
    ("jsonl", "keyPairs[0].tags[0]"): '{"key": "stage", "value": "production"}\n',
    ("table", "keyPairs[].name"): f'[\n    "web",\n    "{DEFAULT}",\n    "mail"\n]\n',
    ("text", "schemaVersion"): "1\n",
}


@pytest.mark.parametrize(("output", "query"), QUERIES)
def test_query(output: str, query: str, run: Run) -> None:
    """--query picks from the document, and its result comes in each format."""
    line = f"list --include-default -o {output} --query {shlex.quote(query)}"
    assert run(line, terminal=True) == Ran(0, out=QUERIES[output, query])


@pytest.mark.parametrize("query", ["keyPairs[", "]", "a..b", "'open", "[" * 50_000])
def test_query_that_is_none(query: str, liar: Liar, run: Run) -> None:
    """What is no JMESPath is refused before any request."""
    ran = run(f"list --query {shlex.quote(query)}")
    assert (ran.exit_code, ran.out, liar.calls) == (2, "", [])
    message, hint = ran.err.splitlines()
    assert message.startswith("lskeys: error: --query is not JMESPath: ")
    assert hint == "lskeys: hint: try --query 'keyPairs[].name'"


@pytest.mark.parametrize("query", ["unknown(@)", "length(`1`)", "sort(keyPairs)"])
def test_query_that_fails(query: str, run: Run) -> None:
    """Valid JMESPath that cannot be evaluated is an error of usage."""
    ran = run(f"list --query '{query}'")
    assert (ran.exit_code, ran.out) == (2, "")
    message, hint = ran.err.splitlines()
    assert message.startswith("lskeys: error: --query failed: ")
    assert hint == "lskeys: hint: to see what it is applied to: the same command with -o json"


# NUL


@pytest.mark.parametrize("terminal", [False, True])
def test_null(run: Run, *, terminal: bool) -> None:
    """With --null every name, line and value of a query ends with NUL, on a terminal too."""
    line = "list --include-default"
    names = f"web\0{DEFAULT}\0mail\0"
    assert run(f"{line} -q0", terminal=terminal) == Ran(0, out=names)
    assert run(f"{line} -q --null -o json", terminal=terminal) == Ran(0, out=names)
    assert run(f"{line} -0 --columns name", terminal=terminal) == Ran(0, out=names)
    assert run(f"-0 {line} --columns name,region web", terminal=terminal) == Ran(
        0, out="web\tus-east-1\0"
    )
    queried = run(f"{line} -0 -o text --query keyPairs[].[name]", terminal=terminal)
    assert queried == Ran(0, out=names)


@pytest.mark.parametrize("output", ["table", "csv", "json", "jsonl"])
def test_null_is_for_lines(output: str, liar: Liar, run: Run) -> None:
    """A format that has an end of its own is refused with it, before any request."""
    ran = run(f"list -0 -o {output}")
    assert (ran.exit_code, ran.out, liar.calls) == (2, "", [])
    assert f"--null is for names and text, and the output is {output}" in ran.err
    assert "add -q for the names, or -o text" in ran.err


# Errors


def test_an_error_is_an_object_for_programs(liar: Liar, run: Run) -> None:
    """With JSON, an error, with all that AWS says, is one object on one line; stdout is empty."""
    refusal = refused("AccessDeniedException", "Not for you.", tip="Contact Ana.", docs="https://x")
    refusal.headers["x-amzn-RequestId"] = "1-2-3"
    liar.responses("GetKeyPairs", refusal)
    expected = {
        "code": "AccessDeniedException",
        "message": "cannot list key pairs in us-east-1: Not for you",
        "hint": "allow lightsail:GetKeyPairs, or enable the region",
        "tip": "Contact Ana.",
        "docs": "https://x",
        "requestId": "1-2-3",
        "region": "us-east-1",
        "exitCode": 4,
    }
    for options in ("-o json", "-o jsonl", "-ojson", "--output=json"):
        ran = run(f"list {options}")
        assert (ran.exit_code, ran.out, ran.err.count("\n")) == (4, "", 1)
        assert json.loads(ran.err) == expected
    assert json.loads(run("-o json list").err) == expected


@pytest.mark.parametrize(
    "line",
    [
        "list --nope -o json",
        "-o json lst",
        "list -o json --sort x",
        "delete --fingerprint web -o json",
    ],
)
def test_a_usage_error_is_an_object_too(line: str, run: Run) -> None:
    """A command line that is not understood, but says json, is an error in JSON."""
    ran = run(line)
    error = json.loads(ran.err)
    assert (ran.exit_code, ran.out, error["code"], error["exitCode"]) == (2, "", "Usage", 2)


def test_errors_as_the_environment_says(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """LSKEYS_OUTPUT=json makes errors JSON, a flag for another format makes them lines again."""
    monkeypatch.setenv("LSKEYS_OUTPUT", "json")
    assert json.loads(run("list --columns nope").err)["code"] == "Usage"
    error = "lskeys: error: there is no column nope\n"
    assert run("list --columns nope -o text").err.startswith(error)


def test_partial_failure_in_a_document(account: Sandbox, server: Server, run: Run) -> None:
    """The document holds what was found and what failed; stderr sums it up in one object."""
    account.add_key_pairs("us-east-1", ["web"])
    server.add_fault("GetKeyPairs@eu-west-1=AccessDeniedException")
    ran = run("list -r eu-west-1 -r us-east-1 -o json")
    document = json.loads(ran.out)
    assert [each["name"] for each in document["keyPairs"]] == ["web"]
    assert [(each["region"], each["exitCode"]) for each in document["errors"]] == [("eu-west-1", 4)]
    error = json.loads(ran.err)
    assert (ran.exit_code, error["exitCode"], error["code"]) == (7, 7, "Partial")
    assert error["message"] == "1 of 2 regions failed"


# Debug


def test_debug_shows_calls_and_no_secret(
    liar: Liar,
    run: Run,
    rsa_pem: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """--debug shows each call in a line; neither it nor any log has keys, headers or tokens."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIACANARY")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-canary")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token-canary")
    liar.responses("GetKeyPairs", pairs(pair(DEFAULT, fingerprint=None)))
    liar.responses("DownloadDefaultKeyPair", said({"privateKeyBase64": rsa_pem}))
    caplog.set_level(logging.DEBUG)
    ran = run("download-default --out keys --debug")
    assert ran.exit_code == 0
    calls = [line for line in ran.err.splitlines() if line.startswith("lskeys: debug: ")]
    pattern = r"lskeys: debug: (\w+) in us-east-1: request \S+, 0 retries, \d+ ms"
    names = [found[1] for line in calls if (found := re.fullmatch(pattern, line))]
    assert names == ["get_key_pairs", "download_default_key_pair"]
    shown = ran.out + ran.err + caplog.text
    signature = liar.heads[0]["authorization"].rpartition("=")[2]
    key_line = rsa_pem.splitlines()[3]
    for secret in ("secret-canary", "token-canary", "AKIACANARY", signature, key_line):
        assert secret not in shown
    assert "uthorization" not in shown


def test_debug_shows_what_failed(liar: Liar, run: Run) -> None:
    """A call that fails is shown with the code it failed with."""
    liar.responses("GetKeyPairs", refused("AccessDeniedException"))
    first = run("list --debug").err.splitlines()[0]
    assert first.startswith("lskeys: debug: get_key_pairs in us-east-1: AccessDeniedException, ")


def test_the_clock_is_the_launch_s(run: Run) -> None:
    """Ages are counted from the time the program was given."""
    stdout = TextIOWrapper(BytesIO(), encoding="utf-8")
    later = datetime(2030, 1, 1, tzinfo=UTC)
    invocation = Invocation(None, stdout, None, os.environ, lambda: later)
    assert main(["list", "web", "-o", "table", "--columns", "created"], invocation) == 0
    stdout.seek(0)
    assert "2026-11-02 3y" in stdout.read()
    assert " 20d " in run("list web -o table").out
