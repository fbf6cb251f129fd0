"""--passphrase and --passphrase-file, in every command that has them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lskeys.cli.commands._tree import tree
from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Server
from tests.conftest import REGION, Ran, Run
from tests.support.changes import changes
from tests.support.cli_keys import (
    PASSPHRASE,
    encrypted_pem,
    opened,
    openssh,
    own_pem,
    public_line,
    save,
)

pytestmark = pytest.mark.usefixtures("server")

KEY_FILE = f".ssh/LightsailDefaultKey-{REGION}.pem"
LINES = (
    "create web --type ed25519",
    "download-default",
    "rotate-default --yes",
    f"delete {DEFAULT_PAIR} --fingerprint --yes",
    f"fingerprint {KEY_FILE}",
)

SHAPES: dict[str, Callable[[str], str]] = {
    "hides its public key": encrypted_pem,
    "shows its public key": lambda pem: openssh(pem, PASSPHRASE),
}


@pytest.fixture(autouse=True)
def encrypted(account: Sandbox, home: Path) -> None:
    """The default key pair, whose private key is here under a passphrase."""
    account.add_default_key_pair(REGION, private_pem=own_pem())
    save(home / KEY_FILE, encrypted_pem(own_pem()))


def words_with(option: str) -> set[str]:
    """The commands that have an option."""
    return {
        command.word
        for command in tree().commands
        if option in {flag for each in command.options for flag in each.flags}
    }


def test_every_command_is_here() -> None:
    """Each command that takes a passphrase from a file is tried below."""
    assert {line.split()[0] for line in LINES} == words_with("--passphrase-file")


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize(
    ("text", "exit_code"),
    [
        *((None, 3), ("", 5), ("\n", 5), ("\nx", 5), ("x" * 1024, 5)),
        *(("\ufeff", 5), ("\ufeff\nx", 5), ("x\0y", 5), ("\ufeffx\0", 5)),
    ],
)
def test_no_passphrase_in_the_file(  # noqa: PLR0913  fixtures and cases
    line: str, text: str | None, exit_code: int, *, server: Server, run: Run, home: Path
) -> None:
    """A missing file, or one without a passphrase, ends the run; nothing is changed."""
    if text is not None:
        save(home / "words", text)
    ran = run(f"{line} --passphrase-file words")
    assert (ran.exit_code, ran.out, changes(server)) == (exit_code, "", [])


@pytest.mark.parametrize("line", [each for each in LINES if each.split()[0] != "delete"])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_passphrase_that_does_not_open_the_file(  # noqa: PLR0913  fixtures and cases
    line: str,
    shape: Callable[[str], str],
    *,
    account: Sandbox,
    server: Server,
    run: Run,
    home: Path,
) -> None:
    """It is said, whether the file shows whose key it is or not; nothing is requested by it."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(own_pem()))
    for name in (KEY_FILE, ".ssh/web.pem"):
        save(home / name, shape(own_pem()))
    save(home / "words", "wrong")
    ran = run(f"{line} --passphrase-file words")
    assert (ran.exit_code, ran.out, changes(server)) == (5, "", [])
    assert ".pem: the private key does not open with this passphrase\n" in ran.err


@pytest.mark.parametrize(
    ("line", "name"), [("create web", ".ssh/web.pem"), ("download-default", KEY_FILE)]
)
@pytest.mark.parametrize("spoil", [str, lambda pem: pem.replace("\n", "\r\n")])
def test_a_file_without_a_passphrase(  # noqa: PLR0913  fixtures and cases
    line: str, name: str, spoil: Callable[[str], str], *, account: Sandbox, run: Run, home: Path
) -> None:
    """That one stays without is said, with what gives it one; a file made anew has it."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(own_pem()))
    path = save(home / name, spoil(own_pem()))
    save(home / "words", PASSPHRASE)
    ran = run(f"{line} --passphrase-file words")
    assert ran.exit_code == 0
    command = f"to give it one: ssh-keygen -p -f {path}\n"
    is_plain = "BEGIN RSA PRIVATE KEY" in path.read_text() and "ENCRYPTED" not in path.read_text()
    assert (command in ran.err) is is_plain


def test_force_replaces_what_the_passphrase_does_not_open(run: Run, home: Path) -> None:
    """The file is kept next to the new one, which opens."""
    path = save(home / KEY_FILE, openssh(own_pem(), PASSPHRASE))
    save(home / "words", "another")
    assert run("download-default --force --passphrase-file words").exit_code == 0
    (kept,) = path.parent.glob("*.pem.old-*")
    assert opened(path, "another") == opened(kept, PASSPHRASE)


@pytest.mark.parametrize("line", [each for each in LINES if each.split()[0] != "delete"])
@pytest.mark.parametrize("option", ["", "--no-input"])
def test_not_a_terminal(line: str, option: str, run: Run) -> None:
    """Where no passphrase can be typed, nothing is requested; it is never taken from a pipe."""
    typed = "one\none\n" if option else None
    ran = run(f"{line} --passphrase {option}", typed=typed, piped="one\none\n")
    assert ran == Ran(
        5,
        err="lskeys: error: not a terminal: cannot ask for the passphrase\n"
        "lskeys: hint: use --passphrase-file FILE\n",
    )
