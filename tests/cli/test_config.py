"""config, through the command line."""

import json
from pathlib import Path

import pytest

from tests.conftest import Ran, Run
from tests.support.cli_keys import save


def settings(run: Run, line: str = "config") -> dict[str, tuple[object, str]]:
    """Value and origin of each setting."""
    document = json.loads(run(f"{line} -o json").out)
    return {each["name"]: (each["value"], each["origin"]) for each in document["settings"]}


def test_defaults(run: Run, home: Path) -> None:
    """Every setting with its value and where it came from, without any credentials."""
    config_file = home / ".config" / "lskeys" / "config.toml"
    assert run("config") == Ran(
        0,
        out="profile\tdefault\tAWS configuration\n"
        "regions\t-\tnot set\n"
        f"out\t{home}/.ssh\tdefault\n"
        "output\ttext\tdefault\n"
        "color\tauto\tdefault\n"
        "sandbox\tno\tdefault\n"
        "endpoint-url\t-\tAWS configuration\n"
        "expect-account\t-\tdefault\n"
        "timeout\t60\tdefault\n"
        "no-input\tno\tdefault\n"
        "debug\tno\tdefault\n"
        f"config-file\t{config_file}\tnot found\n"
        f"key-directories\t{home}/.ssh\t--out and ~/.ssh\n",
    )


def test_on_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal it is a block, and says that the format is table."""
    monkeypatch.setenv("COLUMNS", "200")
    lines = run("config --color never", terminal=True).out.splitlines()
    assert lines[0].split(maxsplit=2) == ["profile", "default", "(AWS configuration)"]
    assert ["output", "table", "(default)"] in [each.split() for each in lines]


def test_the_file(run: Run, home: Path) -> None:
    """What config.toml says is shown with its path."""
    path = save(
        home / ".config" / "lskeys" / "config.toml",
        'profile = "work"\nregions = ["eu-west-1", "us-east-1"]\nout = "~/keys"\ncolor = "never"\n',
    )
    save(home / ".aws" / "config", "[profile work]\nregion = eu-north-1\n")
    known = settings(run)
    assert known["profile"] == ("work", f"file {path}")
    assert known["regions"] == (["eu-west-1", "us-east-1"], f"file {path}")
    assert known["out"] == (f"{home}/keys", f"file {path}")
    assert known["output"] == ("json", "flag --output")
    assert known["color"] == ("never", f"file {path}")
    assert known["config-file"] == (str(path), "read")
    assert known["key-directories"] == ([f"{home}/keys", f"{home}/.ssh"], "--out and ~/.ssh")


def test_flags_and_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Flags and variables are named; the higher one is shown."""
    monkeypatch.setenv("LSKEYS_OUT", "/tmp/keys")
    monkeypatch.setenv("LSKEYS_COLOR", "always")
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    known = settings(run, "config --color never")
    assert known["out"] == ("/tmp/keys", "environment LSKEYS_OUT")
    assert known["color"] == ("never", "flag --color")
    assert known["regions"] == (["eu-west-3"], "environment AWS_REGION")
    assert settings(run, "-r us-east-1 config")["regions"] == (["us-east-1"], "flag --region")
    assert settings(run, "config --all-regions")["regions"] == (["all"], "flag --region")


def test_aws_own_configuration(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The profile and the region that AWS's own configuration chooses are shown as its."""
    save(home / ".aws" / "config", "[profile work]\nregion = eu-north-1\n")
    monkeypatch.setenv("AWS_PROFILE", "work")
    known = settings(run)
    assert known["profile"] == ("work", "AWS configuration")
    assert known["regions"] == (["eu-north-1"], "AWS configuration")


def test_sandbox(run: Run, home: Path) -> None:
    """In the sandbox the region is its own, and no server is started to say so."""
    known = settings(run, "--sandbox config")
    assert known["sandbox"] == (True, "flag --sandbox")
    assert known["profile"] == known["endpoint-url"] == (None, "sandbox")
    assert known["regions"] == (["us-east-1"], "sandbox")
    assert not (home / ".local").exists()


def test_a_profile_that_is_not_there(run: Run) -> None:
    """A profile that AWS's configuration does not have is shown and refused: exit 4."""
    ran = run("config -p nope")
    assert (ran.exit_code, ran.out.splitlines()[0]) == (4, "profile\tnope\tflag --profile")
    assert ran.err == (
        "lskeys: error: the config profile (nope) could not be found\n"
        "lskeys: hint: to make one: aws configure --profile NAME\n"
    )
