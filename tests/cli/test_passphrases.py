"""--passphrase and --passphrase-file, in every command that has them."""

from pathlib import Path

import pytest

from lskeys.cli.commands._tree import tree
from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Server
from tests.conftest import REGION, Ran, Run
from tests.support.changes import changes
from tests.support.cli_keys import encrypted_pem, own_pem, save

KEY_FILE = f".ssh/LightsailDefaultKey-{REGION}.pem"
LINES = (
    "create web --type ed25519",
    "download-default",
    "rotate-default --yes",
    f"delete {DEFAULT_PAIR} --fingerprint --yes",
    f"fingerprint {KEY_FILE}",
)


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
@pytest.mark.parametrize("option", ["", "--no-input"])
def test_not_a_terminal(line: str, option: str, server: Server, run: Run) -> None:
    """Where no passphrase can be typed, nothing is requested; it is never taken from a pipe."""
    typed = "one\none\n" if option else None
    ran = run(f"{line} --passphrase {option}", typed=typed, piped="one\none\n")
    assert ran == Ran(
        5,
        err="lskeys: error: not a terminal: cannot ask for the passphrase\n"
        "lskeys: hint: use --passphrase-file FILE\n",
    )
    assert server.requests == []
