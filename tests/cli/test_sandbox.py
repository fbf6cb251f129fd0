"""sandbox, and other commands with --sandbox: an account on this computer that needs nothing."""

import json
import os
import shlex
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from lskeys.sandbox import DEFAULT_PAIR, Sandbox, serve
from tests.conftest import NOW, Ran, Run

NOTE = "using the local sandbox, not AWS\n"
PATIENCE = 60.0
NO_COMMAND = (
    "lskeys: error: no-such-command: command not found\nlskeys: hint: check its name, and PATH\n"
)


@pytest.fixture
def store(home: Path) -> Path:
    """The file the sandbox keeps its account in, with two pairs in it."""
    path = home / ".local" / "share" / "lskeys" / "sandbox.sqlite3"
    account = Sandbox(path, now=lambda: NOW, seed=False)
    account.add_key_pairs("us-east-1", ["web"])
    account.add_key_pairs("eu-west-1", ["mail"])
    return path


@pytest.mark.parametrize("value", ["1", "yes", "TRUE", "on"])
@pytest.mark.usefixtures("store")
def test_by_the_environment(value: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """LSKEYS_SANDBOX turns every command to the sandbox, and a note says so."""
    monkeypatch.setenv("LSKEYS_SANDBOX", value)
    assert run("list --columns name,region") == Ran(0, out="web\tus-east-1\n", err=NOTE)


@pytest.mark.usefixtures("store")
def test_by_the_flag(run: Run) -> None:
    """--sandbox does so for one line, before or after the command; -q omits the note.

    It has a home region and others; what one command changes the next one sees.
    """
    for line in ("list --sandbox --columns name", "--sandbox list --columns name"):
        assert run(line) == Ran(0, out="web\n", err=NOTE)
    assert run("--sandbox list -q -r eu-west-1") == Ran(0, out="mail\n")
    assert run("--sandbox list -q --all-regions") == Ran(0, out="web\nmail\n")
    assert run("--sandbox -q delete web --yes") == Ran(0, out="web\n")
    assert run("--sandbox -q list") == Ran(0)


@pytest.mark.usefixtures("store")
def test_it_is_never_aws(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither endpoints, credentials, profiles nor proxies of AWS's matter to it."""
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text("[default]\ncredential_process = /nonexistent\n")
    monkeypatch.setenv("LSKEYS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ENDPOINT_URL_LIGHTSAIL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_PROFILE", "unknown")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert run("--sandbox list -q") == Ran(0, out="web\n")


@pytest.mark.parametrize("by_variable", [False, True])
def test_commands_for_other_programs(
    store: Path, run: Run, monkeypatch: pytest.MonkeyPatch, *, by_variable: bool
) -> None:
    """A command of the AWS CLI that is suggested is for the sandbox, too, and not for AWS.

    Its instance has no address: one that is stopped loses it, and is started all the same.
    """
    account = Sandbox(store, now=lambda: NOW, seed=False)
    account.add_instance("us-east-1", "archive", key_pair_name="web", state="stopped")
    flag = "" if by_variable else "--sandbox "
    if by_variable:
        monkeypatch.setenv("LSKEYS_SANDBOX", "1")
    start = "lskeys sandbox exec -- aws lightsail start-instance --instance-name archive"
    assert f"to start it: {start} --region us-east-1\n" in run(f"{flag}ssh archive").err
    checked = json.loads(run(f"{flag}instances --check -o json").out)["instances"]
    assert [each["check"]["command"] for each in checked] == [f"{start} --region us-east-1"]


def test_first_use(run: Run, home: Path) -> None:
    """A first command finds an account that looks used; its file is the owner's alone."""
    ran = run("--sandbox list --include-default --all-regions --columns name,region,used-by")
    lines = [line.split("\t") for line in ran.out.splitlines()]
    assert (ran.exit_code, ran.err) == (0, NOTE)
    assert len({region for _, region, _ in lines}) >= 3
    assert [used for name, _, used in lines if name == DEFAULT_PAIR and used != "-"]
    store = home / ".local" / "share" / "lskeys"
    assert stat.S_IMODE(store.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in store.iterdir()} == {0o600}


WRITING = (
    "create web --type ed25519",
    "create made --service-generated",
    "download-default",
    "rotate-default --yes",
    "ssh-config --write --known-hosts --yes",
    "audit --fix --yes",
    "delete web --fingerprint --yes",
    "download-default -r eu-central-1 --file key.pem",
)
DATA = ".local/share/lskeys"


def everything_below(directory: Path, *but: str) -> dict[str, tuple[int, bytes]]:
    """Every path below a directory with its mode and content, but for what begins so."""
    return {
        name: (each.lstat().st_mode, each.read_bytes() if each.is_file() else b"")
        for each in directory.rglob("*")
        if not (name := str(each.relative_to(directory))).startswith(but)
    }


def test_it_touches_nothing_real(home: Path, run: Run, rsa_pem: str) -> None:
    """Keys, ssh's files and the journal are in the sandbox's directory; a path given is used.

    ssh's directory and config.toml's own, which is for real keys, stay as they are, and so does
    a real key there that an audit would fix. A reset clears the sandbox's directory.
    """
    (home / ".ssh").mkdir(mode=0o755)
    (home / ".ssh" / "real.pem").write_text(rsa_pem)
    (home / ".config" / "lskeys").mkdir(parents=True)
    (home / ".config" / "lskeys" / "config.toml").write_text('out = "~/keys"\n')
    assert run("--sandbox list -q").exit_code == 0
    aside = (DATA, ".local/state/lskeys/locks", ".cache", "key.pem")
    (home / ".local" / "state" / "lskeys").mkdir(parents=True)
    before = everything_below(home, *aside)
    for line in WRITING:
        ran = run(f"--sandbox {line}")
        assert ran.exit_code in (0, 6), ran.err
    assert everything_below(home, *aside) == before
    saved = {each.name for each in (home / DATA / "sandbox" / "ssh").iterdir()}
    assert {"made.pem", "LightsailDefaultKey-us-east-1.pem", "config"} <= saved
    assert (home / "key.pem").exists()
    assert run("sandbox reset") == Ran(0, err=f"reset {home / DATA}/sandbox.sqlite3\n")
    assert not (home / DATA / "sandbox").exists()
    assert run("--sandbox download-default").exit_code == 0


@pytest.mark.parametrize("given", ["", "--out keys", "--out ~/.ssh"])
def test_the_three_lines(given: str, run: Run) -> None:
    """What the program is for works there as anywhere, wherever the key was put."""
    assert DEFAULT_PAIR in run("--sandbox list -q --include-default").out
    assert run(f"--sandbox download-default {given}").exit_code == 0
    with pytest.MonkeyPatch.context() as patch:
        if "keys" in given:
            patch.setenv("LSKEYS_OUT", "keys")
        assert f"\t{DEFAULT_PAIR}\t" not in run("--sandbox audit --ignore stale-default").out
        ran = run(f"--sandbox delete {DEFAULT_PAIR} --fingerprint --yes")
    assert ran.exit_code == 0, ran.err


# The verb


def test_path(run: Run, home: Path) -> None:
    """The path is printed, and nothing made."""
    path = home / ".local" / "share" / "lskeys" / "sandbox.sqlite3"
    assert run("sandbox path") == Ran(0, out=f"{path}\n")
    assert list(home.iterdir()) == []


def test_reset(store: Path, run: Run) -> None:
    """A reset starts afresh, with the given switches; a dry run only reports that."""
    assert run("sandbox reset --dry-run") == Ran(0, err=f"would reset {store}\n")
    assert run("--sandbox list -q") == Ran(0, out="web\n")
    assert run("sandbox reset --set fault=GetKeyPairs=ThrottlingException") == Ran(
        0, err=f"reset {store}\n"
    )
    ran = run("--sandbox list")
    assert (ran.exit_code, ran.out) == (8, "")
    assert "Rate exceeded" in ran.err
    run("sandbox reset")
    assert "laptop" in run("--sandbox list -q").out.split()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("page-sze=5", "no setting 'page-sze'; is it page-size?"),
        ("page-size=x", "page-size is a whole number, not 'x'"),
        ("page-size", "a setting is spelled NAME=VALUE, not 'page-size'"),
        ("fault=Nothing=reset", "no operation 'Nothing'; there are * CreateInstances"),
    ],
)
def test_wrong_switch(setting: str, message: str, store: Path, run: Run) -> None:
    """An unknown setting is an error before anything is lost."""
    for verb in ("reset", "serve --port 0"):
        ran = run(f"sandbox {verb} --set {setting}")
        assert (ran.exit_code, ran.out) == (2, "")
        assert ran.err.startswith(f"lskeys: error: --set: {message}")
    assert run("--sandbox list -q") == Ran(0, out="web\n")
    assert store.exists()


def test_a_file_that_is_no_sandbox(store: Path, run: Run) -> None:
    """What is no sandbox is named, with the way out, and never overwritten: not by a reset."""
    content = b"not a database, but long enough to be read as one" * 100
    store.write_bytes(content)
    error = f"lskeys: error: {store} is not usable as a sandbox: file is not a database\n"
    assert run("--sandbox list") == Ran(
        9, err=f"{error}lskeys: hint: run lskeys sandbox reset, or move the file away\n"
    )
    assert run("sandbox reset") == Ran(9, err=f"{error}lskeys: hint: move that file away\n")
    assert store.read_bytes() == content
    store.unlink()
    assert run("--sandbox list -q").exit_code == 0


IN_THE_WAY = {
    "AWS_PROFILE": "x",
    "AWS_DEFAULT_PROFILE": "x",
    "AWS_SESSION_TOKEN": "x",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "LSKEYS_PROFILE": "x",
}
LED = {
    "AWS_ENDPOINT_URL_LIGHTSAIL": "http://127.0.0.1:4711",
    "AWS_ACCESS_KEY_ID": "sandbox",
    "AWS_SECRET_ACCESS_KEY": "sandbox",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
    "AWS_USE_DUALSTACK_ENDPOINT": "false",
    "AWS_USE_FIPS_ENDPOINT": "false",
}
PROXIES = [
    ({}, ("127.0.0.1,localhost", "127.0.0.1,localhost")),
    ({"NO_PROXY": "a.example"}, ("127.0.0.1,a.example", "127.0.0.1,a.example")),
    ({"no_proxy": "b.example"}, ("127.0.0.1,b.example", "127.0.0.1,b.example")),
    (
        {"NO_PROXY": "a.example", "no_proxy": "b.example"},
        ("127.0.0.1,a.example", "127.0.0.1,b.example"),
    ),
]


@pytest.mark.parametrize("quote", ['"', ""])
@pytest.mark.parametrize(("proxies", "expected"), PROXIES)
def test_env(run: Run, proxies: dict[str, str], expected: tuple[str, str], quote: str) -> None:
    """The exports lead a shell's tools to the port that is served, past proxies and profiles.

    So they do under `set -u`, and for who forgets the quotes around $(...).
    """
    ran = run("sandbox env --port 4711")
    assert (ran.exit_code, ran.err) == (0, "")
    Path("exports").write_text(ran.out)
    environ = {"PATH": os.environ["PATH"], **IN_THE_WAY, **proxies}
    script = f"set -u; eval {quote}$(cat exports){quote}\nenv"
    printed = subprocess.run(
        ["/bin/sh", "-c", script], env=environ, capture_output=True, text=True, check=True
    ).stdout
    shown = dict(line.split("=", 1) for line in printed.splitlines() if "=" in line)
    assert (shown.pop("NO_PROXY"), shown.pop("no_proxy")) == expected
    assert {name: each for name, each in shown.items() if name[:4] in ("AWS_", "LSKE")} == LED


def test_env_names_tools_it_cannot_lead(run: Run) -> None:
    """Older tools reach AWS whatever is exported: each is listed with what it needs."""
    comments = [line for line in run("sandbox env").out.splitlines() if line.startswith("#")]
    for needed in (
        "aws --endpoint-url http://127.0.0.1:8417",
        'endpoint_url="http://127.0.0.1:8417"',
        "AWS.Lightsail({endpoint:",
        "WithEndpoint(",
    ):
        assert [line for line in comments if needed in line]
    assert "--endpoint-url" in run("sandbox env --help").out


@pytest.mark.parametrize(("proxies", "expected"), PROXIES)
def test_exec(
    proxies: dict[str, str], expected: tuple[str, str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command runs in the same environment; what is typed behind -- is all its own."""
    for name, value in {**IN_THE_WAY, **proxies}.items():
        monkeypatch.setenv(name, value)
    assert run("sandbox exec --port 4711 -- sh -c 'env >shown'") == Ran(0)
    shown = dict(each.split("=", 1) for each in Path("shown").read_text().splitlines())
    assert (shown.pop("NO_PROXY"), shown.pop("no_proxy")) == expected
    assert LED.items() <= shown.items()
    assert not {"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN"} & shown.keys()


LIST = "import boto3; print(len(boto3.client('lightsail').get_key_pairs()['keyPairs']))"


@pytest.mark.usefixtures("store")
def test_exec_serves_the_account() -> None:
    """Without --port the account is served for as long as the command runs."""
    command = (sys.executable, "-m", "lskeys", "sandbox", "exec", "--", sys.executable, "-c", LIST)
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "1\n", "")


@pytest.mark.parametrize(
    ("command", "code", "err"),
    [
        ("sh -c 'exit 7'", 7, ""),
        ("sh -c 'kill -9 $$'", 137, ""),
        ("no-such-command", 3, NO_COMMAND),
        ("sh -c 'exit $#' sh '' --debug -x", 3, ""),
    ],
)
@pytest.mark.usefixtures("store")
def test_exec_exits_as_the_command(command: str, code: int, err: str, run: Run) -> None:
    """The exit code and all words are the command's, with or without --; one has to be there."""
    assert run(f"sandbox exec -- {command}") == run(f"sandbox exec {command}") == Ran(code, err=err)


@pytest.mark.usefixtures("store")
def test_a_taken_port(run: Run) -> None:
    """A port that is taken is named, with the option that takes another."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        ran = run(f"sandbox serve --port {port}")
    assert (ran.exit_code, ran.out) == (9, "")
    error, hint = ran.err.splitlines()
    assert error == f"lskeys: error: port {port}: address already in use"
    assert hint.endswith(": lskeys sandbox serve --port 0")


def test_an_account_that_cannot_be_made(home: Path, run: Run) -> None:
    """What is in the way of the account's file is named, not the port."""
    (home / ".local").write_text("")
    ran = run("--sandbox list")
    assert (ran.exit_code, f"{home}/.local" in ran.err, "port" in ran.err) == (9, True, False)


def test_a_reset_reaches_a_running_server(store: Path, run: Run) -> None:
    """Switches and faults of a reset hold from the next request on, beneath serve's own."""
    with serve(Sandbox(store, settings=["latency=0.001"])) as server:
        server.add_fault("GetKeyPairs=ThrottlingException")
        client = boto3.client(
            "lightsail",
            region_name="us-east-1",
            endpoint_url=server.endpoint,
            aws_access_key_id="any",
            aws_secret_access_key="any",
        )
        assert run("sandbox reset --yes --set page-size=2").exit_code == 0
        assert len(client.get_key_pairs()["keyPairs"]) == 2
        fault = "fault=GetKeyPairs=AccessDeniedException*1"
        for _ in range(2):
            assert run(f"sandbox reset --yes --set {fault}").exit_code == 0
            with pytest.raises(client.exceptions.AccessDeniedException):
                client.get_key_pairs()
            assert len(client.get_key_pairs()["keyPairs"]) == 4
        client.close()


@pytest.mark.usefixtures("store")
def test_serve() -> None:
    """The endpoint is the first line; other tools are served there until Ctrl-C."""
    command = [sys.executable, "-m", "lskeys", "sandbox", "serve", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stdout is not None
        endpoint = serving.stdout.readline().strip()
        client = boto3.client(
            "lightsail",
            region_name="us-east-1",
            endpoint_url=endpoint,
            aws_access_key_id="any",
            aws_secret_access_key="any",
        )
        names = [each["name"] for each in client.get_key_pairs()["keyPairs"]]
        client.close()
        serving.send_signal(signal.SIGINT)
        rest, err = serving.communicate(timeout=PATIENCE)
    assert (names, rest, serving.returncode) == (["web"], "", -signal.SIGINT)
    note, line, error = err.splitlines()
    assert note == "serving until Ctrl-C; in another shell:"
    assert shlex.split(line)[-1] == f"$(lskeys sandbox env --port {endpoint.rpartition(':')[2]})"
    assert error == "lskeys: error: interrupted"
