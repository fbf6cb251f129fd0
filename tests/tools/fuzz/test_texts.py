"""Texts that people, services and disks write: names, tags, settings, ssh's files."""

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lskeys.config import file as configfile
from lskeys.config import reading, settings
from lskeys.config.settings import ConfigFile
from lskeys.errors import LskeysError, RefusedError, SetupError, UsageError
from lskeys.keypairs import tagging
from lskeys.model import Tag
from lskeys.ssh import config_text
from tests.tools.fuzz.budget import fuzz

ANY = st.text(st.characters(exclude_categories=()))
"""All of Unicode, lone surrogates included."""


@given(st.lists(ANY | st.text("ab=", max_size=4), max_size=5))
@fuzz
def test_any_tags(words: list[str]) -> None:
    """Tags are read as written, each once, or refused."""
    with contextlib.suppress(UsageError):
        tags = tagging.read_tags(words)
        written = [tag.key if tag.value is None else f"{tag.key}={tag.value}" for tag in tags]
        assert written == words
        assert len({tag.key for tag in tags}) == len(tags)
        assert Tag("") not in tags
    with contextlib.suppress(UsageError):
        assert tagging.read_keys(words) == tuple(words)


# Settings

_TOML_VALUES = st.recursive(
    st.sampled_from(['"a"', "'b'", "1", "1.5", "true", "2026-01-01", '"""c"""', '"\\u0000"', '""']),
    lambda inner: st.lists(inner, max_size=3).map(lambda each: f"[{', '.join(each)}]"),
    max_leaves=5,
)
_TOML_LINES = st.one_of(
    st.tuples(
        st.sampled_from(["profile", "regions", "out", "output", "color", "colour", '"x\\u001b"']),
        _TOML_VALUES,
    ).map(" = ".join),
    st.text(max_size=12),
    st.just("[table]"),
)
_TOML = (
    st.lists(_TOML_LINES, max_size=5)
    .map("\n".join)
    .map(lambda text: text.encode(errors="surrogatepass"))
)


def check_line(error: LskeysError, path: Path | None = None) -> None:
    """An error is one line, and names the file that is to be fixed."""
    assert "\n" not in error.message
    assert path is None or str(path) in error.message


def resolve(options: dict[str, object], environ: dict[str, str], file: ConfigFile) -> None:
    """Settle any settings: each comes from somewhere, or one line says why not."""
    try:
        settled = settings.resolve(options, environ, file)
    except SetupError as error:
        check_line(error)
        return
    for name in settings.definitions():
        assert getattr(settled, name).origin
    assert settled.color.value in settings.definitions()["color"].choices


@given(content=_TOML | st.binary(max_size=60))
@fuzz
def test_any_config_file(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """A config file is read, with known settings of the right type, or refused in one line."""
    path = tmp_path_factory.getbasetemp() / "config.toml"
    path.write_bytes(content)
    try:
        values = configfile.parse(path, reading.read(path) or "")
    except (SetupError, UsageError) as error:
        check_line(error, path)
        return
    resolve({}, {}, ConfigFile(path, values))


_VARIABLES = (
    *("LSKEYS_PROFILE", "LSKEYS_REGIONS", "LSKEYS_OUT", "LSKEYS_OUTPUT", "LSKEYS_COLOR"),
    *("LSKEYS_SANDBOX", "AWS_REGION", "AWS_DEFAULT_REGION"),
)
_VALUES = st.text(st.characters(exclude_characters="\0", exclude_categories=()), max_size=9).map(
    lambda text: os.fsdecode(text.encode(errors="surrogatepass"))
)


@given(st.dictionaries(st.sampled_from(_VARIABLES), _VALUES | st.sampled_from(["1", "json", "~x"])))
@fuzz
def test_any_environment(environ: dict[str, str]) -> None:
    """Every variable of any bytes gives valid settings, or is refused in one line."""
    resolve({}, environ, ConfigFile(Path("config.toml"), {}))


# What ssh reads

_SSH_LINES = st.one_of(
    st.sampled_from(
        ["Host *", "Match all", "Include x", 'include "a b" c', "Include=~/.ssh/*", "  # x", ""]
    ),
    ANY.map(lambda text: text.replace("\n", " ")),
)
_SSH = (
    st.lists(_SSH_LINES, max_size=6)
    .map("\n".join)
    .map(lambda text: text.encode(errors="surrogatepass"))
)
_PATHS = st.text(st.characters(exclude_characters="\0/", exclude_categories=()), min_size=1).map(
    lambda name: Path("/home/ana/.ssh") / name
)


@given(_SSH | st.binary(), _PATHS | st.just(Path("/home/ana/.ssh/lskeys.config")))
@fuzz
def test_any_ssh_config_gets_its_include_once(text: bytes, file: Path) -> None:
    """What was there stays, byte for byte, behind at most one line; a second time adds none."""
    directory = Path("/home/ana/.ssh")
    try:
        once = config_text.with_include(text, file, directory)
    except RefusedError:
        return
    assert once.endswith(text)
    added = once.removesuffix(text)
    assert added.count(b"\n") <= 1
    assert config_text.with_include(once, file, directory) == once
