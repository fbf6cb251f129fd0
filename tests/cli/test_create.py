"""create, through the command line: the key is safe first, the name is known, nothing is lost."""

import json
import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lskeys.sandbox import Request, Sandbox, Server, Tag
from tests.conftest import REGION, Ran, Run
from tests.support.changes import changes, operations
from tests.support.cli_keys import (
    PASSPHRASE,
    opened,
    openssh,
    other_pem,
    own_pem,
    public_line,
    said,
    save,
)

pytestmark = pytest.mark.usefixtures("server", "secrecy")

EU = "eu-west-1"
MADE = ["GetKeyPair", "ImportKeyPair", "GetKeyPair"]
OTHER_NAME = (
    "lskeys: hint: choose another name:"
    " it must be unique among all Lightsail resources of the region\n"
)
REMOVE = f"lskeys delete web --region {REGION}"
PROMPTS = "Passphrase for the new key: \nThe same again: \n"


@pytest.fixture
def path(home: Path) -> Path:
    """Where the private key of `web` is saved."""
    return home / ".ssh" / "web.pem"


def files(path: Path) -> list[str]:
    """What lies in the directory of a file, hidden files included."""
    return sorted(each.name for each in path.parent.iterdir()) if path.parent.exists() else []


def imported(path: Path, name: str = "web") -> Request:
    """The request that imports the public key of a private key file."""
    return Request("ImportKeyPair", REGION, {"keyPairName": name, "publicKeyBase64": opened(path)})


def tagged(*tags: dict[str, str]) -> Request:
    """The request that tags `web`."""
    return Request("TagResource", REGION, {"resourceName": "web", "tags": list(tags)})


def reported(run: Run, name: str = "web") -> str:
    """The fingerprint AWS reports."""
    return run(f"list {name} --query keyPairs[].fingerprint").out.strip()


def sha256(path: Path) -> str:
    """What `ssh-keygen -l` shows of a key file."""
    return said("ssh-keygen", "-l", "-f", path).decode().split()[1]


def note(outcome: str, path: Path, found: str, fingerprint_type: str = "sha256-ssh") -> str:
    """The note about a key that was verified."""
    proof = f"fingerprint {found} verified ({fingerprint_type})"
    return f"{outcome} {path}: key pair web of {REGION}, {proof}\n"


# what is made


def test_created(server: Server, run: Run, path: Path) -> None:
    """The path is stdout; the name is looked for, the public key sent, the pair verified.

    NAME.pem is 0600, NAME.pem.pub its public key with a comment, nothing else is left; and no
    request holds a line of the private key.
    """
    ran = run("create web --type ed25519")
    assert ran == Ran(0, out=f"{path}\n", err=note("saved", path, sha256(path)))
    assert operations(server) == MADE
    assert changes(server) == [imported(path)]
    assert files(path) == ["web.pem", "web.pem.pub"]
    assert [each.stat().st_mode & 0o777 for each in (path, path.parent)] == [0o600, 0o700]
    assert path.with_name("web.pem.pub").read_text() == f"{opened(path)} web@{REGION}\n"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("-----")]
    sent = json.dumps([request.body for request in server.requests])
    assert lines
    assert not [line for line in lines if line in sent]


@pytest.mark.parametrize(("options", "bits"), [("", b"4096"), ("--bits 2048", b"2048")])
def test_rsa(run: Run, path: Path, options: str, bits: bytes) -> None:
    """Without options it is RSA of 4096 bits, in PEM, verified as AWS reports RSA."""
    ran = run(f"create web {options}")
    assert ran == Ran(0, out=f"{path}\n", err=note("saved", path, reported(run), "md5-spki"))
    assert path.read_text().startswith("-----BEGIN RSA PRIVATE KEY-----\n")
    assert said("ssh-keygen", "-l", "-f", path).split()[0] == bits


# where it is saved


@pytest.mark.parametrize(
    ("option", "made"), [("--out ~/new/keys", "new/keys/web.pem"), ("--file ~/new/key", "new/key")]
)
def test_place(run: Run, home: Path, option: str, made: str) -> None:
    """--out names the directory, --file the file; a directory that is missing is made."""
    assert run(f"create web --type ed25519 {option}").out == f"{home}/{made}\n"
    assert (home / f"{made}.pub").exists()
    assert (home / "new").stat().st_mode & 0o777 == 0o700


def test_stdout(server: Server, run: Run, home: Path) -> None:
    """--file - writes the key to stdout and nowhere else."""
    ran = run("create web --type ed25519 --file -")
    key = save(home / "piped", ran.out)
    assert ran == Ran(
        0,
        out=key.read_text(),
        err=f"wrote the key of web in {REGION} to stdout, verified (sha256-ssh)\n",
    )
    assert changes(server) == [imported(key)]
    assert not (home / ".ssh").exists()


def test_stdout_is_no_place(account: Sandbox, server: Server, run: Run) -> None:
    """No key is shown on a terminal; one that is piped cannot be compared: the name is taken."""
    ran = run("create web --type ed25519 --file -", terminal=True)
    assert (ran.exit_code, ran.out, server.requests) == (5, "", [])
    account.add_key_pairs(REGION, ["web"], public_line=public_line(own_pem()))
    ran = run("create web --file -")
    assert (ran.exit_code, ran.out, changes(server)) == (5, "", [])


# what is refused before anything is made


@pytest.mark.parametrize("option", ["", "--service-generated", "--force", "-n"])
def test_taken_by_a_key_pair(
    account: Sandbox, server: Server, run: Run, path: Path, option: str
) -> None:
    """A name that a key pair has is refused after one request, with its fingerprint."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(own_pem()))
    ran = run(f"create web {option}")
    has = reported(run)
    assert ran == Ran(
        5,
        err=f"lskeys: error: the name web is taken in {REGION}, by a key pair with the fingerprint"
        f" {has}\n{OTHER_NAME}",
    )
    assert operations(server)[0] == "GetKeyPair"
    assert changes(server) == []
    assert files(path) == []


@pytest.mark.parametrize("option", ["", "--service-generated", "-n"])
@pytest.mark.parametrize(
    ("name", "text", "holds", "hint"),
    [
        (
            *("web.pem", own_pem, "a private key, and there is no key pair web"),
            "to import that one: lskeys import web {}; to replace it: --force",
        ),
        ("web.pem.pub", lambda: public_line(own_pem()), "another key", None),
        *(
            (
                *(name, lambda: "notes", None),
                "use --force to replace it; the old file is kept next to it",
            )
            for name in ("web.pem", "web.pem.pub")
        ),
    ],
)
def test_something_in_the_way(  # noqa: PLR0913  fixtures and cases
    option: str,
    name: str,
    text: Callable[[], str],
    holds: str | None,
    hint: str | None,
    *,
    server: Server,
    run: Run,
    path: Path,
) -> None:
    """A file in the place of the key or its .pub stays as it is; a key could be imported."""
    place = save(path.with_name(name), text())
    ran = run(f"create web {option}")
    assert (ran.exit_code, ran.out) == (5, "")
    error, way_out = ran.err.splitlines()
    said = f"holds {holds}" if holds else "is there already: it holds no key"
    assert error == f"lskeys: error: {place} {said}"
    assert hint is None or way_out == f"lskeys: hint: {hint.format(place)}"
    assert operations(server)[0] == "GetKeyPair"
    assert changes(server) == []
    assert (place.read_text(), files(path)) == (text(), [name])


@pytest.mark.parametrize("option", ["--type ed25519", "--service-generated"])
def test_a_file_that_appears(server: Server, run: Run, home: Path, path: Path, option: str) -> None:
    """A file that appears during the passphrase prompt stays as it is, and no key is created."""
    os.mkfifo(home / "pipe")

    def respond() -> None:
        with (home / "pipe").open("w") as pipe:  # opens when lskeys reads it
            save(path.with_name("web.pem.pub"), public_line(own_pem()))
            pipe.write(PASSPHRASE)

    with ThreadPoolExecutor(1) as pool:
        responding = pool.submit(respond)
        ran = run(f"create web --passphrase-file pipe {option}")
        responding.result()
    assert ran.exit_code == 5
    assert changes(server) == []
    assert files(path) == ["web.pem.pub"]


@pytest.mark.parametrize("option", ["--type ed25519", "--service-generated"])
def test_force(run: Run, path: Path, option: str) -> None:
    """--force puts the new key there and keeps the old one next to it."""
    save(path, own_pem())
    ran = run(f"create web --force {option}")
    kept = f"{path}.old-20261123T120000Z"
    assert (ran.exit_code, ran.out) == (0, f"{path}\n")
    assert ran.err.endswith(f"the file it replaced is {kept}\n")
    assert Path(kept).read_text() == own_pem()
    assert files(path) == ["web.pem", Path(kept).name, "web.pem.pub"]


def test_force_of_a_taken_name(account: Sandbox, run: Run, server: Server, path: Path) -> None:
    """If AWS refuses the name after that, the old key has its place back."""
    account.add_instance(REGION, "web")
    save(path, own_pem())
    assert run("create web --force --type ed25519").exit_code == 5
    assert changes(server)[0].operation == "ImportKeyPair"
    assert (path.read_text(), files(path)) == (own_pem(), ["web.pem"])


@pytest.mark.parametrize("look", ["AccessDeniedException", "reset"])
def test_a_refused_import_that_cannot_be_looked_up(
    server: Server, run: Run, path: Path, look: str
) -> None:
    """A refusal alone, which any proxy can invent, does not remove a private key."""
    server.add_fault("GetKeyPair=NotFoundException*1")
    server.add_fault(f"GetKeyPair={look}")
    server.add_fault("ImportKeyPair=InvalidInputException")
    ran = run("create web --type ed25519")
    assert (ran.exit_code, ran.out) == (8, "")
    assert f"the key is kept in {path}" in ran.err
    assert files(path) == ["web.pem", "web.pem.pub"]


def test_a_failing_look_makes_nothing(server: Server, run: Run, path: Path) -> None:
    """Where it cannot be known whether the name is free, nothing is made."""
    server.add_fault("GetKeyPair=AccessDeniedException")
    assert run("create web").exit_code == 4
    assert changes(server) == []
    assert files(path) == []


def test_dry_run(server: Server, run: Run, home: Path, path: Path) -> None:
    """A dry run looks up the name, says what it would do, and makes neither key nor directory."""
    assert run("create web -n --tag a=b") == Ran(
        0,
        out=f"{path}\n",
        err=f"would save {path}: key pair web of {REGION}, nothing was created\n",
    )
    assert operations(server) == ["GetKeyPair", "GetInstances"]
    assert list(home.iterdir()) == []


def test_dry_run_to_stdout(run: Run) -> None:
    """-n writes no key to stdout."""
    note = f"would write the key of web in {REGION} to stdout, nothing was created\n"
    assert run("create web -n --file -") == Ran(0, err=note)


def test_an_unwritable_place(server: Server, run: Run, home: Path) -> None:
    """A place where no file can be is found before anything but the name is requested."""
    save(home / "file", "")
    assert run("create web --type ed25519 --out file").exit_code == 5
    assert changes(server) == []


# run again, and lost responses


@pytest.mark.parametrize("before", ["--type ed25519", "--bits 2048", "--service-generated"])
@pytest.mark.parametrize("option", ["", "-n", "--force"])
def test_again(server: Server, run: Run, path: Path, before: str, option: str) -> None:
    """Run again it finds its own key pair by the key: unchanged, success, one request."""
    run(f"create web {before}")
    key = path.read_bytes()
    earlier = len(server.requests)
    ran = run(f"create web {option}")
    assert (ran.exit_code, ran.out) == (0, f"{path}\n")
    assert ran.err.startswith(f"unchanged {path}: key pair web of {REGION}, fingerprint ")
    assert operations(server)[earlier:] == ["GetKeyPair"]
    assert (path.read_bytes(), files(path)) == (key, ["web.pem", "web.pem.pub"])


def test_again_tags(server: Server, run: Run) -> None:
    """Run again it adds the tags that are missing, and a dry run does not."""
    run("create web --type ed25519 --tag a=1")
    assert run("create web --tag a=1 --tag b=2 -n").exit_code == 0
    assert len(changes(server)) == 2
    assert run("create web --tag a=1 --tag b=2").exit_code == 0
    assert changes(server)[2:] == [tagged({"key": "b", "value": "2"})]


@pytest.mark.parametrize(
    "text",
    [other_pem, lambda: public_line(own_pem()), lambda: openssh(other_pem(), PASSPHRASE)],
    ids=["another key", "a public key", "an encrypted key"],
)
def test_again_with_no_proof(
    account: Sandbox, run: Run, path: Path, text: Callable[[], str]
) -> None:
    """What is not the pair's private key, or does not show it, is no proof: the name is taken."""
    line = public_line(own_pem())
    account.add_key_pairs(REGION, ["web"], public_line=line, tags=[Tag("a")])
    save(path, text())
    save(path.with_name("web.pem.pub"), line)
    assert run("create web").exit_code == 5


def test_lost_twice_and_then_again(server: Server, run: Run, path: Path) -> None:
    """The hint works: it imports the key that is kept, and does so once."""
    server.add_fault("ImportKeyPair=reset*2")
    run("create web --type ed25519")
    ran = run("create web --type ed25519")
    assert f"to import that one: lskeys import web {path}; " in ran.err
    for _ in range(2):
        assert run(f"import web {path} --if-absent --region {REGION}").exit_code == 0
    assert run("create web").err == note("unchanged", path, sha256(path))


# passphrases


def opens(path: Path, words: str) -> bool:
    """Whether ssh-keygen opens a private key file with this passphrase."""
    command = ("ssh-keygen", "-y", "-P", words, "-f", path)
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("option", ["--type ed25519", "--bits 2048", "--service-generated"])
def test_passphrase(server: Server, run: Run, path: Path, option: str) -> None:
    """It is typed twice, and encrypts local and AWS's keys alike."""
    ran = run(f"create web --passphrase {option}", typed=f"{PASSPHRASE}\n" * 2)
    assert (ran.exit_code, ran.out) == (0, f"{path}\n")
    assert PROMPTS in ran.err
    assert [opens(path, words) for words in (PASSPHRASE, "", "other")] == [True, False, False]
    sent = json.dumps([request.body for request in server.requests])
    assert PASSPHRASE not in ran.out + ran.err + sent


@pytest.mark.parametrize("option", ["", "--file -"])
def test_passphrase_file(run: Run, home: Path, path: Path, option: str) -> None:
    """The first line of a file is the passphrase, without its end; on stdout it holds, too."""
    save(home / "secret", f"{PASSPHRASE}\nnot this\n")
    ran = run(f"create web --type ed25519 --passphrase-file ~/secret {option}")
    key = save(home / "piped", ran.out) if option else path
    assert [opens(key, words) for words in (PASSPHRASE, "")] == [True, False]


def test_encrypted_again(run: Run, home: Path, path: Path) -> None:
    """An encrypted key shows whose it is: run again, there is no prompt and nothing changes."""
    save(home / "secret", PASSPHRASE)
    run("create web --type ed25519 --passphrase-file secret")
    ran = run("create web --passphrase", typed="")
    assert ran == Ran(0, out=f"{path}\n", err=note("unchanged (encrypted)", path, sha256(path)))


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("one\ntwo\n", "the two passphrases differ, nothing was created"),
        ("\n\n", "the passphrase is empty, nothing was created"),
        ("", "the passphrase is empty, nothing was created"),
    ],
)
def test_passphrase_mistyped(
    server: Server, run: Run, path: Path, typed: str, message: str
) -> None:
    """Two that differ and are not corrected, or none, make nothing."""
    ran = run("create web --passphrase", typed=typed)
    assert (ran.exit_code, ran.out) == (5, "")
    assert PROMPTS in ran.err
    assert f"\nlskeys: error: {message}\n" in ran.err
    assert changes(server) == []
    assert files(path) == []


def test_passphrase_corrected(run: Run, path: Path) -> None:
    """Whoever mistyped it is prompted again, and the key opens with what was typed last."""
    ran = run(
        "create web --passphrase --type ed25519", typed=f"one\ntwo\n{PASSPHRASE}\n{PASSPHRASE}\n"
    )
    assert ran.exit_code == 0, ran.err
    assert "The two differ. Passphrase for the new key:" in ran.err
    subprocess.run(("ssh-keygen", "-y", "-P", PASSPHRASE, "-f", path), check=True)


# made by AWS


def test_service_generated(server: Server, run: Run, path: Path) -> None:
    """CreateKeyPair, sent once; its key is verified and saved as AWS spelled it."""
    ran = run("create web --service-generated --tag a=b")
    assert ran == Ran(0, out=f"{path}\n", err=note("saved", path, reported(run), "sha1-pkcs8"))
    assert operations(server)[:3] == ["GetKeyPair", "CreateKeyPair", "GetKeyPair"]
    tags = [{"key": "a", "value": "b"}]
    body = {"keyPairName": "web", "tags": tags}
    assert changes(server) == [Request("CreateKeyPair", REGION, body)]
    assert opened(path) == path.with_name("web.pem.pub").read_text().rpartition(" ")[0]


LEFT = f"a key pair is left whose private key is lost; delete it: {REMOVE}\n"
SHOW = f"check again before you repeat this: lskeys show web --region {REGION}\n"
UNKNOWN = f"whose private key is lost; to delete it: {REMOVE}\n"
LOOK_FAILS = ("GetKeyPair=NotFoundException*1", "GetKeyPair=AccessDeniedException")


@pytest.mark.parametrize(
    ("faults", "hint"),
    [
        *((("CreateKeyPair=" + each,), LEFT) for each in ("lost-answer", "empty", "bad-json")),
        *((("CreateKeyPair=" + each,), SHOW) for each in ("reset", "http-503", "html")),
        ((*LOOK_FAILS, "CreateKeyPair=lost-answer"), UNKNOWN),
    ],
)
def test_a_lost_key(
    server: Server, run: Run, path: Path, faults: tuple[str, ...], hint: str
) -> None:
    """The only private key is lost with the response: sent once, and what is left is reported.

    Where no key pair is there yet, it may still come, so nothing is sent again.
    """
    for fault in faults:
        server.add_fault(fault)
    ran = run("create web --service-generated")
    assert (ran.exit_code, ran.out) == (8, "")
    assert ran.err.endswith(hint)
    assert operations(server) == ["GetKeyPair", "CreateKeyPair", "GetKeyPair"]
    assert files(path) == []
