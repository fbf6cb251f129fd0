"""Parallel runs: on one file, on one name, on one account; and one that dies with the lock."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lskeys import keys as keymaker
from lskeys import sandbox
from lskeys.sandbox import Sandbox, Server, Switches
from lskeys.sandbox.resources import KeyPair
from tests.conftest import REGION, Ran, Run
from tests.support.cli_keys import own_pem, public_line
from tests.support.matrix import Injected
from tests.tools.load.scenario import Scenario

ROOT = Path(__file__).parents[2]

Together = Callable[..., list[Ran]]


@pytest.fixture
def together(server: Server, injected: Injected) -> Together:
    """Runs command lines at the same moment: `together("list", "create web")`."""
    assert server.endpoint

    def run(*lines: str) -> list[Ran]:
        given = {"lines": [line.split() for line in lines], "environ": dict(os.environ)}
        ended = subprocess.run(
            [sys.executable, "-m", "tests.support.run_together"],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            timeout=300,
        )
        injected(len(lines))
        return [Ran(*each) for each in json.loads(ended.stdout)]

    return run


@pytest.fixture
def thoughtful(
    account: Sandbox, together: Together, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Together]:
    """The same, where each response takes so long that all have sent a request before."""
    slow = Sandbox(account.path, switches=Switches(latency=0.6))
    with sandbox.serve(slow) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_LIGHTSAIL", server.endpoint)
        yield together


def exit_codes(every: list[Ran]) -> Counter[int]:
    """How many ended how; none with a traceback."""
    assert not [each for each in every if "Traceback" in each.err]
    return Counter(each.exit_code for each in every)


def names(directory: Path) -> list[str]:
    """The names of all files in a directory, temporary ones too; none if there is none."""
    return sorted(each.name for each in directory.iterdir()) if directory.exists() else []


def blob(path: Path) -> bytes:
    """The public key of the key in a file."""
    return keymaker.read_private(path.read_bytes()).public.blob


def test_forty_save_the_default_key(account: Sandbox, together: Together, home: Path) -> None:
    """Forty that want the same file: one saves it, the others find it; all of them succeed."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    every = together(*["download-default --out keys"] * 40)
    file = f"LightsailDefaultKey-{REGION}.pem"
    assert exit_codes(every) == {0: 40}
    assert {each.out for each in every} == {f"keys/{file}\n"}
    assert sum(each.err.startswith("saved") for each in every) == 1
    assert names(home / "keys") == [file, f"{file}.pub"]
    assert (home / "keys" / file).read_text() == own_pem()


def test_ten_create_one_name_in_ten_directories(
    account: Sandbox, thoughtful: Together, home: Path
) -> None:
    """One gets the name; the others report that it is taken, and keep no key without a key pair."""
    every = thoughtful(*[f"create web --type ed25519 --out {number}" for number in range(10)])
    assert exit_codes(every) == {0: 1, 5: 9}
    winner = next(at for at, each in enumerate(every) if each.exit_code == 0)
    left = {number: names(home / str(number)) for number in range(10)}
    assert left == {number: [] for number in range(10)} | {winner: ["web.pem", "web.pem.pub"]}
    with account.service().store.reading() as transaction:
        found = transaction.find(KeyPair, REGION, "web")
    assert found is not None
    assert found.material.public_line.split()[1] in (home / str(winner) / "web.pem.pub").read_text()


def test_ten_create_one_name_in_one_directory(together: Together, home: Path, run: Run) -> None:
    """One makes the pair; the others find it made or being made, and overwrite nothing."""
    every = together(*["create web --type ed25519 --out keys"] * 10)
    assert set(exit_codes(every)) <= {0, 5}
    assert sum(each.err.startswith("saved") for each in every) == 1
    assert names(home / "keys") == ["web.pem", "web.pem.pub"]
    assert run("delete web --fingerprint --key keys/web.pem --dry-run").exit_code == 0


def test_ten_generate_one_name(thoughtful: Together, home: Path, run: Run) -> None:
    """With a key of AWS's making, too, one gets the name and the only private key."""
    lines = [f"create web --service-generated --out {number}" for number in range(10)]
    every = thoughtful(*lines)
    assert exit_codes(every) == {0: 1, 5: 9}
    left = [names(home / str(number)) for number in range(10)]
    assert sorted(left) == [[]] * 9 + [["web.pem", "web.pem.pub"]]
    directory = next(number for number in range(10) if left[number])
    line = f"delete web --fingerprint --key {directory}/web.pem --dry-run"
    assert run(line).exit_code == 0


def test_ten_delete_one_pair(account: Sandbox, server: Server, together: Together) -> None:
    """One or more report it as deleted, the others that there is none; no report is wrong."""
    account.add_key_pairs(REGION, ["web", "kept"], public_line=public_line(own_pem()))
    codes = exit_codes(together(*["delete web --yes"] * 10))
    assert set(codes) <= {0, 3}
    assert codes[0] >= 1
    sent = [each.operation for each in server.requests]
    assert sent.count("DeleteKeyPair") >= codes[0]


def test_ten_tag_one_pair(account: Sandbox, together: Together, run: Run) -> None:
    """Ten different tags on one pair: all of them are there afterwards."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(own_pem()))
    assert exit_codes(together(*[f"tag web k{number}=v" for number in range(10)])) == {0: 10}
    shown = run("list web --columns tags").out.strip().split(",")
    assert sorted(shown) == [f"k{number}=v" for number in range(10)]


def test_five_rotate_the_default_pair(
    account: Sandbox, together: Together, home: Path, run: Run
) -> None:
    """Whatever the five do to each other, the region's default key is here at the end."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    assert run("download-default --out keys").exit_code == 0
    every = together(*["rotate-default --out keys --yes"] * 5)
    codes = exit_codes(every)
    assert codes[0] >= 1
    assert set(codes) <= {0, 5}
    ran = run("download-default --out keys")
    assert ran.exit_code == 0
    assert ran.err.startswith("unchanged")
    kept = [blob(each) for each in (home / "keys").glob("*.pem*") if ".pub" not in each.name]
    assert keymaker.read_private(own_pem().encode()).public.blob in kept


def test_a_dozen_programs_on_one_account(tmp_path: Path, injected: Injected) -> None:
    """Mixed work of separate programs: every exit code right, nothing lost; `make load` has 200."""
    scenario = Scenario(tmp_path, programs=12, together=4)
    assert scenario.run() == []
    injected(12)
