"""create: what is on the disk at the moment of each request, and when responses lie."""

import signal
from pathlib import Path

import pytest

from tests.conftest import REGION, Ran, Run
from tests.support.interrupts import by_signal, stopped
from tests.support.lying_server import RESET, Call, Liar, Reply, pair, refused, said

NOT_FOUND = refused("NotFoundException", "The KeyPair does not exist: web")
CREATE = ("create", "web")
RESERVED = 16 * 1024
"""Bytes that any private key fits in."""

Disk = dict[str, tuple[int, int]]


class Record:
    """Records a directory at a request: modes and sizes of its files."""

    def __init__(self, directory: Path, response: Reply) -> None:
        self.seen: list[Disk] = []
        self._directory = directory
        self._respond = response

    def __call__(self, call: Call) -> Reply:
        """Note what is there, then give the response."""
        del call
        status = {each.name: each.stat() for each in self._directory.iterdir()}
        self.seen.append(
            {name: (each.st_mode & 0o777, each.st_size) for name, each in status.items()}
        )
        return self._respond


def test_the_key_is_safe_before_its_public_key_is_sent(liar: Liar, run: Run, keys: Path) -> None:
    """When ImportKeyPair arrives, both keys have their names and modes, and their full size."""
    record = Record(keys, RESET)
    liar.responses("GetKeyPair", NOT_FOUND)
    liar.responses("ImportKeyPair", record)
    assert run("create web --type ed25519").exit_code == 8
    now = {each.name: (each.stat().st_mode & 0o777, each.stat().st_size) for each in keys.iterdir()}
    at_requests = [{name: seen[name] for name in now} for seen in record.seen]
    assert now.keys() == {"web.pem", "web.pem.pub"}
    assert at_requests == [now, now]


def test_the_place_is_taken_before_a_key_is_requested(liar: Liar, run: Run, keys: Path) -> None:
    """When CreateKeyPair arrives, the disk has room for any key, in files closed to others."""
    record = Record(keys, RESET)
    liar.responses("GetKeyPair", NOT_FOUND)
    liar.responses("CreateKeyPair", record)
    assert run("create web --service-generated").exit_code == 8
    [seen] = record.seen
    assert [mode for mode, _ in seen.values()] == [0o600, 0o600]
    assert max(size for _, size in seen.values()) >= RESERVED
    assert list(keys.iterdir()) == []


def test_another_fingerprint(liar: Liar, run: Run, keys: Path) -> None:
    """If AWS reports another key's fingerprint afterwards, that is no success; the key is kept."""
    liar.responses("GetKeyPair", NOT_FOUND, said({"keyPair": pair()}))
    liar.responses("ImportKeyPair", said({"operation": {}}))
    assert run("create web --type ed25519") == Ran(
        5,
        out=f"{keys / 'web.pem'}\n",
        err=f"lskeys: error: web in {REGION} was imported, but AWS reports the fingerprint"
        f" {pair()['fingerprint']}, which the key that was sent does not have\n"
        f"lskeys: hint: do not rely on it; to remove it: lskeys delete web --region {REGION}\n",
    )
    assert sorted(each.name for each in keys.iterdir()) == ["web.pem", "web.pem.pub"]


def test_another_fingerprint_after_a_lost_response(liar: Liar, run: Run, keys: Path) -> None:
    """Once a response was lost, a pair that is not known again costs no key."""
    liar.responses("GetKeyPair", NOT_FOUND, said({"keyPair": pair()}))
    liar.responses("ImportKeyPair", RESET)
    assert run("create web --type ed25519").exit_code == 8
    assert liar.operations == ["GetKeyPair", "ImportKeyPair", "GetKeyPair"]
    assert sorted(each.name for each in keys.iterdir()) == ["web.pem", "web.pem.pub"]


@by_signal
def test_stopped_after_the_public_key_was_sent(
    liar: Liar, keys: Path, number: signal.Signals, exit_code: int, word: str
) -> None:
    """Stopped before AWS responded, the pair may be there: the key is kept."""
    liar.responses("GetKeyPair", NOT_FOUND)
    ran = stopped(liar, "ImportKeyPair", [number], *CREATE, "--type", "ed25519")
    assert ran == Ran(exit_code, err=f"lskeys: error: {word}\n")
    assert sorted(each.name for each in keys.iterdir()) == ["web.pem", "web.pem.pub"]


@by_signal
def test_stopped_while_the_service_makes_a_key(
    liar: Liar, keys: Path, number: signal.Signals, exit_code: int, word: str
) -> None:
    """Stopped before AWS handed out the key, what may be left behind is reported; no file stays."""
    liar.responses("GetKeyPair", NOT_FOUND)
    assert stopped(liar, "CreateKeyPair", [number], *CREATE, "--service-generated") == Ran(
        exit_code,
        err=f"lskeys: error: {word}\n"
        "lskeys: hint: a key pair may be left whose private key is lost; "
        f"to delete it: lskeys delete web --region {REGION}\n",
    )
    assert list(keys.iterdir()) == []


@pytest.mark.parametrize("text", ["", "-----BEGIN RSA PRIVATE KEY-----", "no key", "\u202e\x1b"])
def test_no_key_in_the_response(liar: Liar, run: Run, keys: Path, text: str) -> None:
    """What is no key is not saved, and how to remove the pair is reported."""
    liar.responses("GetKeyPair", NOT_FOUND)
    liar.responses("CreateKeyPair", said({"keyPair": pair(), "privateKeyBase64": text}))
    ran = run("create web --service-generated")
    assert (ran.exit_code, ran.out) == (8, "")
    assert f"lskeys delete web --region {REGION}\n" in ran.err
    assert "\x1b" not in ran.err
    assert list(keys.iterdir()) == []


@pytest.mark.parametrize(
    "members",
    [{"privateKeyBase64": "x"}, {"keyPair": pair()}, {"keyPair": [], "operation": {}}, {}],
)
def test_members_missing(liar: Liar, run: Run, keys: Path, members: dict[str, object]) -> None:
    """A response without its key is a lost one: it is checked whether a key pair is left."""
    liar.responses("GetKeyPair", NOT_FOUND, said({"keyPair": pair()}))
    liar.responses("CreateKeyPair", said(members))
    ran = run("create web --service-generated")
    assert (ran.exit_code, ran.out) == (8, "")
    assert "a key pair is left whose private key is lost" in ran.err
    assert liar.operations == ["GetKeyPair", "CreateKeyPair", "GetKeyPair"]
    assert list(keys.iterdir()) == []
