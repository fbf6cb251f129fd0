"""Settings: who beats whom, for every combination."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lskeys.config import file as configfile
from lskeys.config import paths, reading
from lskeys.config.settings import COLORS, FORMATS, ConfigFile, Flags, Setting, resolve
from lskeys.errors import SetupError

FILE = Path("config.toml")
REGION_NAMES = st.sampled_from(["us-east-1", "eu-west-1", "eu-west-2", "ap-south-1"])
SOURCES = {
    "profile": (st.sampled_from(["ana", "ben"]), "LSKEYS_PROFILE", "--profile"),
    "output": (st.sampled_from(FORMATS), "LSKEYS_OUTPUT", "--output"),
    "color": (st.sampled_from(COLORS), "LSKEYS_COLOR", "--color"),
}
DEFAULTS = {"profile": None, "output": None, "color": "auto"}


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A value, or that there is none."""
    return st.none() | values


@pytest.mark.parametrize("name", SOURCES)
@given(said=st.data())
def test_flag_over_environment_over_file_over_default(name: str, said: st.DataObject) -> None:
    """The first source that says something counts, and is named as the origin."""
    values, variable, flag = SOURCES[name]
    flagged, exported, filed = (said.draw(maybe(values)) for _ in range(3))
    settings = resolve(
        Flags(**{name: flagged}),
        {variable: exported} if exported else {},
        ConfigFile(FILE, {name: filed} if filed else {}),
    )
    candidates = [
        (flagged, f"flag {flag}"),
        (exported, f"environment {variable}"),
        (filed, "file config.toml"),
        (DEFAULTS[name], "default"),
    ]
    value, origin = next(each for each in candidates if each[0] or each[1] == "default")
    assert getattr(settings, name) == Setting(value, origin)


REGION_SOURCES = (
    "flag --region",
    "environment LSKEYS_REGIONS",
    "environment AWS_REGION",
    "environment AWS_DEFAULT_REGION",
    "file config.toml",
)


@given(st.dictionaries(st.sampled_from(REGION_SOURCES), REGION_NAMES))
def test_where_regions_come_from(said: dict[str, str]) -> None:
    """Flag, LSKEYS_REGIONS, AWS_REGION, AWS_DEFAULT_REGION, file; else the profile is asked."""
    flagged, filed = said.get("flag --region"), said.get("file config.toml")
    environ = {
        origin.removeprefix("environment "): value
        for origin, value in said.items()
        if origin.startswith("environment ")
    }
    settings = resolve(
        Flags(regions=(flagged,) if flagged else ()),
        environ,
        ConfigFile(FILE, {"regions": filed} if filed else {}),
    )
    origin = next((each for each in REGION_SOURCES if each in said), "profile")
    expected = (said[origin],) if origin in said else ()
    assert settings.regions == Setting(expected, origin)


@given(st.lists(REGION_NAMES, min_size=1), st.sampled_from([" ", ",", ", ", " ,  "]))
def test_several_regions_in_a_variable(names: list[str], between: str) -> None:
    """Blanks and commas part names, and their order stays."""
    settings = resolve(Flags(), {"LSKEYS_REGIONS": between.join(names)}, ConfigFile(FILE, {}))
    assert settings.regions.value == tuple(names)


def test_empty_variables_say_nothing() -> None:
    """A variable that is set to nothing is as good as none."""
    names = ("LSKEYS_PROFILE", "LSKEYS_OUTPUT", "LSKEYS_COLOR", "LSKEYS_OUT", "LSKEYS_SANDBOX")
    environ = dict.fromkeys((*names, "LSKEYS_REGIONS", "AWS_REGION", "AWS_DEFAULT_REGION"), "")
    empty = ConfigFile(FILE, {})
    assert resolve(Flags(), environ, empty) == resolve(Flags(), {}, empty)


def test_where_keys_go(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The directory is that of the flag, LSKEYS_OUT, the file, else ~/.ssh; ~ is the home."""
    monkeypatch.setenv("HOME", str(tmp_path))
    file = ConfigFile(FILE, {"out": "~/filed"})
    environ = {"LSKEYS_OUT": "~/exported"}
    assert resolve(Flags(out=Path("/flag")), environ, file).out.value == Path("/flag")
    assert resolve(Flags(), environ, file).out.value == tmp_path / "exported"
    assert resolve(Flags(), {}, file).out.value == tmp_path / "filed"
    assert resolve(Flags(), {}, ConfigFile(FILE, {})).out.value == tmp_path / ".ssh"


def test_no_such_user() -> None:
    """The home of a user who does not exist is said, with what to do."""
    with pytest.raises(SetupError, match="there is no such user"):
        paths.expanded(Path("~nobody-has-this-name/keys"))


@pytest.mark.parametrize("value", ["", "relative"])
def test_no_home(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Optional files are absent, `out` waits until it is needed, and the rest names HOME."""
    monkeypatch.setenv("HOME", value)
    for kind in ("CONFIG", "CACHE", "STATE", "DATA"):
        monkeypatch.delenv(f"XDG_{kind}_HOME", raising=False)
    assert (paths.config_path(), paths.cache_path()) == (None, None)
    assert resolve(Flags(), {}, ConfigFile(None, {})).out.value == Path("~/.ssh")
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


@pytest.mark.parametrize("word", ["1", "true", "YES", "on", " On "])
def test_sandbox_yes(word: str) -> None:
    """A yes in LSKEYS_SANDBOX is a yes in any case."""
    settings = resolve(Flags(), {"LSKEYS_SANDBOX": word}, ConfigFile(FILE, {}))
    assert settings.sandbox == Setting(value=True, origin="environment LSKEYS_SANDBOX")


def test_sandbox_by_flag() -> None:
    """The flag is a yes, whatever the environment says."""
    for word in ("", "no", "perhaps"):
        settings = resolve(Flags(sandbox=True), {"LSKEYS_SANDBOX": word}, ConfigFile(FILE, {}))
        assert settings.sandbox == Setting(value=True, origin="flag --sandbox")


@given(st.text())
def test_any_text_is_toml_or_told(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """A config file of any content is read, or refused with its name."""
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(text, "utf-8")
    refused = ""
    known: set[str] = set()
    try:
        known = set(configfile.parse(path, reading.read(path) or ""))
    except SetupError as error:
        refused = error.message
    assert known <= {"profile", "regions", "out", "output", "color"}
    assert str(path) in (refused or str(path))


def test_a_missing_file_is_none(tmp_path: Path) -> None:
    """No config file is no error."""
    assert reading.read(tmp_path / "none.toml") is None


def test_deep_toml() -> None:
    """Nesting without end is no TOML."""
    with pytest.raises(SetupError, match="is not TOML"):
        configfile.parse(Path("config.toml"), "out = " + "[" * 100_000)
