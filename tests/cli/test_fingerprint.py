"""fingerprint, through the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from lskeys.keys.fingerprints import parse
from lskeys.sandbox import Sandbox, Server
from tests.cli.conftest import Serve
from tests.conftest import REGION, Ran, Run
from tests.support.changes import operations
from tests.support.cli_keys import (
    FINGERPRINT_TYPES,
    PASSPHRASE,
    encrypted_pem,
    fingerprint,
    openssh,
    other_pem,
    public_line,
    said,
    save,
)

SHOWN_BY_A_PUBLIC_KEY = ("md5-spki", "md5-ssh", "sha256-ssh")
HINT = "lskeys: hint: to show all fingerprints of an encrypted key, add --passphrase\n"


def key_spec(pem: str, fingerprint_type: str) -> str:
    """The fingerprint as its tool prints it."""
    return ("MD5:" if fingerprint_type == "md5-ssh" else "") + fingerprint(pem, fingerprint_type)


def row(path: Path | str, kind: str, pem: str, *shown: str) -> str:
    """The row of a file with the key of an RSA PEM, with these fingerprint types."""
    fingerprint_types = [
        key_spec(pem, fingerprint_type) if fingerprint_type in shown else "-"
        for fingerprint_type in FINGERPRINT_TYPES
    ]
    known = ["ssh-rsa", "2048"] if shown else ["-", "-"]
    return "\t".join([str(path), kind, *known, *fingerprint_types]) + "\n"


def documented(ran: Ran) -> list[Any]:
    """The keys of a JSON document."""
    keys: list[Any] = json.loads(ran.out)["localKeys"]
    return keys


def test_every_form_as_its_recipe_prints_it(run: Run, home: Path, rsa_pem: str) -> None:
    """What openssl and ssh-keygen print of the same key; no account is needed."""
    key = save(home / "key", rsa_pem)
    public = save(home / "key.pub", public_line(rsa_pem), 0o644)
    assert run("fingerprint ~/key key.pub".replace("~", str(home))) == Ran(
        0,
        out=row(key, "private", rsa_pem, *FINGERPRINT_TYPES)
        + row(public.name, "public", rsa_pem, *SHOWN_BY_A_PUBLIC_KEY),
    )


def test_ed25519(run: Run, home: Path) -> None:
    """An Ed25519 key has the same forms."""
    said("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ana@laptop", "-f", home / "key")
    private, public = documented(run("fingerprint key key.pub -o json"))
    assert (private["algorithm"], private["bits"]) == ("ssh-ed25519", 256)
    assert sorted(private["fingerprints"]) == sorted(FINGERPRINT_TYPES)
    assert public["comment"] == "ana@laptop"
    listed = said("ssh-keygen", "-l", "-f", home / "key.pub").decode()
    assert f" {public['fingerprints']['sha256-ssh']} " in listed


def test_without_files_the_key_directories(run: Run, home: Path, rsa_pem: str) -> None:
    """Without a file, those of the key directories that hold a key, by name."""
    for name, pem in (("b", rsa_pem), ("a", other_pem())):
        save(home / ".ssh" / name, pem)
    save(home / ".ssh" / "config", "Host *\n")
    assert run("fingerprint -q") == Ran(0, f"{home}/.ssh/a\n{home}/.ssh/b\n")


def test_a_key_that_is_repeated(run: Run, home: Path, rsa_pem: str) -> None:
    """A key that was appended again is one key, as for ssh, and this is reported."""
    save(home / "twice", rsa_pem * 2)
    ran = run("fingerprint twice")
    assert (ran.exit_code, ran.err) == (0, "twice holds several copies of one key\n")


def test_no_keys(run: Run, home: Path) -> None:
    """Key directories without keys are no failure, and said."""
    assert run("fingerprint") == Ran(0, err=f"no keys found in {home}/.ssh\n")


@pytest.mark.parametrize("fingerprint_type", FINGERPRINT_TYPES)
def test_match(  # noqa: PLR0913  fixtures
    serve: Serve, account: Sandbox, run: Run, home: Path, rsa_pem: str, *, fingerprint_type: str
) -> None:
    """--match names the pairs of each file, whatever type AWS reports, in one request.

    A public key is recognised by the private form through its private key in the key directories.
    """
    server = serve(f"fingerprint-default={fingerprint_type}")
    account.add_default_key_pair(REGION, private_pem=rsa_pem)
    save(home / ".ssh" / "key", rsa_pem)
    save(home / "key.pub", public_line(rsa_pem))
    save(home / "stranger", other_pem())
    public, stranger = documented(run("fingerprint key.pub stranger --match -o json"))
    assert stranger["keyPairs"] == []
    assert public["keyPairs"] == [
        {
            "name": "LightsailDefaultKeyPair",
            "location": {"regionName": REGION},
            "fingerprint": fingerprint(rsa_pem, fingerprint_type),
            "fingerprintType": fingerprint_type,
            "fingerprintForm": fingerprint_type,
        }
    ]
    assert operations(server) == ["GetKeyPairs"]


def test_match_in_text(
    account: Sandbox, server: Server, run: Run, home: Path, rsa_pem: str
) -> None:
    """In text the pairs are the last column, each with its region."""
    for region, names in ((REGION, ["web", "copy"]), ("eu-west-1", ["web"])):
        account.add_key_pairs(region, names, public_line=public_line(rsa_pem))
    save(home / "key", rsa_pem)
    ran = run("fingerprint key --match -r us-east-1 -r eu-west-1")
    pairs = f"web@{REGION},copy@{REGION},web@eu-west-1"
    assert ran == Ran(
        0, row("key", "private", rsa_pem, *FINGERPRINT_TYPES).rstrip() + f"\t{pairs}\n"
    )
    assert operations(server) == ["GetKeyPairs", "GetKeyPairs"]


@pytest.mark.usefixtures("server")
def test_an_earlier_key(account: Sandbox, run: Run, home: Path, rsa_pem: str) -> None:
    """What rotate-default put aside is called that, with when, and of which key pair."""
    account.add_default_key_pair(REGION)
    name = f".ssh/LightsailDefaultKey-{REGION}.pem"
    old = save(home / f"{name}.old-20260102T030405Z", rsa_pem)
    at = "replaced 2026-01-02T03:04:05.000Z\n"
    assert run(f"fingerprint {old}").err == f"{old} is an earlier {Path(name).name}, {at}"
    ran = run(f"fingerprint {old} --match -o json")
    assert ran.err == f"{old} is an earlier LightsailDefaultKeyPair in {REGION}, {at}"
    assert documented(ran)[0]["replacedAt"] == "2026-01-02T03:04:05+00:00"


def test_encrypted_without_passphrase(run: Run, home: Path, rsa_pem: str) -> None:
    """What shows without it: OpenSSH's public key, of a PEM nothing but its neighbour's."""
    pem = save(home / "pem", encrypted_pem(rsa_pem))
    alone = row("pem", "private, encrypted", rsa_pem)
    assert run("fingerprint pem") == Ran(0, out=alone, err=HINT)
    save(home / "pem.pub", public_line(rsa_pem))
    shown = row(pem.name, "private, encrypted, known by its .pub", rsa_pem, *SHOWN_BY_A_PUBLIC_KEY)
    assert run("fingerprint pem") == Ran(0, out=shown, err=HINT)
    save(home / "ssh", openssh(rsa_pem, PASSPHRASE))
    shown = row("ssh", "private, encrypted", rsa_pem, *SHOWN_BY_A_PUBLIC_KEY)
    assert run("fingerprint ssh") == Ran(0, out=shown, err=HINT)


def test_passphrase_is_prompted_for(run: Run, home: Path, rsa_pem: str) -> None:
    """--passphrase prompts for each encrypted key, and then every fingerprint is shown."""
    save(home / "pem", encrypted_pem(rsa_pem))
    save(home / "ssh", openssh(rsa_pem, PASSPHRASE))
    save(home / "clear", rsa_pem)
    ran = run("fingerprint pem clear ssh --passphrase", typed=f"{PASSPHRASE}\n{PASSPHRASE}\n")
    assert ran == Ran(
        0,
        out=row("pem", "private, encrypted", rsa_pem, *FINGERPRINT_TYPES)
        + row("clear", "private", rsa_pem, *FINGERPRINT_TYPES)
        + row("ssh", "private, encrypted", rsa_pem, *FINGERPRINT_TYPES),
        err="Passphrase of pem (empty to go without): \n"
        "Passphrase of ssh (empty to go without): \n",
    )


def test_passphrase_is_not_known(run: Run, home: Path, rsa_pem: str) -> None:
    """Empty means without; a wrong passphrase is refused, and quoted nowhere."""
    save(home / "pem", encrypted_pem(rsa_pem))
    ran = run("fingerprint pem --passphrase", typed="\n")
    assert (ran.exit_code, ran.out) == (0, row("pem", "private, encrypted", rsa_pem))
    assert run("fingerprint pem --passphrase", typed="wrong\n") == Ran(
        5,
        err="Passphrase of pem (empty to go without): \n"
        "lskeys: error: pem: the private key does not open with this passphrase\n",
    )


@pytest.mark.parametrize(
    ("ending", "encoding"),
    [
        *(("", "utf-8"), ("\n", "utf-8"), ("\r\n", "utf-8"), ("\nanother line\n", "utf-8")),
        *(("", "utf-8-sig"), ("\r\n", "utf-8-sig"), ("", "utf-16"), ("\r\n", "utf-16")),
        *(("\r\n\u0a0a\n", "utf-16-le"), ("\r\n\u0a0a\n", "utf-16-be")),
    ],
)
def test_passphrase_file(run: Run, home: Path, rsa_pem: str, ending: str, encoding: str) -> None:
    """The first line of a file opens the keys, without its end; no .pub is needed or believed.

    Whatever wrote the file: PowerShell and Notepad use UTF-16, or a byte order mark.
    """
    save(home / "pem", encrypted_pem(rsa_pem))
    save(home / "pem.pub", public_line(other_pem()))
    (home / "words").write_bytes((PASSPHRASE + ending).encode(encoding))
    assert run("fingerprint pem --passphrase-file words") == Ran(
        0, row("pem", "private, encrypted", rsa_pem, *FINGERPRINT_TYPES)
    )


@pytest.mark.parametrize("kind", ["private", "public"])
def test_stdin(run: Run, rsa_pem: str, kind: str) -> None:
    """`-` reads the key that is piped in."""
    text = rsa_pem if kind == "private" else public_line(rsa_pem)
    shown = FINGERPRINT_TYPES if kind == "private" else SHOWN_BY_A_PUBLIC_KEY
    assert run("fingerprint -", piped=text) == Ran(0, row("-", kind, rsa_pem, *shown))


def test_several_files_of_which_some_are_no_keys(run: Run, home: Path, rsa_pem: str) -> None:
    """Each is tried: the keys are shown, the failures reported, exit 7."""
    save(home / "key", rsa_pem)
    assert run("fingerprint nothing key") == Ran(
        7,
        out=row("key", "private", rsa_pem, *FINGERPRINT_TYPES),
        err="lskeys: error: there is no file nothing\n"
        "lskeys: hint: to see what there is: ls -a .\n"
        "lskeys: error: 1 of 2 files failed\n",
    )


def test_a_failure_in_json(run: Run, home: Path, rsa_pem: str) -> None:
    """The document has the failure, too; it is no region's."""
    save(home / "key", rsa_pem)
    ran = run("fingerprint nothing key -o json")
    [error] = json.loads(ran.out)["errors"]
    assert (ran.exit_code, error["code"], error["region"]) == (7, "Missing", None)


def test_what_is_shown_can_be_given_to_delete(run: Run, home: Path, rsa_pem: str) -> None:
    """Every fingerprint shown is one that `delete --fingerprint` reads."""
    save(home / "key", rsa_pem)
    [shown] = documented(run("fingerprint key -o json"))
    assert all(parse(each) for each in shown["fingerprints"].values())
