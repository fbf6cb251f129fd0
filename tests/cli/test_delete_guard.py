"""delete: the guard, through the command line. Without a key that fits, nothing is sent."""

import base64
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Server
from tests.cli.conftest import Serve
from tests.conftest import REGION, Ran, Run
from tests.support.changes import changes, delete_of, delete_of_default, download
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

PUBLIC_TYPES = ("md5-spki", "md5-ssh", "sha256-ssh")
TRANSLATIONS = [
    *(("md5-spki", given) for given in FINGERPRINT_TYPES),
    *((reported, "sha256-ssh") for reported in FINGERPRINT_TYPES[1:]),
]
"""Forms reported and given; tests/keypairs/test_delete_guard.py has every pair of them."""
KEY_FILE = "LightsailDefaultKey-us-east-1.pem"

SPELLINGS: dict[str, tuple[str, Callable[[str], str]]] = {
    "capitals": ("md5-ssh", str.upper),
    "no colons": ("sha1-pkcs8", lambda each: each.replace(":", "")),
    "ssh-keygen's MD5": ("md5-ssh", lambda each: f"MD5:{each}"),
    "a small prefix": ("sha1-pkcs8", lambda each: f"sha1:{each}"),
    "ssh-keygen's SHA256": ("sha256-ssh", str),
    "no prefix": ("sha256-ssh", lambda each: each.removeprefix("SHA256:")),
    "padded": ("sha256-ssh", lambda each: f"{each}="),
    "sha256 in hex": ("sha256-ssh", lambda each: from_base64(each).hex(":")),
    "spaces around": ("md5-spki", lambda each: f"  {each} "),
}


NO_KEY_FILES: dict[str, tuple[Callable[[Path], object], int, str]] = {
    "missing": (str, 3, "there is no file file\n"),
    "folder": (Path.mkdir, 2, "file is a directory, not a key file\n"),
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
    "circle": (lambda path: path.symlink_to(path), 9, "cannot read file: too many levels of"),
}


def from_base64(spelled: str) -> bytes:
    """The digest of a fingerprint of ssh-keygen's usual kind."""
    return base64.b64decode(spelled.removeprefix("SHA256:") + "=")


def text_line(name: str, expected: str, local_file: Path | str = "-", backup: str = "-") -> str:
    """The line that says a pair is deleted."""
    return f"{name}\t{REGION}\tdeleted\t{expected}\t{local_file}\t{backup}\n"


@pytest.mark.parametrize("fingerprint_type", FINGERPRINT_TYPES)
def test_local_key_in_every_form(
    serve: Serve, account: Sandbox, run: Run, home: Path, fingerprint_type: str
) -> None:
    """Whichever form AWS reports, the local key is known by it, and it is sent so."""
    server = serve(f"fingerprint-default={fingerprint_type}")
    account.add_default_key_pair(REGION, private_pem=own_pem())
    saved = save(home / ".ssh" / "whatever", own_pem())
    save(home / ".ssh" / "another", other_pem())
    expected = fingerprint(own_pem(), fingerprint_type)
    assert run(f"delete {DEFAULT_PAIR} --fingerprint --yes") == Ran(
        0, out=text_line(DEFAULT_PAIR, expected, saved)
    )
    assert changes(server) == [delete_of_default(expected)]


@pytest.mark.parametrize("fingerprint_types", TRANSLATIONS, ids="{0[0]} by {0[1]}".format)
def test_value_of_any_form(
    serve: Serve,
    account: Sandbox,
    run: Run,
    home: Path,
    fingerprint_types: tuple[str, str],
) -> None:
    """A value in any form is translated through the local key; what is sent is AWS's."""
    reported, given = fingerprint_types
    server = serve(f"fingerprint-default={reported}")
    account.add_default_key_pair(REGION, private_pem=own_pem())
    saved = save(home / ".ssh" / "whatever", own_pem())
    expected = fingerprint(own_pem(), reported)
    value = fingerprint(own_pem(), given)
    assert run(f"delete {DEFAULT_PAIR} --fingerprint={value} --yes") == Ran(
        0, out=text_line(DEFAULT_PAIR, expected, saved)
    )
    assert changes(server) == [delete_of_default(expected)]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_value_in_any_spelling(
    server: Server, account: Sandbox, run: Run, home: Path, spelling: str
) -> None:
    """Colons, case, prefix and padding of a value do not matter."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    save(home / ".ssh" / "whatever", own_pem())
    fingerprint_type, spell = SPELLINGS[spelling]
    value = spell(fingerprint(own_pem(), fingerprint_type))
    ran = run(f"delete {DEFAULT_PAIR} --fingerprint '{value}' --yes --quiet")
    assert ran == Ran(0, out=f"{DEFAULT_PAIR}\n")
    assert changes(server) == [delete_of_default(fingerprint(own_pem(), "md5-spki"))]


@pytest.mark.parametrize("fingerprint_type", PUBLIC_TYPES)
def test_value_of_the_service_needs_no_local_key(
    serve: Serve, account: Sandbox, run: Run, fingerprint_type: str
) -> None:
    """A custom pair goes for a value equal to AWS's, which is sent as it spells it."""
    server = serve(f"fingerprint-imported-rsa={fingerprint_type}")
    account.add_key_pairs(REGION, ["web"], public_line=public_line(own_pem()))
    expected = fingerprint(own_pem(), fingerprint_type)
    value = (
        f"{expected}=" if fingerprint_type == "sha256-ssh" else expected.replace(":", "").upper()
    )
    assert run(f"delete web --fingerprint={value} -y") == Ran(0, out=text_line("web", expected))
    assert changes(server) == [delete_of("web", expected)]


def test_value_of_another_form_needs_the_local_key(
    server: Server, account: Sandbox, run: Run
) -> None:
    """Without the key at hand, `ssh-keygen -l`'s fingerprint cannot be compared: refused."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(own_pem()))
    value, reported = fingerprint(own_pem(), "sha256-ssh"), fingerprint(own_pem(), "md5-spki")
    assert run(f"delete web --fingerprint {value} -y") == Ran(
        5,
        err=f"lskeys: error: web in {REGION} has the fingerprint {reported}, not {value}\n"
        "lskeys: hint: if both are of one key, name its file: --key FILE\n",
    )
    assert changes(server) == []


@pytest.mark.parametrize("fingerprint_type", FINGERPRINT_TYPES)
def test_value_of_another_key(
    server: Server, account: Sandbox, run: Run, home: Path, fingerprint_type: str
) -> None:
    """The fingerprint of another local key deletes nothing, whatever its form."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    save(home / ".ssh" / "whatever", own_pem())
    save(home / ".ssh" / "another", other_pem())
    ran = run(
        f"delete {DEFAULT_PAIR} --fingerprint {fingerprint(other_pem(), fingerprint_type)} -y"
    )
    assert (ran.exit_code, ran.out, changes(server)) == (5, "", [])


def test_no_local_key(server: Server, account: Sandbox, run: Run) -> None:
    """A bare --fingerprint without any local key refuses, and says how to go on."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    reported = fingerprint(own_pem(), "md5-spki")
    assert run(f"delete {DEFAULT_PAIR} --fingerprint -y") == Ran(
        5,
        err=f"lskeys: error: {DEFAULT_PAIR} in {REGION} has the fingerprint {reported},"
        " and no local key has it\n"
        "lskeys: hint: to use a key file from elsewhere, add --key FILE,"
        " or save it first with --backup DIR\n",
    )
    assert changes(server) == []


def test_foreign_local_key(server: Server, account: Sandbox, run: Run, home: Path) -> None:
    """Another key under the very name of the default key's file deletes nothing."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    save(home / ".ssh" / KEY_FILE, other_pem())
    ran = run(f"delete {DEFAULT_PAIR} --fingerprint -y")
    assert (ran.exit_code, ran.out, changes(server)) == (5, "", [])


def test_foreign_local_key_of_a_custom_pair(
    server: Server, account: Sandbox, run: Run, home: Path
) -> None:
    """A custom pair whose --fingerprint is asked for is guarded as well."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(own_pem()))
    save(home / ".ssh" / "web.pem", other_pem())
    reported = fingerprint(own_pem(), "md5-spki")
    assert run("delete web --fingerprint -y") == Ran(
        5,
        err=f"lskeys: error: web in {REGION} has the fingerprint {reported},"
        " and no local key has it\n"
        "lskeys: hint: to use a key file from elsewhere, add --key FILE\n",
    )
    assert changes(server) == []


def test_custom_pair_by_its_local_key(
    server: Server, account: Sandbox, run: Run, home: Path
) -> None:
    """A custom pair goes with the fingerprint its local key has."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(own_pem()))
    saved = save(home / ".ssh" / "web.pem", own_pem())
    expected = fingerprint(own_pem(), "md5-spki")
    assert run("delete web --fingerprint -y") == Ran(0, out=text_line("web", expected, saved))
    assert changes(server) == [delete_of("web", expected)]


def test_custom_pair_unguarded(server: Server, account: Sandbox, run: Run, home: Path) -> None:
    """Without --fingerprint a local key is looked for, too; where there is none, none is sent."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(own_pem()))
    account.add_key_pairs(REGION, ["db"], public_line=public_line(other_pem()))
    saved = save(home / ".ssh" / "some.pem", own_pem())
    expected = fingerprint(own_pem(), "md5-spki")
    assert run("delete web db -y") == Ran(
        0, out=text_line("web", expected, saved) + text_line("db", "-")
    )
    assert changes(server) == [delete_of("web", expected), delete_of("db")]


def test_default_pair_unguarded(server: Server, account: Sandbox, run: Run, home: Path) -> None:
    """The default pair never goes without a fingerprint, and the way to do it is told."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    save(home / ".ssh" / KEY_FILE, own_pem())
    assert run(f"delete {DEFAULT_PAIR} -y") == Ran(
        5,
        err=f"lskeys: error: {DEFAULT_PAIR} in {REGION} is the default key pair, which is deleted"
        " only with a verified fingerprint\n"
        f"lskeys: hint: lskeys delete {DEFAULT_PAIR} --fingerprint --region {REGION}\n",
    )
    assert changes(server) == []


def test_pair_without_fingerprint(serve: Serve, account: Sandbox, run: Run, home: Path) -> None:
    """Where AWS reports no fingerprint, nothing can be verified: refused."""
    server = serve("fingerprint-default=none")
    account.add_default_key_pair(REGION, private_pem=own_pem())
    save(home / ".ssh" / KEY_FILE, own_pem())
    assert run(f"delete {DEFAULT_PAIR} --fingerprint -y") == Ran(
        5,
        err=f"lskeys: error: {DEFAULT_PAIR} in {REGION} has no fingerprint at AWS,"
        " so nothing can be verified\n",
    )
    assert changes(server) == []


@pytest.mark.parametrize("option", ["--backup keys", "--no-backup", ""])
def test_value_for_a_pair_without_fingerprint(
    serve: Serve, account: Sandbox, run: Run, option: str
) -> None:
    """No value and no backup verifies a pair without a fingerprint."""
    server = serve("fingerprint-default=none")
    account.add_default_key_pair(REGION, private_pem=own_pem())
    value = fingerprint(own_pem(), "md5-spki")
    ran = run(f"delete {DEFAULT_PAIR} --fingerprint {value} {option} -y")
    assert (ran.exit_code, ran.out, changes(server)) == (5, "", [])


# --key FILE


@pytest.mark.parametrize("kind", ["pem", "openssh", "encrypted openssh", ".pub"])
def test_key_file_of_each_kind(
    server: Server, account: Sandbox, run: Run, home: Path, kind: str
) -> None:
    """`--key FILE` takes a key wherever it lies, and an encrypted one by its public part."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(own_pem()))
    texts = {
        "pem": own_pem(),
        "openssh": openssh(own_pem()),
        "encrypted openssh": openssh(own_pem(), "secret words"),
        ".pub": public_line(own_pem()) + " me@here\n",
    }
    saved = save(home / "elsewhere" / "my key", texts[kind])
    expected = fingerprint(own_pem(), "md5-spki")
    assert run("delete web --key '~/elsewhere/my key' -y") == Ran(
        0, out=text_line("web", expected, saved)
    )
    assert changes(server) == [delete_of("web", expected)]


def test_key_file_beside_a_bare_fingerprint(
    server: Server, account: Sandbox, run: Run, home: Path
) -> None:
    """With --key only that file counts, though the right key lies in the key directory."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(own_pem()))
    save(home / ".ssh" / "web.pem", own_pem())
    foreign = save(home / "foreign", other_pem())
    reported = fingerprint(own_pem(), "md5-spki")
    assert run(f"delete web --fingerprint --key {foreign} -y") == Ran(
        5,
        err=f"lskeys: error: web in {REGION} has the fingerprint {reported},"
        f" which {foreign} has not\n"
        "lskeys: hint: name the file of its own key, or leave --key out\n",
    )
    assert changes(server) == []


def test_foreign_key_file_beside_the_right_value(
    server: Server, account: Sandbox, run: Run, home: Path
) -> None:
    """A named file that is another key's stops the deletion, though the value is right."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(own_pem()))
    foreign = save(home / "foreign", other_pem())
    ran = run(f"delete web --fingerprint {fingerprint(own_pem(), 'md5-spki')} --key {foreign} -y")
    assert (ran.exit_code, ran.out, changes(server)) == (5, "", [])


def test_foreign_key_file_with_a_backup(
    server: Server, account: Sandbox, run: Run, home: Path
) -> None:
    """A backup does not make up for a named file that is another key's."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    foreign = save(home / "foreign", other_pem())
    ran = run(f"delete {DEFAULT_PAIR} --fingerprint --key {foreign} --backup keys -y")
    assert (ran.exit_code, ran.out, changes(server)) == (5, "", [])


def test_key_file_is_the_copy_of_the_default_key(
    server: Server, account: Sandbox, run: Run, home: Path
) -> None:
    """A private key used by --key is a copy on this computer: no backup is needed."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    saved = save(home / "elsewhere", openssh(own_pem()))
    expected = fingerprint(own_pem(), "md5-spki")
    assert run(f"delete {DEFAULT_PAIR} --fingerprint --key elsewhere -y").exit_code == 0
    assert changes(server) == [delete_of_default(expected)]
    assert saved.exists()


@pytest.mark.parametrize("kind", NO_KEY_FILES)
def test_key_file_that_is_none(
    server: Server, account: Sandbox, run: Run, home: Path, kind: str
) -> None:
    """A file that is missing, unreadable or no key is one clear line; nothing is deleted."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(own_pem()))
    make, exit_code, message = NO_KEY_FILES[kind]
    make(home / "file")
    ran = run("delete web --key file -y")
    assert (ran.exit_code, ran.out, changes(server)) == (exit_code, "", [])
    assert ran.err.startswith(f"lskeys: error: {message}")


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read everything")
def test_key_file_without_permission(
    server: Server, account: Sandbox, run: Run, home: Path
) -> None:
    """A file that is closed to us is the disk's failure."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(own_pem()))
    save(home / "file", own_pem(), mode=0o000)
    assert run("delete web --key file -y").exit_code == 9
    assert changes(server) == []


# the only copy


@pytest.mark.parametrize("kind", ["public", "encrypted beside its public"])
def test_no_private_copy(server: Server, account: Sandbox, run: Run, home: Path, kind: str) -> None:
    """A public key proves the fingerprint, but is no copy: refused, with both ways out."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    save(home / ".ssh" / "key.pub", public_line(own_pem()))
    if kind != "public":
        save(home / ".ssh" / "key", encrypted_pem(other_pem()))
    assert run(f"delete {DEFAULT_PAIR} --fingerprint -y") == Ran(
        5,
        err=f"lskeys: error: {DEFAULT_PAIR} in {REGION} has no copy of its private key on this"
        " computer, and AWS forgets its own\n"
        "lskeys: hint: save it first with --backup DIR, or give it up with --no-backup\n",
    )
    assert changes(server) == []


def test_value_without_private_copy(server: Server, account: Sandbox, run: Run) -> None:
    """The right value alone does not give up the default pair's only copy."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    value = fingerprint(own_pem(), "md5-spki")
    ran = run(f"delete {DEFAULT_PAIR} --fingerprint {value} -y")
    assert (ran.exit_code, ran.out, changes(server)) == (5, "", [])


def test_encrypted_copy(server: Server, account: Sandbox, run: Run, home: Path) -> None:
    """A copy in OpenSSH's format counts under a passphrase: its public part is its own."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    save(home / ".ssh" / "key", openssh(own_pem(), "secret words"))
    assert run(f"delete {DEFAULT_PAIR} --fingerprint -y").exit_code == 0
    assert changes(server) == [delete_of_default(fingerprint(own_pem(), "md5-spki"))]


@pytest.mark.parametrize(("words", "exit_code"), [(PASSPHRASE, 0), ("wrong", 5), ("", 5)])
def test_a_passphrase_that_proves_a_key(  # noqa: PLR0913  fixtures
    server: Server, account: Sandbox, run: Run, home: Path, *, words: str, exit_code: int
) -> None:
    """--passphrase-file opens a file that hides its public key, which proves it, and is a copy."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    save(home / ".ssh" / KEY_FILE, encrypted_pem(own_pem()))
    save(home / "words", f"{words}\n")
    ran = run(f"delete {DEFAULT_PAIR} --fingerprint -y --passphrase-file words")
    sent = [delete_of_default(fingerprint(own_pem(), "md5-spki"))]
    assert (ran.exit_code, changes(server)) == (exit_code, [] if exit_code else sent)


def test_given_up(server: Server, account: Sandbox, run: Run) -> None:
    """With --no-backup the right value is enough, and no key is downloaded."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    expected = fingerprint(own_pem(), "md5-spki")
    assert run(f"delete {DEFAULT_PAIR} --fingerprint {expected} --no-backup -y") == Ran(
        0, out=text_line(DEFAULT_PAIR, expected)
    )
    assert changes(server) == [delete_of_default(expected)]


def test_giving_up_is_no_proof(server: Server, account: Sandbox, run: Run) -> None:
    """--no-backup is about the copy: a bare --fingerprint still needs a local key."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    ran = run(f"delete {DEFAULT_PAIR} --fingerprint --no-backup -y")
    assert (ran.exit_code, ran.out, changes(server)) == (5, "", [])


@pytest.mark.parametrize("fingerprint_type", FINGERPRINT_TYPES)
def test_backup(
    serve: Serve, account: Sandbox, run: Run, home: Path, fingerprint_type: str
) -> None:
    """A backup is downloaded, verified and on the disk before the pair goes."""
    server = serve(f"fingerprint-default={fingerprint_type}")
    account.add_default_key_pair(REGION, private_pem=own_pem())
    expected = fingerprint(own_pem(), fingerprint_type)
    backup = home / "keys" / KEY_FILE
    assert run(f"delete {DEFAULT_PAIR} --fingerprint --backup ~/keys -y") == Ran(
        0, out=text_line(DEFAULT_PAIR, expected, backup, str(backup))
    )
    assert changes(server) == [download(), delete_of_default(expected)]
    assert (opened(backup), oct(backup.stat().st_mode)) == (public_line(own_pem()), "0o100600")


def test_backup_beside_a_copy(server: Server, account: Sandbox, run: Run, home: Path) -> None:
    """A backup that is asked for is made, though there is a copy."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    saved = save(home / ".ssh" / "key", own_pem())
    expected = fingerprint(own_pem(), "md5-spki")
    backup = home / "keys" / KEY_FILE
    assert run(f"delete {DEFAULT_PAIR} --fingerprint --backup {home}/keys -y") == Ran(
        0, out=text_line(DEFAULT_PAIR, expected, saved, str(backup))
    )
    assert changes(server) == [download(), delete_of_default(expected)]


def test_backup_is_there_already(server: Server, account: Sandbox, run: Run, home: Path) -> None:
    """The same key in the backup directory stays as it is, and the pair goes."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    backup = save(home / "keys" / KEY_FILE, own_pem())
    assert run(f"delete {DEFAULT_PAIR} --fingerprint --backup keys -y").exit_code == 0
    assert changes(server)[-1] == delete_of_default(fingerprint(own_pem(), "md5-spki"))
    assert backup.read_text() == own_pem()


def test_backup_place_is_taken(server: Server, account: Sandbox, run: Run, home: Path) -> None:
    """Another key in the backup's place stays, and so does the pair; no key is asked for."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    taken = save(home / "keys" / KEY_FILE, other_pem())
    assert run(f"delete {DEFAULT_PAIR} --fingerprint --backup ~/keys -y") == Ran(
        5,
        err=f"lskeys: error: {taken} holds another key\n"
        "lskeys: hint: choose another directory with --backup\n",
    )
    assert (changes(server), taken.read_text()) == ([], other_pem())


@pytest.mark.parametrize("fault", ["wrong-key", "mismatched-halves"])
def test_backup_of_a_wrong_key(
    server: Server, account: Sandbox, run: Run, home: Path, fault: str
) -> None:
    """A key that is not the reported one is no backup: nothing is placed, nothing deleted."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    server.add_fault(f"DownloadDefaultKeyPair={fault}")
    ran = run(f"delete {DEFAULT_PAIR} --fingerprint --backup keys -y")
    assert (ran.exit_code, ran.out, changes(server)) == (5, "", [download()])
    assert list((home / "keys").iterdir()) == []


@pytest.mark.parametrize("fault", ["AccessDeniedException", "html", "empty", "half-body"])
def test_backup_that_fails(
    server: Server, account: Sandbox, run: Run, home: Path, fault: str
) -> None:
    """Without the backup the pair stays, though a copy of its key is on the disk."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    save(home / ".ssh" / "key", own_pem())
    server.add_fault(f"DownloadDefaultKeyPair={fault}")
    ran = run(f"delete {DEFAULT_PAIR} --fingerprint --backup keys -y")
    assert (ran.exit_code, ran.out) == (4 if "Denied" in fault else 8, "")
    assert {each.operation for each in changes(server)} == {"DownloadDefaultKeyPair"}


def test_backup_without_a_place(server: Server, account: Sandbox, run: Run, home: Path) -> None:
    """Where the backup cannot be written, the key is not even asked for."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    save(home / ".ssh" / "key", own_pem())
    (home / "keys").write_text("a file")
    ran = run(f"delete {DEFAULT_PAIR} --fingerprint --backup keys -y")
    assert (ran.exit_code, ran.out, changes(server)) == (5, "", [])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            f"{DEFAULT_PAIR} --fingerprint --backup keys --no-backup",
            "--backup and --no-backup cannot be combined",
        ),
        (
            "web --fingerprint --backup keys",
            "--backup is for the default pair: AWS keeps no other private key",
        ),
    ],
)
def test_backup_of_nothing(server: Server, run: Run, line: str, message: str) -> None:
    """A backup that cannot be meant is a usage error, before anything is asked."""
    ran = run(f"delete {line} -y")
    assert (ran.exit_code, ran.out) == (2, "")
    assert ran.err.startswith(f"lskeys: error: {message}\n")
    assert server.requests == []
