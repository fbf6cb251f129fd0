"""TAB's words: what commands saw is offered, from a small file, without a request."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lskeys import sandbox
from lskeys.cli import completion
from lskeys.cli.completion import cache, cache_key, cache_writing, defaults
from lskeys.config import paths, settings
from lskeys.model import SeenNames
from lskeys.sandbox import Sandbox, Tag
from tests.conftest import REGION, Run


@pytest.fixture(autouse=True)
def home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose cache is its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    return home


def offered(kind: str, *typed: str) -> list[str]:
    """What a shell gets for a query, in an interpreter of its own."""
    command = [sys.executable, "-m", "lskeys", completion.COMPLETE, kind, *typed]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert ended.stderr == ""
    return ended.stdout.splitlines()


@pytest.mark.usefixtures("server")
def test_names_that_verbs_saw_are_offered(account: Sandbox, run: Run) -> None:
    """A list, a look and a creation make a name known; a deletion makes it unknown."""
    account.add_key_pairs(REGION, ["web"])
    account.add_key_pairs("eu-west-1", ["shop"])
    assert offered("names") == []
    assert run("list").exit_code == 0
    assert run("create mine --type ed25519").exit_code == 0
    assert sorted(offered("names", "lskeys", "delete")) == ["mine", "web"]
    assert run("show shop -r eu-west-1").exit_code == 0
    assert run("download-default --create").exit_code == 0
    assert sorted(offered("names")) == ["LightsailDefaultKeyPair", "mine", "web"]
    assert run("delete mine --yes").exit_code == 0
    assert sorted(offered("names")) == ["LightsailDefaultKeyPair", "web"]
    assert offered("names", "lskeys", "delete", "--region", "eu-west-1") == ["shop"]
    assert offered("names", "lskeys", "delete", "-reu-west-1", "shop") == []
    assert sorted(offered("names", "lskeys", "show", "--all-regions", "web")) == [
        "LightsailDefaultKeyPair",
        "shop",
    ]


@pytest.mark.usefixtures("server")
def test_tags_are_those_that_are_there(account: Sandbox, run: Run) -> None:
    """A look at a key pair corrects its tags, a deletion takes them away, others stay."""
    account.add_key_pairs(REGION, ["one", "two"], tags=[Tag("a", "1"), Tag("b")])
    assert run("list").exit_code == 0
    assert offered("tags", "lskeys", "untag", "two") == ["a", "b"]
    assert run("untag two a -y").exit_code == 0
    assert run("show two").exit_code == 0
    assert offered("tags", "lskeys", "untag", "two") == ["b"]
    assert run("delete one -y").exit_code == 0
    assert offered("tags", "lskeys", "untag", "one") == []
    assert offered("tags", "lskeys", "tag", "one") == ["b"]
    account.add_instance(REGION, "blog")
    assert run("instances").exit_code == 0
    assert offered("instances", "lskeys", "ssh") == ["blog"]


@pytest.mark.usefixtures("server")
def test_a_list_corrects_what_was_remembered(account: Sandbox, run: Run) -> None:
    """A pair that went by other ways is offered until the next list, and no longer."""
    account.add_key_pairs(REGION, ["one", "two"])
    assert run("list").exit_code == 0
    account.reset()
    account.add_key_pairs(REGION, ["two"])
    assert sorted(offered("names")) == ["one", "two"]
    assert run("list").exit_code == 0
    assert offered("names") == ["two"]


def test_each_account_has_its_own_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was seen with a profile, an endpoint or in the sandbox is offered with that alone."""
    file = completion.cache_path(os.environ)
    for profile, name in ((None, "usual"), ("work", "office")):
        account = completion.account_key(os.environ, profile=profile)
        cache_writing.cache_names(file, account, [SeenNames(REGION, (name,))])
    assert offered("names") == ["usual"]
    assert offered("names", "lskeys", "--profile=work", "show") == ["office"]
    assert offered("names", "lskeys", "show", "-p", "work") == ["office"]
    assert offered("names", "lskeys", "show", "--endpoint-url", "http://127.0.0.1:9") == []
    assert "office" not in offered("names", "lskeys", "--sandbox", "show")
    monkeypatch.setenv("AWS_PROFILE", "work")
    assert offered("names") == ["office"]


@pytest.mark.parametrize("word", ["1", "TRUE", "yes", " on ", "", "0", "false", "no", "off"])
def test_the_sandbox_is_chosen_as_verbs_choose_it(word: str) -> None:
    """`LSKEYS_SANDBOX` means the same to TAB and to a command."""
    environ = {"LSKEYS_SANDBOX": word}
    file = settings.ConfigFile(Path(), {})
    chosen = settings.resolve({}, {**environ, "HOME": "/"}, file)
    assert (completion.account_key(environ) == completion.SANDBOX) == chosen.sandbox.value


def test_a_new_sandbox_has_its_names_already(run: Run, home: Path) -> None:
    """The names that TAB knows beforehand are those of a new sandbox, region by region."""
    assert offered("names", "lskeys", "--sandbox", "delete") == list(
        defaults.NEW_SANDBOX[""][sandbox.HOME_REGION]
    )
    assert run("--sandbox list --all-regions --include-default").exit_code == 0
    assert run("--sandbox instances --all-regions").exit_code == 0
    seen = cache.read_names(str(home / "cache" / "lskeys" / "names"))
    for kind, regions in defaults.NEW_SANDBOX.items():
        for region in {region.name for region in sandbox.REGIONS}:
            names = seen.get((completion.SANDBOX, cache.place_of(region, kind)), ())
            assert {*names} == {*regions.get(region, ())}, (kind, region)


def test_a_sandbox_that_begins_anew_is_forgotten(run: Run) -> None:
    """After `sandbox reset` the names are those of a new one."""
    cache_writing.cache_names(
        completion.cache_path(os.environ), completion.SANDBOX, [SeenNames(REGION, ("mine",))]
    )
    assert offered("names", "lskeys", "--sandbox", "show") == ["mine"]
    assert run("sandbox reset --yes").exit_code == 0
    assert "mine" not in offered("names", "lskeys", "--sandbox", "show")


def test_regions_are_those_of_the_account_once_seen(run: Run) -> None:
    """Before, they are the ones known for Lightsail; `all` is one of them."""
    assert defaults.HOME == sandbox.HOME_REGION
    assert offered("regions") == [*(region.name for region in sandbox.REGIONS), "all"]
    account = completion.account_key(os.environ)
    cache_writing.cache_names(
        completion.cache_path(os.environ), account, [SeenNames("", ("eu-west-1",))]
    )
    assert offered("regions") == ["eu-west-1", "all"]
    assert run("--sandbox regions").exit_code == 0
    assert len(offered("regions", "lskeys", "--sandbox")) == len(sandbox.REGIONS) + 1


def test_profiles_are_those_of_aws_files(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both files count, wherever the variables put them; other sections are no profiles."""
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text(
        "[default]\nregion = x\n[profile work]\n[ profile 'two words' ]\n[sso-session s]\n[bad]\n"
    )
    (home / ".aws" / "credentials").write_text("[default]\n[robot]\n[\x1bevil]\n")
    assert offered("profiles") == ["default", "work", "two words", "robot"]
    monkeypatch.setenv("AWS_CONFIG_FILE", str(home / "elsewhere"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / "elsewhere"))
    (home / "elsewhere").write_bytes(b"[profile \xff]\n[profile here]\n")
    assert "here" in offered("profiles")


def test_the_file_is_private(home: Path) -> None:
    """Names are private: file 0600 in a directory 0700, and nothing next to it."""
    path = Path(completion.cache_path(os.environ) or "")
    cache_writing.cache_names(str(path), "", [SeenNames(REGION, ("web",))])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["names"]
    assert home in path.parents


@pytest.mark.parametrize(
    "variables",
    [{}, {"XDG_CACHE_HOME": "/elsewhere"}, {"XDG_CACHE_HOME": ""}],
    ids=["none", "XDG_CACHE_HOME", "empty"],
)
def test_the_file_is_in_the_cache_directory(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    """What TAB works out for itself is what the commands get from platformdirs."""
    monkeypatch.delenv("XDG_CACHE_HOME")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    cache_path = paths.cache_path()
    assert cache_path
    assert cache_key.cache_path(os.environ) == str(cache_path / "names")


def test_without_a_home_there_is_no_file() -> None:
    """Nothing is put where the shell happens to stand."""
    assert cache_key.cache_path({"HOME": "", "XDG_CACHE_HOME": "cache"}) is None
    cache_writing.cache_names(None, "", [SeenNames(REGION, ("web",))])


@pytest.mark.usefixtures("server")
def test_a_cache_that_cannot_be_used_stops_nothing(account: Sandbox, run: Run, home: Path) -> None:
    """A command does its work where the cache is a file, and TAB has nothing to offer."""
    account.add_key_pairs(REGION, ["web"])
    (home / "cache").write_text("in the way")
    listed = run("list -q")
    assert (listed.exit_code, listed.out, listed.err) == (0, "web\n", "")
    assert offered("names") == []


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00",
        b"no tab",
        b"\t\n\t\t\n",
        b"\tus-east-1\t$(touch pwned) `x` ;ls -rf \x1b[2J\n",
    ],
)
def test_a_file_of_anything_offers_nothing_but_names(home: Path, content: bytes) -> None:
    """Whatever is in the file, a shell gets letters, digits, dashes, underscores and dots."""
    (home / "cache" / "lskeys").mkdir(parents=True)
    (home / "cache" / "lskeys" / "names").write_bytes(content)
    assert set(offered("names")) <= {"-rf"}


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("put", [_pipe, _endless, Path.mkdir])
def test_what_does_not_end_is_not_waited_for(
    home: Path, monkeypatch: pytest.MonkeyPatch, put: Callable[[Path], None]
) -> None:
    """A pipe or a device instead of the names, or of AWS's files, is not read: no offer."""
    (home / "cache" / "lskeys").mkdir(parents=True)
    put(home / "cache" / "lskeys" / "names")
    for variable in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        put(home / variable)
        monkeypatch.setenv(variable, str(home / variable))
    assert offered("names") == []
    assert offered("profiles") == []


def test_a_hostile_name_is_not_remembered() -> None:
    """What a service may say and a shell obey is dropped before it reaches the file."""
    path = completion.cache_path(os.environ)
    assert path is not None
    hostile = ("good", "a\tb", "a b", "$(x)", "\x1b[2J", "é", "", "x" * 256)
    cache_writing.cache_names(path, "", [SeenNames(REGION, hostile)])
    assert offered("names") == ["good"]


def test_the_file_stays_small() -> None:
    """However many names, regions and accounts are seen, the newest stay and no others."""
    path = completion.cache_path(os.environ)
    assert path is not None
    many = tuple(f"name-{number:05}" + "x" * 200 for number in range(3_000))
    for number in range(10):
        cache_writing.cache_names(
            path, f"account{number}", [SeenNames(REGION, many, is_whole=True)]
        )
    assert Path(path).stat().st_size <= cache.MAX_CHARACTERS
    kept = cache.read_names(path)
    assert kept["account9", REGION] == many[: cache.MAX_NAMES]
    assert ("account0", REGION) not in kept
    cache_writing.cache_names(path, "b", [SeenNames(f"r{number}", ("x",)) for number in range(500)])
    assert len(cache.read_names(path)) == cache_writing.MAX_LINES


def test_an_unknown_query_has_no_result() -> None:
    """A shell that uses another version's words gets no error on its screen."""
    assert offered("weather") == []
    assert offered("") == []
