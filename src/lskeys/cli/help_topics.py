"""The topics of `lskeys help` and of the manual page. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from lskeys.cli.options import shared_options
from lskeys.config.settings import definitions
from lskeys.output.formats import FORMATS


@dataclass(frozen=True, slots=True)
class Topic:
    """A help topic: its name, a heading, a text, and rows of (term, meaning)."""

    word: str
    heading: str
    text: str
    rows: tuple[tuple[str, str], ...] = ()

    @property
    def paragraphs(self) -> list[str]:
        """The text's paragraphs, each in one line."""
        return [" ".join(each.split()) for each in self.text.split("\n\n")]


def _variables() -> Iterator[tuple[str, str]]:
    for each in definitions().values():
        yield each.variables[0], f"same as {each.options[0]}: {each.help}"
        pairs = pairwise(each.variables)
        yield from ((other, f"used if {before} is not set") for before, other in pairs)


_IN_FILE = ", ".join(name for name, each in definitions().items() if each.in_file)

TOPICS = (
    Topic(
        "options",
        "Options that commands share",
        """
        They can go before or after the command, --dry-run and --yes only after it: they are for
        commands that change something.
        """,
        tuple(shared_options()),
    ),
    Topic(
        "exit-codes",
        "Exit codes of lskeys",
        """
        The exit codes are a versioned contract. An error is one line on stderr, with a hint if
        there is a next step; with -o json or jsonl it is one JSON object.
        """,
        (
            ("0", "done, or nothing to do"),
            ("1", "a bug in lskeys"),
            ("2", "usage error"),
            ("3", "no such key pair, instance or file; no match (--strict)"),
            ("4", "a problem with credentials, profile, region or configuration"),
            ("5", "refused for safety: mismatch, overwriting, name taken, needs --yes or --create"),
            ("6", "errors or warnings of audit; a failed login of instances --check"),
            ("7", "partial: some regions or names failed, the rest succeeded"),
            ("8", "AWS or the network: error, throttling, timeout, invalid response"),
            ("9", "local I/O: disk full, read-only, permission, no stdout"),
            ("10", "declined at a prompt"),
            ("130", "interrupted (Ctrl-C)"),
            ("141", "stdout was closed early, as with | head -1; no message is shown"),
            ("143", "terminated"),
        ),
    ),
    Topic(
        "environment",
        "Variables and files that lskeys reads",
        """
        Options override LSKEYS_ variables, which override config.toml, which overrides the
        defaults. lskeys config shows each setting and its origin.

        boto3 reads credentials, profiles, endpoints and proxies from the same AWS_ variables
        and files as the AWS CLI.
        """,
        (
            *_variables(),
            ("NO_COLOR", "any value: no color"),
            ("COLUMNS", "the width of tables, if the terminal does not report it"),
            ("config.toml", f"{_IN_FILE}; in ~/.config/lskeys on Linux"),
        ),
    ),
    Topic(
        "formatting",
        "Output formats",
        """
        stdout is the result and nothing else; notes, prompts and errors go to stderr. The
        format is table on a terminal and text in a pipe, unless --output is given.

        --query filters the JSON document with JMESPath, as in the AWS CLI. --quiet prints names
        only, one per line. For list, --columns selects columns and --sort sorts by a column.
        """,
        (*((each.name, each.help) for each in FORMATS.values()),),
    ),
    Topic(
        "fingerprints",
        "Why AWS and ssh-keygen show different fingerprints for a key",
        """
        Which fingerprint AWS reports depends on how the key pair was created; it is rarely the
        one that ssh-keygen -l prints. lskeys computes every type for a local key and compares
        those of the same type; lskeys fingerprint FILE shows them all.

        delete --fingerprint finds the local key by its content, requires that one of its
        fingerprints is the reported one, and only then sends the deletion with it. A value may
        have any format: with or without colons, in any case, with the prefix MD5: or SHA256:.
        """,
        (
            ("md5-spki", "MD5 of the public key in DER"),
            ("sha1-pkcs8", "SHA-1 of the private key in DER"),
            ("md5-ssh", "MD5 of the SSH public key: ssh-keygen -l -E md5"),
            ("sha256-ssh", "SHA-256 of the SSH public key: ssh-keygen -l"),
        ),
    ),
    Topic(
        "security",
        "How keys are protected",
        """
        A private key file has mode 0600 from its first byte, in a directory that only you can
        write to. It is saved whole or not at all, and only once it was parsed and matches
        the fingerprint that AWS reports. If AWS reports none, it is saved and marked as
        unverified.

        No file is overwritten by default, and --force keeps the old file as a backup. Commands
        that delete or replace something ask for confirmation on a terminal; elsewhere they require
        --yes, and end with exit code 5 without it. --dry-run changes nothing.

        The sandbox is the exception: reset removes it, with its keys, without a prompt.

        The default key pair is deleted only with a verified fingerprint, and only if its
        private key is saved locally, --backup saves it, or --no-backup is given.

        Names, tags and messages from AWS cannot control the terminal. Plain HTTP is used with
        localhost only.

        Limits: Python cannot wipe memory, so keys may stay there. Root, malware under your
        account, swap and backups are out of scope.
        """,
    ),
)
