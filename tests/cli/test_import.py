"""import, through the command line: what is sent, where to, and what is known afterwards."""

import json
from pathlib import Path
from typing import Any

import pytest

from lskeys.sandbox import Request, Sandbox, Server, Tag
from tests.cli.conftest import Serve
from tests.conftest import NOW, REGION, Ran, Run
from tests.support.changes import changes, operations
from tests.support.cli_keys import (
    PASSPHRASE,
    encrypted_pem,
    fingerprint,
    openssh,
    other_pem,
    own_pem,
    public_line,
    said,
    save,
)

pytestmark = pytest.mark.usefixtures("server")

EU = "eu-west-1"
ASIA = "ap-south-1"
OTHER_NAME = (
    "lskeys: hint: choose another name:"
    " it must be unique among all Lightsail resources of the region\n"
)
PRIVATE = "{} is a private key: only its public key is sent\n"


@pytest.fixture
def own(home: Path) -> Path:
    """The public key of the account's key, as a file with a comment."""
    return save(home / "own.pub", f"{public_line(own_pem())} ana@laptop\n")


@pytest.fixture
def known() -> str:
    """The fingerprint that AWS reports for that key."""
    return fingerprint(own_pem(), "md5-spki")


def sent(name: str = "web", region: str = REGION, *, pem: str | None = None) -> Request:
    """The request that imports the account's key: the raw OpenSSH line, byte for byte."""
    body = {"keyPairName": name, "publicKeyBase64": public_line(pem or own_pem())}
    return Request("ImportKeyPair", region, body)


def row(outcome: str, found: str, region: str = REGION, tags: str = "-") -> str:
    """A line of text output."""
    return f"web\t{region}\t{outcome}\t{found}\tmd5-spki\t{tags}\n"


# what is sent


def test_imported(server: Server, run: Run, own: Path, known: str) -> None:
    """Sent once, then looked up: the fingerprint AWS reports is the key's."""
    assert run(f"import web {own}") == Ran(0, out=row("imported", known))
    looked_up = Request("GetKeyPair", REGION, {"keyPairName": "web"})
    assert server.requests[:-1] == [sent(), looked_up]
    assert operations(server)[-1] == "GetKeyPairs"


@pytest.mark.parametrize("option", ["", "--if-absent", "-n"])
def test_the_same_key_under_another_name(
    account: Sandbox, server: Server, run: Run, own: Path, option: str
) -> None:
    """Other key pairs of the region with the same key are named; no failure to list them counts."""
    account.add_key_pairs(REGION, ["db", "mail"], public_line=public_line(own_pem()))
    account.add_key_pairs(REGION, ["ci"], public_line=public_line(other_pem()))
    account.add_key_pairs(EU, ["vpn"], public_line=public_line(own_pem()))
    ran = run(f"import web {own} {option}")
    assert (ran.exit_code, ran.err) == (0, f"the same key is already in {REGION}, as db, mail\n")
    server.add_fault("GetKeyPairs=AccessDeniedException")
    again = run(f"import web2 {own} {option}")
    assert (again.exit_code, again.err) == (0, "")


def spelled(kind: str, directory: Path) -> Path:
    """The account's key in one of the forms that people have."""
    private, public = save(directory / "private", own_pem()), public_line(own_pem())
    if kind in {"RFC4716", "PKCS8", "PEM"}:
        return save(
            directory / "key",
            said("ssh-keygen", "-e", "-m", kind, "-f", private).decode(),
        )
    texts = {
        "line": public,
        "comment": f"{public} ana @ laptop\r\n",
        "options": f'from="10.0.0.0/8",command="echo \\"ssh-rsa\\"" {public} ana\n',
        "notes": f"# my key\n\n{public}\n",
        "doubled": f"ssh-rsa {public} \n",
        "private PKCS1": own_pem(),
        "private OpenSSH": openssh(own_pem()),
        "private encrypted": openssh(own_pem(), PASSPHRASE),
    }
    return save(directory / "key", texts[kind])


@pytest.mark.parametrize(
    "kind",
    [
        *("line", "comment", "options", "notes", "doubled", "RFC4716", "PKCS8", "PEM"),
        *("private PKCS1", "private OpenSSH", "private encrypted"),
    ],
)
def test_every_kind_of_file(server: Server, run: Run, home: Path, kind: str) -> None:
    """Whatever the file looks like, what is sent is the raw OpenSSH line and nothing else.

    Of a private key the public key is sent, and that is reported; an encrypted one shows it.
    """
    path = spelled(kind, home)
    ran = run(f"import web {path}")
    note = PRIVATE.format(path) if kind.startswith("private") else ""
    assert (ran.exit_code, ran.err) == (0, note)
    assert changes(server) == [sent()]


@pytest.mark.parametrize("kind", ["public", "private"])
def test_stdin(server: Server, run: Run, known: str, kind: str) -> None:
    """- reads stdin."""
    text = own_pem() if kind == "private" else f"{public_line(own_pem())}\n"
    note = PRIVATE.format("-") if kind == "private" else ""
    assert run("import web -", piped=text) == Ran(0, out=row("imported", known), err=note)
    assert changes(server) == [sent()]


def test_ed25519(server: Server, run: Run, home: Path) -> None:
    """An Ed25519 key is AWS's to take, and verified in its form."""
    said("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ana", "-f", home / "id")
    shown = said("ssh-keygen", "-l", "-f", home / "id").decode().split()[1]
    assert run("import web id.pub") == Ran(
        0, out=f"web\t{REGION}\timported\t{shown}\tsha256-ssh\t-\n"
    )
    line = (home / "id.pub").read_text().removesuffix(" ana\n")
    assert changes(server)[0].body == {"keyPairName": "web", "publicKeyBase64": line}


def test_a_kind_that_aws_refuses(server: Server, run: Run, home: Path) -> None:
    """Which kinds are taken is AWS's to say, in its words."""
    said("ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", home / "id")
    ran = run("import web id.pub")
    assert (ran.exit_code, ran.out) == (8, "")
    assert f"web in {REGION}: The format of this public key is not valid\n" in ran.err
    assert operations(server) == ["ImportKeyPair"]


# what is refused before anything is sent


def test_two_keys(server: Server, run: Run, home: Path) -> None:
    """Which of two keys is meant is not guessed, and can be said."""
    save(home / "keys", f"{public_line(own_pem())} one\n{public_line(other_pem())} two\n")
    ran = run("import web keys")
    assert (ran.exit_code, "keys: it holds 2 keys: 1. ssh-rsa" in ran.err) == (2, True)
    assert server.requests == []
    assert run("import web keys --select two").exit_code == 0
    assert server.requests[0] == sent(pem=other_pem())


@pytest.mark.parametrize("neighbour", [True, False])
def test_an_encrypted_pem(run: Run, home: Path, *, neighbour: bool) -> None:
    """It does not show its public key; its .pub proves nothing, but can be imported by name."""
    save(home / "key", encrypted_pem(own_pem()))
    if neighbour:
        save(home / "key.pub", public_line(other_pem()))
    assert run("import web key") == Ran(
        5,
        err="lskeys: error: key is encrypted and does not show its public key\n"
        "lskeys: hint: ssh-keygen -y -f key | lskeys import web -\n",
    )


@pytest.mark.parametrize("mode", [0o777, 0o1777])
def test_a_key_that_others_could_have_replaced(run: Run, home: Path, mode: int) -> None:
    """A directory in which others may replace the file is named; a sticky one is not."""
    file = save(home / "shared" / "own.pub", public_line(own_pem()), 0o644)
    file.parent.chmod(mode)
    ran = run(f"import web {file}")
    said = f"{file.parent} is writable by others, who could have replaced the key"
    assert (ran.exit_code, ran.err) == (0, "" if mode & 0o1000 else f"lskeys: warning: {said}\n")


# names that are taken


def test_taken(account: Sandbox, server: Server, run: Run, own: Path) -> None:
    """A name that a key pair has is AWS's to refuse; by which one is reported."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(other_pem()))
    has = fingerprint(other_pem(), "md5-spki")
    assert run(f"import web {own}") == Ran(
        5,
        err=f"lskeys: error: the name web is taken in {REGION}, by a key pair with the fingerprint"
        f" {has}\n{OTHER_NAME}",
    )
    assert operations(server) == ["ImportKeyPair", "GetKeyPair"]


@pytest.mark.parametrize("option", ["", "-n"])
def test_taken_by_the_same_key(account: Sandbox, run: Run, own: Path, option: str) -> None:
    """With the same key it is still taken, and what takes that for done is reported."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(own_pem()))
    assert run(f"import web {own} {option}") == Ran(
        5,
        err=f"lskeys: error: key pair web in {REGION} already has this key\n"
        "lskeys: hint: to treat this as success, add --if-absent\n",
    )


# only if it is not there


def test_if_absent_and_absent(server: Server, run: Run, own: Path, known: str) -> None:
    """Where there is no such pair it is imported."""
    assert run(f"import web {own} --if-absent") == Ran(0, out=row("imported", known))
    assert operations(server) == ["GetKeyPair", "ImportKeyPair", "GetKeyPair", "GetKeyPairs"]


def test_if_absent_and_there(
    account: Sandbox, server: Server, run: Run, own: Path, known: str
) -> None:
    """The same key under that name is success: nothing is sent."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(own_pem()), tags=[Tag("a")])
    assert run(f"import web {own} --if-absent") == Ran(0, out=row("unchanged", known, tags="a"))
    assert operations(server) == ["GetKeyPair", "GetKeyPairs"]


def test_if_absent_and_tags(
    account: Sandbox, server: Server, run: Run, own: Path, known: str
) -> None:
    """Missing tags are added to what is there, and only those."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(own_pem()), tags=[Tag("a")])
    ran = run(f"import web {own} --if-absent --tag a --tag b=2")
    assert ran == Ran(0, out=row("unchanged", known, tags="a,b=2"))
    body = {"resourceName": "web", "tags": [{"key": "b", "value": "2"}]}
    assert changes(server) == [Request("TagResource", REGION, body)]


@pytest.mark.parametrize("option", ["", "-n"])
def test_drift(account: Sandbox, server: Server, run: Run, own: Path, option: str) -> None:
    """Another key under that name is drift: refused, with both fingerprints."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(other_pem()))
    theirs, ours = (fingerprint(pem, "md5-spki") for pem in (other_pem(), own_pem()))
    assert run(f"import web {own} --if-absent {option}") == Ran(
        5,
        err=f"lskeys: error: web in {REGION} is another key: its fingerprint is {theirs},"
        f" and not {ours}\n"
        "lskeys: hint: choose another name, or delete that key pair: "
        f"lskeys delete web --region {REGION}\n",
    )
    assert operations(server) == ["GetKeyPair"]
    assert json.loads(run(f"import web {own} --if-absent -o json").err)["code"] == "Drift"


def test_a_pair_that_the_service_made(server: Server, run: Run) -> None:
    """Its fingerprint is of the private key: the key shows that it is the same, .pub cannot."""
    assert run("create web --service-generated -q").exit_code == 0
    assert run("import web .ssh/web.pem --if-absent -q") == Ran(0, out="web\n")
    has = run("list web --query keyPairs[].fingerprint").out.strip()
    assert run("import web .ssh/web.pem.pub --if-absent") == Ran(
        5,
        err=f"lskeys: error: cannot determine whether web in {REGION} has this key: its fingerprint"
        f" {has} is of a private key, give that instead\n"
        f"lskeys: hint: show it: lskeys show web --region {REGION}\n",
    )
    assert [each.operation for each in changes(server)] == ["CreateKeyPair"]


def test_a_pair_without_fingerprint(serve: Serve, run: Run, own: Path) -> None:
    """A pair that cannot be compared is not taken for the same."""
    serve("fingerprint-imported-rsa=none")
    run(f"import web {own}")
    ran = run(f"import web {own} --if-absent")
    assert (ran.exit_code, ran.out) == (5, "")
    assert "has this key: AWS reports no fingerprint of it\n" in ran.err


# what is known afterwards


def test_unverified(serve: Serve, run: Run, own: Path) -> None:
    """Where AWS reports no fingerprint, the word is never verified."""
    serve("fingerprint-imported-rsa=none")
    assert run(f"import web {own}") == Ran(0, out=f"web\t{REGION}\timported\t-\t-\t-\n")
    assert "unverified" in run(f"import db {own} -o table").out


@pytest.mark.parametrize("fingerprint_type", ["md5-spki", "md5-ssh", "sha256-ssh"])
def test_every_form_of_fingerprint(
    serve: Serve, run: Run, own: Path, fingerprint_type: str
) -> None:
    """Whichever form AWS reports, the key is verified by it."""
    serve(f"fingerprint-imported-rsa={fingerprint_type}")
    found = fingerprint(own_pem(), fingerprint_type)
    assert run(f"import web {own}") == Ran(
        0, out=f"web\t{REGION}\timported\t{found}\t{fingerprint_type}\t-\n"
    )


def test_lost_and_another_is_there(account: Sandbox, server: Server, run: Run, own: Path) -> None:
    """A response is lost, another key has the name: which came first is unknown, and said so."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(other_pem()))
    server.add_fault("ImportKeyPair=reset")
    ran = run(f"import web {own}")
    theirs = fingerprint(other_pem(), "md5-spki")
    assert ran.exit_code == 8
    assert f"; a key pair with that name exists, with the fingerprint {theirs}\n" in ran.err
    assert len(changes(server)) == 1


# several regions


def test_several_regions(server: Server, run: Run, own: Path, known: str) -> None:
    """Each region gets the key, in parallel, the results in the order of the options."""
    ran = run(f"import web {own} -r {EU} -r {REGION}")
    assert ran == Ran(0, out=row("imported", known, EU) + row("imported", known))
    assert sorted(changes(server), key=lambda each: each.region) == [sent(region=EU), sent()]


def test_all_regions(run: Run, own: Path) -> None:
    """--all-regions is every region of the account; run again with --if-absent, all is well."""
    first = run(f"import web {own} --all-regions")
    again = run(f"import web {own} --all-regions --if-absent")
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert len(first.out.splitlines()) == 19
    assert again.out == first.out.replace("imported", "unchanged")


# how it looks


def test_dry_run(server: Server, run: Run, own: Path) -> None:
    """A dry run looks up the name, says what it would do, and changes nothing."""
    assert run(f"import web {own} -n --tag a=b") == Ran(
        0, out=f"web\t{REGION}\twould import\t-\t-\ta=b\n"
    )
    assert operations(server) == ["GetKeyPair", "GetInstances", "GetKeyPairs"]


def test_dry_run_and_there(
    account: Sandbox, server: Server, run: Run, own: Path, known: str
) -> None:
    """A dry run with --if-absent shows what is there already, and tags nothing."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(own_pem()))
    assert run(f"import web {own} -n --if-absent --tag a") == Ran(0, out=row("unchanged", known))
    assert operations(server) == ["GetKeyPair", "GetKeyPairs"]


def test_json(run: Run, own: Path, known: str) -> None:
    """The pair in the AWS CLI's shape, and what became of it."""
    document: Any = json.loads(run(f"import web {own} --tag a=b -o json").out)
    [pair] = document["keyPairs"]
    assert pair.pop("arn").startswith(f"arn:aws:lightsail:{REGION}:123456789012:KeyPair/")
    assert pair.pop("supportCode").endswith("/web")
    assert document == {
        "keyPairs": [
            {
                "name": "web",
                "createdAt": NOW.isoformat(),
                "location": {"availabilityZone": "all", "regionName": REGION},
                "resourceType": "KeyPair",
                "tags": [{"key": "a", "value": "b"}],
                "fingerprint": known,
                "isDefault": False,
                "fingerprintType": "md5-spki",
                "fingerprintForm": "md5-spki",
                "verified": True,
                "outcome": "imported",
            }
        ],
        "errors": [],
        "schemaVersion": 1,
    }
