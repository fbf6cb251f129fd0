"""delete: the guard, through the command line. Without a key that fits, nothing is sent."""

import base64
import os
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Server
from tests.cli.conftest import Serve
from tests.conftest import REGION, Ran, Run
from tests.support.changes import changes, delete_of, download
from tests.support.cli_keys import (
    FINGERPRINT_TYPES,
    PASSPHRASE,
    encrypted_pem,
    fingerprint,
    opened,
    openssh,
    other_pem,
    own_pem,
    public_line,
    save,
)
from tests.support.lying_server import Liar, pair, said

KEY_FILE = "LightsailDefaultKey-us-east-1.pem"
DEFAULT = f"{DEFAULT_PAIR} --fingerprint"
TEXTS: dict[str, Callable[[], str]] = {
    "own": own_pem,
    "other": other_pem,
    "public": lambda: f"{public_line(own_pem())} me@here\n",
    "OpenSSH": lambda: openssh(own_pem()),
    "encrypted OpenSSH": lambda: openssh(own_pem(), PASSPHRASE),
    "encrypted PEM": lambda: encrypted_pem(own_pem()),
    "another encrypted PEM": lambda: encrypted_pem(other_pem()),
    "passphrase": lambda: f"{PASSPHRASE}\n",
}
"""Possible contents of a file, by name."""
ITS_KEY = {".ssh/whatever": "own", ".ssh/another": "other"}


def arrange(account: Sandbox, files: Mapping[str, str]) -> None:
    """The default key pair and `web`, both of our own key, and files in the home."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    account.add_key_pairs(REGION, ["web"], public_line=public_line(own_pem()))
    for name, kind in files.items():
        save(Path(name), TEXTS[kind]() if kind in TEXTS else kind)


@cache
def values() -> dict[str, str]:
    """Fingerprints of our own key and of the other one, and ways to spell them."""
    spki, md5, sha1, sha256 = (
        fingerprint(own_pem(), each) for each in ("md5-spki", "md5-ssh", "sha1-pkcs8", "sha256-ssh")
    )
    return {
        "spki": spki,
        "sha256": sha256,
        "capitals": md5.upper(),
        "no_colons": sha1.replace(":", ""),
        "md5_of_ssh_keygen": f"MD5:{md5}",
        "small_prefix": f"sha1:{sha1}",
        "no_prefix": sha256.removeprefix("SHA256:"),
        "padded": f"{sha256}=",
        "sha256_in_hex": base64.b64decode(f"{sha256.removeprefix('SHA256:')}=").hex(":"),
        "spaces_around": f"  {spki} ",
        **{f"other_{each[:6]}": fingerprint(other_pem(), each) for each in FINGERPRINT_TYPES},
    }


class Proof(NamedTuple):
    """A deletion that the guard lets through.

    Attributes:
        line: What stands behind `delete`; its first word is the key pair.
        files: What is in the home.
        local: The file that proves it, from the home.
        reported: The type of fingerprint that AWS reports, which is sent as it is spelled.
    """

    line: str
    files: Mapping[str, str] = {}
    local: str | None = None
    reported: str = "md5-spki"


SPELLINGS = (
    *("sha256", "capitals", "no_colons", "md5_of_ssh_keygen", "small_prefix", "no_prefix"),
    *("padded", "sha256_in_hex", "spaces_around"),
)
PROOFS = {
    **{
        f"a local key by {each}": Proof(DEFAULT, ITS_KEY, ".ssh/whatever", each)
        for each in FINGERPRINT_TYPES
    },
    **{
        f"a value as {each}": Proof(f"{DEFAULT}='{{{each}}}'", ITS_KEY, ".ssh/whatever")
        for each in SPELLINGS
    },
    **{
        f"a value of {typed} where AWS reports {reported}": Proof(
            f"{DEFAULT}={{{typed}}}", ITS_KEY, ".ssh/whatever", reported
        )
        for typed in ("spki", "capitals", "no_colons", "sha256")
        for reported in FINGERPRINT_TYPES
    },
    "a value of md5-spki alone": Proof("web --fingerprint={spki}"),
    "a value of md5-ssh alone": Proof("web --fingerprint={capitals}", reported="md5-ssh"),
    "a value of sha256-ssh alone": Proof("web --fingerprint={padded}", reported="sha256-ssh"),
    "the local key of an imported key pair": Proof("web --fingerprint", ITS_KEY, ".ssh/whatever"),
    "its public key: AWS has no copy to lose": Proof(
        "web --fingerprint", {".ssh/key.pub": "public"}, ".ssh/key.pub"
    ),
    "a public key, whose private key is elsewhere": Proof(
        f"{DEFAULT} --key ~/key.pub",
        {"key.pub": "public", ".ssh/copy": "own"},
        "key.pub",
    ),
    "a private key next to a public key": Proof(
        DEFAULT, {".ssh/a.pub": "public", ".ssh/b": "own"}, ".ssh/b", "sha1-pkcs8"
    ),
    "a local key that is not required": Proof("web", ITS_KEY, ".ssh/whatever"),
    **{
        f"--key: {kind}": Proof("web --key '~/else/my key'", {"else/my key": kind}, "else/my key")
        for kind in ("own", "OpenSSH", "encrypted OpenSSH", "public")
    },
    "--key is a copy of the default key": Proof(
        f"{DEFAULT} --key ~/key", {"key": "OpenSSH"}, "key"
    ),
    "an encrypted copy that shows its public key": Proof(
        DEFAULT, {".ssh/key": "encrypted OpenSSH"}, ".ssh/key"
    ),
    "an encrypted copy that a passphrase opens": Proof(
        f"{DEFAULT} --passphrase-file words",
        {f".ssh/{KEY_FILE}": "encrypted PEM", "words": "passphrase"},
        f".ssh/{KEY_FILE}",
    ),
    "no copy, given up": Proof(f"{DEFAULT} {{spki}} --no-backup"),
}


@pytest.mark.parametrize("proof", PROOFS.values(), ids=PROOFS)
def test_a_proof(proof: Proof, serve: Serve, account: Sandbox, run: Run, home: Path) -> None:
    """The fingerprint that AWS reports is sent, whatever was typed; the proving file is shown."""
    imported = proof.reported if proof.reported != "sha1-pkcs8" else "none"
    server = serve(f"fingerprint-default={proof.reported}", f"fingerprint-imported-rsa={imported}")
    arrange(account, proof.files)
    name, expected = proof.line.split()[0], fingerprint(own_pem(), proof.reported)
    local = home / proof.local if proof.local else "-"
    assert run(f"delete {proof.line.format(**values())} --yes") == Ran(
        0, out=f"{name}\t{REGION}\tdeleted\t{expected}\t{local}\t-\n"
    )
    assert changes(server) == [delete_of(name, expected)]


def test_a_pair_without_local_key(account: Sandbox, server: Server, run: Run) -> None:
    """Without --fingerprint an imported key pair needs no proof: no fingerprint is sent."""
    arrange(account, {".ssh/another": "other"})
    assert run("delete web --yes").out == f"web\t{REGION}\tdeleted\t-\t-\t-\n"
    assert changes(server) == [delete_of("web")]


THERE = f"{DEFAULT_PAIR} in {REGION}"
NO_COPY = (
    f"{THERE} has no copy of its private key on this computer, and AWS forgets its own",
    "save it first with --backup DIR, or give it up with --no-backup",
)
NO_KEY = (
    f"no local key matches the fingerprint of {THERE} ({{spki}})",
    "to use a key file in another directory, add --key FILE, or save it first with --backup DIR",
)
NO_OTHER = "name the file of its own key, or leave --key out"
REFUSALS: dict[str, tuple[str, Mapping[str, str], str, str | None]] = {
    "the default key pair, unproven": (
        DEFAULT_PAIR,
        {f".ssh/{KEY_FILE}": "own"},
        f"{THERE} is the default key pair, which is deleted only with a verified fingerprint",
        f"lskeys delete {DEFAULT_PAIR} --fingerprint --region {REGION}",
    ),
    **{
        f"the default key pair, unproven, with {option}": (
            f"{DEFAULT_PAIR} {option}",
            {},
            f"{THERE} is the default key pair, which is deleted only with a verified fingerprint",
            None,
        )
        for option in ("--backup keys", "--no-backup")
    },
    "a wrong value, with a backup": (
        f"{DEFAULT}={{other_md5-sp}} --backup keys",
        {},
        f"{THERE} has the fingerprint {{spki}}, not ",
        None,
    ),
    "no local key": (DEFAULT, {}, *NO_KEY),
    "another key under the name of its file": (DEFAULT, {f".ssh/{KEY_FILE}": "other"}, *NO_KEY),
    "another key of an imported pair": (
        "web --fingerprint",
        {".ssh/web.pem": "other"},
        f"no local key matches the fingerprint of web in {REGION} ({{spki}})",
        "to use a key file in another directory, add --key FILE",
    ),
    "a value that only the key could translate": (
        "web --fingerprint {sha256}",
        {},
        f"web in {REGION} has the fingerprint {{spki}}, not {{sha256}}",
        "if both are of one key, name its file: --key FILE",
    ),
    **{
        f"a value of another local key by {each}": (
            f"{DEFAULT} {{other_{each[:6]}}}",
            ITS_KEY,
            f"{THERE} has the fingerprint {{spki}}, not ",
            None,
        )
        for each in FINGERPRINT_TYPES
    },
    **{
        f"--key is another key: {line}": (
            f"{line} --key foreign",
            {".ssh/key": "own", "foreign": "other"},
            (
                f"{line.split()[0]} in {REGION} has the fingerprint {{spki}},"
                " which foreign does not have"
            ),
            NO_OTHER,
        )
        for line in ("web --fingerprint", "web --fingerprint {spki}", f"{DEFAULT} --backup keys")
    },
    "a public key is no copy": (DEFAULT, {".ssh/key.pub": "public"}, *NO_COPY),
    "nor is an encrypted key next to it": (
        DEFAULT,
        {".ssh/key.pub": "public", ".ssh/key": "another encrypted PEM"},
        *NO_COPY,
    ),
    "a value is no copy": (f"{DEFAULT} {{spki}}", {}, *NO_COPY),
    "giving up is no proof": (f"{DEFAULT} --no-backup", {}, NO_KEY[0], None),
    "the backup has no place": (
        f"{DEFAULT} --backup keys",
        {".ssh/key": "own", "keys": "a file"},
        "keys is not a directory",
        None,
    ),
    **{
        f"{words or 'an empty'} passphrase of an {kind}": (
            f"{DEFAULT} --passphrase-file words",
            {f".ssh/{KEY_FILE}": kind, "words": f"{words}\n"},
            "",
            None,
        )
        for words in ("wrong", "")
        for kind in ("encrypted PEM", "encrypted OpenSSH")
    },
}


@pytest.mark.parametrize(("line", "files", "message", "hint"), REFUSALS.values(), ids=[*REFUSALS])
def test_no_proof(  # noqa: PLR0913  fixtures and cases
    line: str,
    files: Mapping[str, str],
    message: str,
    hint: str | None,
    *,
    account: Sandbox,
    server: Server,
    run: Run,
) -> None:
    """It is refused with the reason and the way out; nothing is downloaded or deleted.

    A dry run says the same.
    """
    arrange(account, files)
    dry, ran = (run(f"delete {line.format(**values())} {word} -q") for word in ("-n", "-y"))
    assert (dry.exit_code, dry.out, dry.err.endswith(ran.err)) == (5, "", True)
    assert (ran.exit_code, ran.out, changes(server)) == (5, "", [])
    error, *way_out = ran.err.splitlines()
    assert error.startswith(f"lskeys: error: {message.format(**values())}")
    assert hint is None or way_out == [f"lskeys: hint: {hint}"]


@pytest.mark.parametrize("name", [DEFAULT_PAIR, "web"])
@pytest.mark.parametrize("option", ["", "={spki}", "={spki} --no-backup", " --backup keys"])
def test_a_pair_without_fingerprint(
    name: str, option: str, serve: Serve, account: Sandbox, run: Run
) -> None:
    """Where AWS reports no fingerprint, nothing proves anything: no key, value or backup."""
    server = serve("fingerprint-default=none", "fingerprint-imported-rsa=none")
    arrange(account, {f".ssh/{KEY_FILE}": "own"})
    option = option if name == DEFAULT_PAIR else option.partition(" ")[0]
    assert run(f"delete {name} --fingerprint{option.format(**values())} --yes") == Ran(
        5,
        err=f"lskeys: error: {name} in {REGION} has no fingerprint at AWS,"
        " so nothing can be verified\n",
    )
    assert changes(server) == []


@pytest.mark.parametrize("option", ["", "={spki}"])
def test_a_report_that_is_no_fingerprint(option: str, liar: Liar, run: Run, home: Path) -> None:
    """It equals no key and no value."""
    save(home / ".ssh" / "key", own_pem())
    liar.responses("GetInstances", said({"instances": []}))
    for reported in ("unknown", "xx:yy", "MD5", "0"):
        liar.responses("GetKeyPair", said({"keyPair": pair(fingerprint=reported)}))
        assert run(f"delete web --fingerprint{option.format(**values())} --yes").exit_code == 5
    assert "DeleteKeyPair" not in liar.operations


NO_KEY_FILES: dict[str, tuple[Callable[[Path], object], int, str]] = {
    "missing": (str, 3, "there is no file file\n"),
    "directory": (Path.mkdir, 2, "file is a directory, not a key file\n"),
    "device": (
        lambda path: path.symlink_to("/dev/zero"),
        5,
        "file is not a regular file or a pipe\n",
    ),
    "large": (
        lambda path: path.write_bytes(bytes(70_000)),
        2,
        "file: the text is longer than any key (64 KiB at most)\n",
    ),
    "garbage": (lambda path: path.write_text("no key"), 2, "file: it holds no key\n"),
    "part": (lambda path: path.write_text("ssh-rsa AAAA"), 2, "file: the key is cut off\n"),
    "empty": (Path.touch, 2, "file: it is empty\n"),
    "circle": (lambda path: path.symlink_to(path), 9, "cannot read file: too many levels of"),
}


@pytest.mark.parametrize("kind", NO_KEY_FILES)
@pytest.mark.parametrize("line", ["delete web -y --key", "import new", "fingerprint"])
def test_key_file_that_is_none(  # noqa: PLR0913, PLR0917  fixtures and cases
    server: Server, account: Sandbox, run: Run, home: Path, line: str, kind: str
) -> None:
    """A file that is missing, unreadable or no key is one clear line; nothing is changed."""
    arrange(account, {})
    make, exit_code, message = NO_KEY_FILES[kind]
    make(home / "file")
    ran = run(f"{line} file")
    assert (ran.exit_code, ran.out, changes(server)) == (exit_code, "", [])
    assert ran.err.startswith(f"lskeys: error: {message}")


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read everything")
def test_key_file_without_permission(
    server: Server, account: Sandbox, run: Run, home: Path
) -> None:
    """A file that is closed to us is the disk's failure."""
    arrange(account, {})
    save(home / "file", own_pem(), mode=0o000)
    assert run("delete web --key file -y").exit_code == 9
    assert changes(server) == []


# backups


@pytest.mark.parametrize("fingerprint_type", FINGERPRINT_TYPES)
@pytest.mark.parametrize(
    ("copy", "value"), [("", ""), ("", "={}"), (".ssh/key", ""), (f"keys/{KEY_FILE}", "")]
)
def test_backup(  # noqa: PLR0913, PLR0917  fixtures and cases
    copy: str,
    value: str,
    fingerprint_type: str,
    serve: Serve,
    account: Sandbox,
    run: Run,
    home: Path,
) -> None:
    """A backup is downloaded and verified before the deletion, whether or not there is a copy."""
    server = serve(f"fingerprint-default={fingerprint_type}")
    arrange(account, {copy: "own"} if copy else {})
    expected, backup = fingerprint(own_pem(), fingerprint_type), home / "keys" / KEY_FILE
    local = home / copy if copy.startswith(".ssh") else backup
    assert run(f"delete {DEFAULT}{value.format(expected)} --backup ~/keys -y").out == (
        f"{DEFAULT_PAIR}\t{REGION}\tdeleted\t{expected}\t{local}\t{backup}\n"
    )
    assert changes(server) == [download(), delete_of(DEFAULT_PAIR, expected)]
    assert (opened(backup), oct(backup.stat().st_mode)) == (public_line(own_pem()), "0o100600")


@pytest.mark.parametrize(
    ("fault", "exit_code"),
    [
        ("wrong-key", 5),
        ("mismatched-halves", 5),
        ("AccessDeniedException", 4),
        ("html", 8),
        ("half-body", 8),
    ],
)
def test_backup_that_fails(  # noqa: PLR0913  fixtures and cases
    fault: str, exit_code: int, *, server: Server, account: Sandbox, run: Run, home: Path
) -> None:
    """Without a verified backup nothing is saved or deleted, although there is a copy."""
    arrange(account, {".ssh/key": "own"})
    server.add_fault(f"DownloadDefaultKeyPair={fault}")
    ran = run(f"delete {DEFAULT} --backup keys -y")
    assert (ran.exit_code, ran.out) == (exit_code, "")
    assert {each.operation for each in changes(server)} == {"DownloadDefaultKeyPair"}
    assert list((home / "keys").iterdir()) == []
