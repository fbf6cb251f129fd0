"""Settings: for each line of the table, who beats whom, and what its words become."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lskeys.config import file as configfile
from lskeys.config import paths, reading
from lskeys.config.setting import Definition, Setting
from lskeys.config.settings import ConfigFile, Settings, definitions, resolve
from lskeys.errors import SetupError, UsageError

FILE = Path("config.toml")
WORDS: dict[str, dict[str, object]] = {
    "profile": {"ana": "ana", "ben": "ben"},
    "regions": {
        "us-east-1": ("us-east-1",),
        "eu-west-1, eu-west-2": ("eu-west-1", "eu-west-2"),
        " ap-south-1 ,us-east-1": ("ap-south-1", "us-east-1"),
        "all": ("all",),
    },
    "out": {"/keys": Path("/keys"), "keys": Path("keys"), "~/keys": Path.home() / "keys"},
    "output": {"json": "json", "text": "text"},
    "color": {"never": "never", "always": "always"},
    "sandbox": {"1": True, "YES": True, " On ": True, "0": False, "no": False},
    "endpoint_url": {"https://example.com": "https://example.com"},
    "expect_account": {"123456789012": "123456789012"},
    "timeout": {"10": 10.0, "2.5": 2.5},
    "no_input": {"true": True, "off": False},
    "debug": {"on": True, "False": False},
}
"""Words for each setting, and what they mean."""

WRONG = {
    "color": "red",
    "sandbox": "perhaps",
    "no_input": "2",
    "debug": "?",
    "timeout": "soon",
    "expect_account": "12345678901",
}
"""Words that are no value."""

DEFAULTS: dict[str, object] = {
    "profile": None,
    "regions": (),
    "out": Path.home() / ".ssh",
    "output": None,
    "color": "auto",
    "sandbox": False,
    "endpoint_url": None,
    "expect_account": None,
    "timeout": 60.0,
    "no_input": False,
    "debug": False,
}


def sources(definition: Definition) -> list[str]:
    """What may say a setting, as origins, the strongest first."""
    variables = [f"environment {each}" for each in definition.variables]
    filed = ["file config.toml"] if definition.in_file else []
    return [f"flag {definition.options[0]}", *variables, *filed]


def settled(name: str, said: dict[str, str]) -> Setting[Any]:
    """A setting after these origins said these words."""
    words = {origin.partition(" ")[2]: word for origin, word in said.items()}
    definition = definitions()[name]
    file = ConfigFile(FILE, {name: words[str(FILE)]} if str(FILE) in words else {})
    chosen: Setting[Any] = getattr(
        resolve({name: words.get(definition.options[0])}, words, file), name
    )
    return chosen


def test_every_setting_is_tried() -> None:
    """No line of the table is left out here."""
    assert set(WORDS) == set(DEFAULTS) == set(definitions())
    assert {*definitions(), "home_regions"} == set(Settings.__match_args__)


@pytest.mark.parametrize("name", WORDS)
@given(data=st.data())
def test_the_first_that_says_something_decides(name: str, data: st.DataObject) -> None:
    """Option, variables in their order, file, default; and it is named as the origin."""
    every = sources(definitions()[name])
    words = st.sampled_from([*WORDS[name], "", "  "])
    said = data.draw(st.dictionaries(st.sampled_from(every), words))
    origin = next((each for each in every if said.get(each, "").strip()), None)
    chosen = settled(name, said)
    if origin is None:
        assert chosen.value == DEFAULTS[name]
        assert chosen.origin == definitions()[name].unset
    else:
        assert chosen == Setting(WORDS[name][said[origin]], origin)


@pytest.mark.parametrize("name", WRONG)
def test_a_word_that_is_no_value_is_refused(name: str) -> None:
    """What is no value is reported with where it came from, and an option that is one beats it."""
    variable = f"environment {definitions()[name].variables[0]}"
    with pytest.raises(SetupError, match=rf"^{WRONG[name].replace('?', '.')} \(from {variable}\)"):
        settled(name, {variable: WRONG[name]})
    option, word = f"flag {definitions()[name].options[0]}", next(iter(WORDS[name]))
    assert settled(name, {option: word, variable: WRONG[name]}).origin == option


def test_no_such_user() -> None:
    """The home of a user who does not exist is reported."""
    with pytest.raises(SetupError, match="there is no such user"):
        paths.expanded(Path("~no-such-user-here/keys"))


@pytest.mark.parametrize("value", ["", "relative"])
def test_no_home(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Optional files are absent, `out` waits until it is needed, and the rest names HOME."""
    monkeypatch.setenv("HOME", value)
    for kind in ("CONFIG", "CACHE", "STATE", "DATA"):
        monkeypatch.delenv(f"XDG_{kind}_HOME", raising=False)
    assert (paths.config_path(), paths.cache_path()) == (None, None)
    assert resolve({}, {}, ConfigFile(None, {})).out.value == Path("~/.ssh")
    for fails in (paths.state_path, paths.sandbox_path, lambda: paths.expanded(Path("~/.ssh"))):
        with pytest.raises(SetupError, match="HOME is"):
            fails()


def test_a_place_of_ones_own_needs_no_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The XDG variables say where files lie, home or not."""
    monkeypatch.setenv("HOME", "")
    for kind in ("CONFIG", "CACHE", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path))
    found = (paths.config_path(), paths.cache_path(), paths.state_path(), paths.sandbox_path())
    assert all(each and each.is_relative_to(tmp_path) for each in found)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_is_read_over(tmp_path: Path, mark: bytes) -> None:
    """Windows' editors put one in front."""
    (tmp_path / "config.toml").write_bytes(mark + b'profile = "ana"\n')
    assert reading.read(tmp_path / "config.toml") == 'profile = "ana"\n'


def _endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _large(path: Path) -> None:
    path.write_bytes(b"#" * 1_000_000)


@pytest.mark.parametrize(
    ("put", "reason"),
    [
        (os.mkfifo, "not a regular file"),
        (_endless, "not a regular file"),
        (Path.mkdir, "not a regular file"),
        (_large, "larger than 64 KiB"),
    ],
)
def test_a_file_that_does_not_end(tmp_path: Path, put: Callable[[Path], None], reason: str) -> None:
    """A pipe, a device, a directory or what is too large is refused, and not waited for."""
    path = tmp_path / "config.toml"
    put(path)
    with pytest.raises(SetupError, match=f"cannot read {path}: {reason}"):
        reading.read(path)


@given(st.text())
def test_any_text_is_toml_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """A config file of any content is read, or refused with its name."""
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(text, "utf-8")
    refused = ""
    known: set[str] = set()
    try:
        known = set(configfile.parse(path, reading.read(path) or ""))
    except (SetupError, UsageError) as error:
        refused = error.message
    assert known <= {name for name, each in definitions().items() if each.in_file}
    assert str(path) in (refused or str(path))


@pytest.mark.parametrize("name", WORDS)
def test_config_toml_has_what_the_table_says(name: str) -> None:
    """A key is known where the table says so, and its value has a type that it says."""
    types = definitions()[name].in_file
    for literal, kind in {'"a"': str, '["a", "b"]': list, "1": int, "[1]": None}.items():
        try:
            is_taken = name in configfile.parse(FILE, f"{name} = {literal}")
        except UsageError:
            is_taken = False
        assert is_taken is (kind in types), literal


def test_a_missing_file_is_none(tmp_path: Path) -> None:
    """No config file is no error."""
    assert reading.read(tmp_path / "none.toml") is None


def test_deep_toml() -> None:
    """Nesting without end is no TOML."""
    with pytest.raises(SetupError, match="is not TOML"):
        configfile.parse(Path("config.toml"), "out = " + "[" * 100_000)
