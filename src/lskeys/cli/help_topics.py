"""What concerns every verb, told once: the topics of `lskeys help` and of the manual. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from lskeys.config.settings import definitions
from lskeys.output.formats import FORMATS


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic: the word for it, a heading, a text, and rows of (term, what it means)."""

    word: str
    heading: str
    text: str
    rows: tuple[tuple[str, str], ...] = ()

    @property
    def paragraphs(self) -> list[str]:
        """The text's paragraphs, each in one line."""
        return [" ".join(each.split()) for each in self.text.split("\n\n")]


def _variables() -> Iterator[tuple[str, str]]:
    """What each variable of a setting is for."""
    for each in definitions().values():
        first, *others = each.variables
        yield first, f"as {each.options[0]}: {each.help}"
        yield from ((other, f"the same, where {first} says nothing") for other in others)


def _in_file() -> str:
    return ", ".join(name for name, each in definitions().items() if each.in_file)


TOPICS = (
    Topic(
        "exit-codes",
        "The number a run ends with",
        """
        Part of the contract with scripts. What went wrong is one line on stderr, with a hint
        where there is a way out; with -o json or jsonl it is one JSON object.
        """,
        (
            ("0", "done, or nothing to do"),
            ("1", "a bug in lskeys"),
            ("2", "usage"),
            ("3", "no such key pair, file or default pair"),
            ("4", "credentials, profile, region or configuration"),
            (
                "5",
                "refused for safety: mismatch, overwriting, name taken, needs --yes or --create",
            ),
            ("6", "findings (audit)"),
            ("7", "partial: some regions or names failed, the rest is done"),
            ("8", "AWS or the network: error, throttling, timeout, invalid response"),
            ("9", "local I/O: disk full, read-only, permission, no stdout"),
            ("10", "you said no"),
            ("130", "interrupted (Ctrl-C)"),
            ("141", "the reader of stdout is gone, as after | head -1; nothing is said"),
            ("143", "terminated"),
        ),
    ),
    Topic(
        "environment",
        "Variables and files that lskeys reads",
        """
        An option wins over an LSKEYS_ variable, that over config.toml, that over the default.
        lskeys config shows each setting and where it came from.

        Credentials, profiles, endpoints and proxies are read by boto3, with all the AWS_
        variables and files that it knows.
        """,
        (
            *_variables(),
            ("NO_COLOR", "anything: no colour"),
            ("COLUMNS", "how wide a table may be, on a terminal that does not tell"),
            ("config.toml", f"{_in_file()}; in ~/.config/lskeys on Linux"),
        ),
    ),
    Topic(
        "formatting",
        "What the result looks like",
        """
        stdout is the result and nothing else; notes, questions and errors are on stderr. The
        format is table on a terminal and text in a pipe, unless --output says otherwise.

        --query picks from the JSON document with JMESPath, as the AWS CLI does. --quiet prints
        names only, one a line. list --columns chooses columns, and --sort orders.
        """,
        (*((each.name, each.help) for each in FORMATS.values()),),
    ),
    Topic(
        "fingerprints",
        "Why AWS and ssh-keygen name the same key differently",
        """
        What AWS reports depends on how the pair came to be, and is rarely what ssh-keygen -l
        prints. lskeys computes every form of a local key and compares like with like; lskeys
        fingerprint FILE shows them all.

        delete --fingerprint finds the local key by its content, demands that one of its forms
        is what AWS reports, and only then sends the deletion with that fingerprint. A value may
        be given in any form: with or without colons, in any case, with an MD5: or SHA256:
        before it.
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
        "How keys are kept, and what is not promised",
        """
        A private key file has mode 0600 from its first byte, in a directory that only you can
        write to. It is placed whole or not at all, and only after it was parsed and its
        fingerprint is the one AWS reports; where AWS reports none, the word is unverified.

        No file is overwritten by default: --force keeps the old file next to the new one. What
        deletes or replaces asks first on a terminal; elsewhere it wants --yes, or ends with 5.
        --dry-run changes nothing.

        The default pair is deleted only with a verified fingerprint, and only if a copy of its
        private key is on this computer, --backup makes one, or --no-backup gives it up.

        Names, tags and messages are made harmless before they are shown. Plain HTTP is spoken
        with localhost only.

        Not promised: Python cannot wipe memory; root, malware under your account, swap and
        backups are out of scope.
        """,
    ),
)
