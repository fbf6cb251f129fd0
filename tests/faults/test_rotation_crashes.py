"""rotate-default, killed before every request and every change of the disk, then run again."""

import http.client
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lskeys import sandbox
from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Server
from tests.conftest import CREATED, REGION, Ran, Run
from tests.support.cli_keys import fingerprint, own_pem, public_line
from tests.support.fake_region import Region
from tests.support.lying_server import Liar, Reply, pair, pairs, refused, said
from tests.support.matrix import Injected

KEY_FILE = "LightsailDefaultKey-us-east-1.pem"
WORDS = ["rotate-default", "--yes", "--quiet"]
EVERY = 1 if os.environ.get("LSKEYS_FULL_SWEEP") else 8
"""Of the steps, one in so many is swept; those before and after each request always."""

KILLED = -9
SEND = "http.client.send"


class KillPoints:
    """The program that runs command lines and kills them, held by its pipes."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, scene: "Scene", step: int = 0) -> dict[str, Any]:
        """Run the command line at a scene, and kill it before this step."""
        assert self._process.stdin
        assert self._process.stdout
        run = {"words": WORDS, "environ": scene.environ, "step": step}
        self._process.stdin.write(json.dumps(run) + "\n")
        self._process.stdin.flush()
        responded: dict[str, Any] = json.loads(self._process.stdout.readline())
        return responded


@dataclass(frozen=True, slots=True)
class Scene:
    """A home and an account with a default pair."""

    home: Path
    server: Server

    @property
    def environ(self) -> dict[str, str]:
        """What the command line is started with."""
        return {"HOME": str(self.home), "PATH": os.environ["PATH"], "TERM": "dumb"} | (
            sandbox.environment(self.server.endpoint)
        )

    @property
    def old(self) -> str:
        """The fingerprint of the pair there was at first."""
        return fingerprint(own_pem(), "md5-spki")

    def reported(self) -> str | None:
        """The fingerprint of the default pair there is now, from bare HTTP."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port)
        head = {
            "X-Amz-Target": "Lightsail_20161128.GetKeyPairs",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={sandbox.ACCESS_KEY_ID}/20261123/"
            f"{REGION}/lightsail/aws4_request, SignedHeaders=host, Signature=0",
            "Content-Type": "application/x-amz-json-1.1",
            "Connection": "close",
        }
        connection.request("POST", "/", json.dumps({"includeDefaultKeyPair": True}), head)
        found = json.loads(connection.getresponse().read())["keyPairs"]
        connection.close()
        return found[0]["fingerprint"] if found else None

    def held(self) -> set[str]:
        """The fingerprints of all private keys that have a name of their own in the directory."""
        directory = self.home / ".ssh"
        files = [*directory.iterdir()] if directory.exists() else []
        texts = {each.read_text() for each in files if not each.name.startswith(".")}
        return {fingerprint(text, "md5-spki") for text in texts if "PRIVATE KEY" in text}

    def wrongs(self) -> Iterable[str]:
        """Every promise that does not hold at this very moment."""
        for each in self.home.rglob("*"):
            if not each.is_file():
                continue
            if "PRIVATE KEY" in each.read_text():
                if stat.S_IMODE(each.stat().st_mode) != 0o600:
                    yield f"{each.name} can be read by others"
                if each.parent.name != ".ssh":
                    yield f"{each} holds a key"
        if self.reported() != self.old and self.old not in self.held():
            yield "the deleted pair's key is on no disk"

    def wrongs_at_the_end(self) -> Iterable[str]:
        """Every promise about a complete rotation that does not hold."""
        yield from self.wrongs()
        current = self.reported()
        if current == self.old:
            yield "the old pair is still there"
        file = self.home / ".ssh" / KEY_FILE
        if not file.exists() or fingerprint(file.read_text(), "md5-spki") != current:
            yield "the current key is not in its place"
        if self.old not in self.held():
            yield "the old key is lost"
        if [*(self.home / ".local/state/lskeys/rotations").iterdir()]:
            yield "the journal is left open"
        if (self.home / "out").read_text() != f"{file}\n":
            yield "the path of the key is not shown"


@contextmanager
def staged(tmp_path: Path, name: str) -> Iterator[Scene]:
    """A scene of its own."""
    home = tmp_path / name / "home"
    home.mkdir(0o700, parents=True)
    account = Sandbox(tmp_path / name / "account.sqlite3", seed=False)
    account.add_default_key_pair(REGION, private_pem=own_pem(), created_at=CREATED)
    with sandbox.serve(account) as server:
        yield Scene(home, server)


@pytest.fixture(scope="module")
def kill_points() -> Iterator[KillPoints]:
    """The program, running."""
    with subprocess.Popen(
        (sys.executable, "-m", "tests.support.kill_points"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        yield KillPoints(process)
        assert process.stdin
        process.stdin.close()


def swept(steps: list[str]) -> list[int]:
    """The numbers of the steps before which a run is killed: nothing is done before its prompt.

    A request is two steps, its head and its body.
    """
    sent = [at for at, each in enumerate(steps, 1) if each == SEND]
    heads, after = sent[::2], [at + 1 for at in sent if steps[at] != SEND]
    rest = [at for at in range(sent[0], len(steps) + 1) if at % EVERY == 0]
    return sorted({*heads, *after, *rest, len(steps)})


def wrongs_of(scene: Scene, kill_points: KillPoints, step: int) -> Iterable[str]:
    """One run, killed before this step, and one more: every promise that broke."""
    killed = kill_points.run(scene, step)
    if killed["code"] != KILLED:
        yield f"it was not killed: {killed['code']}"
    yield from scene.wrongs()
    is_deleted = scene.reported() != scene.old
    sent = len(scene.server.requests)
    again = kill_points.run(scene)
    if again["code"] != 0:
        yield f"the next run fails: {(scene.home / 'err').read_text()}"
    later = [each.operation for each in scene.server.requests[sent:]]
    if is_deleted and "DeleteKeyPair" in later:
        yield "a pair was deleted that is not the old one"
    yield from scene.wrongs_at_the_end()


def test_killed_before_each_step(
    tmp_path: Path, kill_points: KillPoints, injected: Injected
) -> None:
    """Killed at any point and run again, it ends with a verified current key, the old one kept."""
    with staged(tmp_path, "undisturbed") as scene:
        undisturbed = kill_points.run(scene)
        assert undisturbed["code"] == 0, (scene.home / "err").read_text()
        assert [*scene.wrongs_at_the_end()] == []
    steps = undisturbed["steps"]
    assert steps.count(SEND) == 2 * 6
    assert steps.count("os.link") == 4
    wrongs = []
    injected(len(swept(steps)))
    for step in swept(steps):
        with staged(tmp_path, str(step)) as scene:
            wrongs += [
                (step, steps[step - 1], each) for each in wrongs_of(scene, kill_points, step)
            ]
    assert wrongs == []


def test_the_old_key_handed_out_again(
    liar: Liar, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that hands out the deleted key again is not believed, whatever it reports."""
    monkeypatch.setenv("AWS_REGION", REGION)
    old = fingerprint(own_pem(), "md5-spki")
    handed_out = {"publicKeyBase64": public_line(own_pem()), "privateKeyBase64": own_pem()}
    liar.responses(
        "GetKeyPairs",
        pairs(pair(DEFAULT_PAIR, fingerprint=old)),
        pairs(pair(DEFAULT_PAIR, fingerprint=None)),
    )
    liar.responses("GetInstances", said({"instances": []}))
    liar.responses("DownloadDefaultKeyPair", said(handed_out))
    liar.responses("DeleteKeyPair", said({"operation": {}}))
    assert run("rotate-default --yes") == Ran(
        8,
        err=f"lskeys: error: {REGION} handed out the old default key again\n"
        "lskeys: hint: wait a little, then run the same command again to go on\n",
    )
    assert liar.operations.count("DeleteKeyPair") == 1
    assert (home / ".ssh" / KEY_FILE).read_text() == own_pem()


@pytest.mark.parametrize(
    ("account", "exit_code"), [("123456789012", 0), ("210987654321", 3), (None, 5)]
)
def test_other_credentials(  # noqa: PLR0913, PLR0917  fixtures and cases
    liar: Liar,
    run: Run,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    account: str | None,
    exit_code: int,
) -> None:
    """Where nothing in the region shows the account, STS does; else nothing is made there."""
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", liar.endpoint)
    region = Region.with_default()
    region.serve(liar)
    cut = refused("AccessDeniedException", "no")
    liar.responses(
        "DownloadDefaultKeyPair", lambda call: cut if call.number else region.response(call)
    )
    assert run("rotate-default --yes").exit_code == 4
    region.serve(liar)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOTHER")
    identity = f"<GetCallerIdentityResult><Account>{account}</Account></GetCallerIdentityResult>"
    body = f"<GetCallerIdentityResponse>{identity}</GetCallerIdentityResponse>".encode()
    liar.responses("GetCallerIdentity", Reply(body) if account else Reply(status=403))
    assert run("rotate-default --yes").exit_code == exit_code
    assert (DEFAULT_PAIR in region.fingerprints) == (exit_code == 0)
    assert bool([*(home / ".local/state/lskeys/rotations").iterdir()]) == (exit_code != 0)


def test_the_same_credentials(liar: Liar, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """An access key is of one account for ever: STS need not be reached to go on."""
    monkeypatch.setenv("AWS_REGION", REGION)
    region = Region.with_default()
    region.serve(liar)
    cut = refused("AccessDeniedException", "no")
    liar.responses(
        "DownloadDefaultKeyPair", lambda call: cut if call.number else region.response(call)
    )
    assert run("rotate-default --yes").exit_code == 4
    region.serve(liar)
    assert run("rotate-default --yes").exit_code == 0
    assert "GetCallerIdentity" not in liar.operations


def test_a_pair_without_an_account(liar: Liar, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pair without ARN is not rotated: its rotation could be another account's."""
    monkeypatch.setenv("AWS_REGION", REGION)
    reported = fingerprint(own_pem(), "md5-spki")
    nobodys = pair(DEFAULT_PAIR, fingerprint=reported, arn=None, supportCode=None)
    liar.responses("GetKeyPairs", pairs(nobodys))
    liar.responses("GetInstances", said({"instances": []}))
    ran = run("rotate-default --yes")
    assert (ran.exit_code, "has no ARN at AWS" in ran.err) == (5, True)
    assert {*liar.operations} == {"GetInstances", "GetKeyPairs"}
