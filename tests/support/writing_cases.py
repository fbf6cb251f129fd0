"""Every verb that writes, and what is on the disk and in the account before it does."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.conftest import REGION
from tests.support.cli_keys import public_line, save
from tests.support.fake_region import DEFAULT_PAIR, Region, own_pem, stray_pem

DEFAULT_FILE = f"LightsailDefaultKey-{REGION}.pem"
Prepare = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class VerbCase:
    """A command line that writes.

    Attributes:
        name: What it is called in a report.
        line: Its words.
        region: Makes the account before it.
        prepare: Lays out the home before it.
        again: The exit codes of the same line, run again when all is done.
        is_report: Whether it reports several results, some of which may be failures.
    """

    name: str
    line: str
    region: Callable[[], Region]
    prepare: Prepare = lambda _home: None
    again: tuple[int, ...] = (0,)
    is_report: bool = False


def _another_key(home: Path, *, name: str) -> None:
    """Another private key in that place, open to others, with its public key."""
    path = save(home / ".ssh" / name, stray_pem(), 0o644)
    save(path.with_name(f"{name}.pub"), public_line(stray_pem()) + "\n", 0o644)


def _config(home: Path) -> None:
    save(home / ".ssh" / "config", "Host mine\n    User me\n")


def _loose(home: Path) -> None:
    save(home / ".ssh" / DEFAULT_FILE, own_pem(), 0o644)


WITH_DEFAULT = partial(Region.with_default, instances=("blog",))

VERB_CASES = (
    VerbCase("create", "create web --type ed25519", Region),
    VerbCase(
        "create --force",
        "create web --type ed25519 --force",
        Region,
        partial(_another_key, name="web.pem"),
    ),
    VerbCase("create --service-generated", "create web --service-generated", Region),
    VerbCase("download-default", "download-default", WITH_DEFAULT),
    VerbCase(
        "download-default --force",
        "download-default --force",
        WITH_DEFAULT,
        partial(_another_key, name=DEFAULT_FILE),
    ),
    VerbCase("rotate-default", "rotate-default --yes", WITH_DEFAULT),
    VerbCase("ssh-config --write", "ssh-config --write --known-hosts --yes", WITH_DEFAULT, _config),
    VerbCase(
        "delete --backup",
        f"delete {DEFAULT_PAIR} --fingerprint --backup ~/backup --yes",
        WITH_DEFAULT,
        again=(3,),
    ),
    VerbCase("audit --fix", "audit --fix --yes", WITH_DEFAULT, _loose, is_report=True),
)
