"""How values look: times, ages, tags, JSON, tables."""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lskeys.errors import SetupError
from lskeys.model import KeyPair, Tag
from lskeys.output.formats import FORMATS, Screen
from lskeys.output.result import SCHEMA_VERSION, Result, json_text
from lskeys.output.views.deletion_warning import usage_warning
from lskeys.output.views.formatting import age, rfc3339
from lskeys.output.views.key_pairs import KEY_PAIRS
from lskeys.text import printable

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MOMENTS = st.integers(-62_135_500_000_000, 253_402_300_000_000).map(
    lambda milliseconds: datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
)
UNITS = {"y": 365 * 86_400, "mo": 30 * 86_400, "d": 86_400, "h": 3_600, "min": 60}
ANY = st.text(st.characters(exclude_categories=()), max_size=12)
PAIRS = st.builds(
    KeyPair,
    name=ANY,
    region=ANY,
    arn=st.none() | ANY,
    support_code=st.none() | ANY,
    availability_zone=st.none() | ANY,
    resource_type=st.none() | ANY,
    profile=st.none() | ANY,
    tags=st.lists(st.builds(Tag, ANY, st.none() | ANY), max_size=2).map(tuple),
    fingerprint=st.none() | ANY,
    created_at=st.none() | MOMENTS,
    used_by=st.none() | st.lists(ANY, max_size=2).map(tuple),
)


@given(st.integers(0, 10**10))
def test_age(seconds: int) -> None:
    """An age is rounded down, and in the largest unit that still shows a difference."""
    shown = age(NOW, NOW + timedelta(seconds=seconds))
    if shown == "now":
        assert seconds < 60
        return
    found = re.fullmatch(r"(\d+)(y|mo|d|h|min)", shown)
    assert found
    count, length = int(found[1]), UNITS[found[2]]
    assert count * length <= seconds < (count + 1) * length


@pytest.mark.parametrize(
    ("passed", "shown"),
    [
        (timedelta(0), "now"),
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=1), "1min"),
        (timedelta(hours=23, minutes=59), "23h"),
        (timedelta(days=7), "7d"),
        (timedelta(days=59), "59d"),
        (timedelta(days=60), "2mo"),
        (timedelta(days=729), "24mo"),
        (timedelta(days=730), "2y"),
        (timedelta(seconds=-1), "in the future"),
    ],
)
def test_ages_are_short(passed: timedelta, shown: str) -> None:
    """A table has room for an age."""
    assert age(NOW, NOW + passed) == shown


@given(MOMENTS)
def test_times_are_utc_to_the_millisecond(moment: datetime) -> None:
    """A time can be read back; what it loses is less than a millisecond."""
    shown = rfc3339(moment)
    assert (len(shown), shown[-1]) == (len("2026-11-23T09:30:00.123Z"), "Z")
    assert timedelta(0) <= moment - datetime.fromisoformat(shown) < timedelta(milliseconds=1)


def test_times_from_elsewhere() -> None:
    """Other zones are converted; no time is nothing."""
    east = timezone(timedelta(hours=2))
    assert rfc3339(datetime(2026, 11, 23, 1, 30, tzinfo=east)) == "2026-11-22T23:30:00.000Z"
    assert rfc3339(None) == ""


SCREEN = Screen(NOW, 80, is_colored=False, is_ascii=False)


def lines(name: str, result: Result[KeyPair], screen: Screen = SCREEN) -> list[str]:
    """The lines of a result in a format."""
    return list(FORMATS[name].load().lines(result, screen))


@given(ANY)
def test_json_is_ascii_and_true(text: str) -> None:
    """JSON holds the exact text, in harmless characters."""
    written = json_text({"a": [text]})
    assert written.isascii()
    assert written.isprintable()
    assert json.loads(written) == {"a": [text]}


@given(st.lists(PAIRS, max_size=3), st.sampled_from([1, 33, 34, 100]))
def test_json_is_one_document(pairs: list[KeyPair], times: int) -> None:
    """Whatever the number and content of the items, they make one valid document."""
    result = Result(KEY_PAIRS, pairs * times, [SetupError("no region is set")])
    assert "\n".join(lines("json", result)) == json_text(result.document, indent=4)


@given(st.lists(PAIRS, max_size=3))
def test_text_keeps_its_fields(pairs: list[KeyPair]) -> None:
    """A line for each pair, a field for each column, whatever the values."""
    shown = lines("text", Result(KEY_PAIRS, pairs))
    assert [line.count("\t") for line in shown] == [4] * len(pairs)
    assert all(line.replace("\t", "").isprintable() for line in shown)


@given(st.lists(PAIRS, max_size=3))
def test_csv_keeps_its_cells(pairs: list[KeyPair]) -> None:
    """Read back, CSV has a header, a row for each pair, and no cell that computes."""
    text = "\n".join(lines("csv", Result(KEY_PAIRS, pairs)))
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    assert header == list(KEY_PAIRS.standard)
    assert [len(row) for row in rows] == [5] * len(pairs)
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def drawn(pairs: list[KeyPair], width: int) -> list[str]:
    """The lines of a table of names and fingerprints."""
    chosen = KEY_PAIRS.chosen(["name", "fingerprint"])
    result = Result(KEY_PAIRS, pairs, chosen=chosen)
    return lines("table", result, Screen(NOW, width, is_colored=False, is_ascii=True))


@given(st.lists(PAIRS, max_size=3), st.integers(1, 200))
def test_any_table_is_visible_text(pairs: list[KeyPair], width: int) -> None:
    """A table of anything in any width holds nothing that a terminal obeys."""
    assert all(line.isprintable() for line in drawn(pairs, width))


@given(st.lists(PAIRS, min_size=1, max_size=3), st.booleans())
def test_rows_look_as_rich_draws_them(pairs: list[KeyPair], ascii_only: bool) -> None:  # noqa: FBT001  drawn by the test
    """Rows are put together here, in every script, as Rich's table puts them."""
    chosen = KEY_PAIRS.chosen(["fingerprint", "tags", "name"])
    result = Result(KEY_PAIRS, pairs, chosen=chosen)
    expected = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for column in result.columns:
        expected.add_column(column.heading, no_wrap=True)
    for pair in pairs:
        cells = [column.cell(pair, NOW).text for column in result.columns]
        expected.add_row(*(Text(printable(cell)) for cell in cells))
    console = Console(file=io.StringIO(), width=1000, color_system=None)
    with console.capture() as captured:
        console.print(expected)
    screen = Screen(NOW, 1000, is_colored=False, is_ascii=ascii_only)
    head, rule, *rows = lines("table", result, screen)
    assert [head, *rows] == [line.rstrip() for line in captured.get().splitlines()]
    assert set(rule) == {"-" if ascii_only else "─"}


@given(st.lists(PAIRS, min_size=1, max_size=3), st.integers(1, 200))
def test_styles_add_nothing_but_styles(pairs: list[KeyPair], width: int) -> None:
    """Without its escapes, a table with styles is the one without, line by line."""
    result = Result(KEY_PAIRS, pairs)
    styled, plainly = (
        lines("table", result, Screen(NOW, width, is_colored=colored, is_ascii=False))
        for colored in (True, False)
    )
    bare = [re.sub("\x1b\\[[0-9;]*m", "", line).rstrip() for line in styled]
    assert bare == [line.rstrip() for line in plainly]


@given(st.integers(1, 300), st.integers(1, 120))
def test_no_table_cuts_anything_off(length: int, width: int) -> None:
    """However long a value and however narrow the terminal, all of it is drawn."""
    shown = drawn([KeyPair("web", "us-east-1", fingerprint="x" * length)], width)
    assert "".join(shown).count("x") == length


@given(st.lists(PAIRS, max_size=2))
def test_lines_are_the_items_of_the_document(pairs: list[KeyPair]) -> None:
    """JSON lines are the document's objects, as Python's encoder writes them."""
    result = Result(KEY_PAIRS, pairs)
    document = json.loads("".join(lines("json", result)))
    assert [json.dumps(each) for each in document["keyPairs"]] == lines("jsonl", result)
    assert (document["errors"], document["schemaVersion"]) == ([], SCHEMA_VERSION)


def test_who_has_an_earlier_key() -> None:
    """Before a pair is deleted, its users are listed, and which have an earlier key."""
    pair = KeyPair("web", "us-east-1", used_by=("a", "b"), outdated=("b",))
    assert usage_warning(pair) == (
        "web in us-east-1 is used by a, b; launched with an earlier key: b"
        " (deleting the key pair does not revoke its access)"
    )
