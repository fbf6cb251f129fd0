"""The journal of rotations: private, whole, one file for each endpoint, account and region."""

import json
import os
import resource
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lskeys.errors import LocalError, RefusedError
from lskeys.keypairs.rotation.journal import Journal
from lskeys.keypairs.rotation.plan import JournalEntry, Step
from lskeys.values import replace
from tests.support.people import MALLORY, chown

AWS = "https://lightsail.eu-west-1.amazonaws.com"
ENTRY = JournalEntry(
    endpoint=AWS,
    region="eu-west-1",
    account="123456789012",
    access_key="0123456789abcdef",
    path=Path("/home/ana/.ssh/LightsailDefaultKey-eu-west-1.pem"),
    old_fingerprint="aa:bb",
    old_created_at=datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC),
    begun_at=datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """A journal whose directory is not there yet, nor the one above."""
    return Journal(tmp_path / "state" / "rotations")


@pytest.fixture(params=[0o000, 0o077, 0o777], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """Generous and mean umasks."""
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_private_whatever_the_umask(journal: Journal) -> None:
    """The file is 0600, its directory and the missing one above 0700."""
    journal.write(ENTRY)
    modes = [
        stat.S_IMODE(each.stat().st_mode)
        for each in (journal.path_of(ENTRY), journal.directory, journal.directory.parent)
    ]
    assert modes == [0o600, 0o700, 0o700]


@pytest.mark.parametrize(
    "entry",
    [
        ENTRY,
        replace(ENTRY, step=Step.DOWNLOADING),
        replace(ENTRY, account="210987654321", old_created_at=None),
        replace(ENTRY, path=Path(os.fsdecode(b"/\xff/\xe2\x80\xae\n/k.pem"))),
    ],
    ids=["deleting", "downloading", "little known", "odd path"],
)
def test_found_as_it_was_written(journal: Journal, entry: JournalEntry) -> None:
    """What was written is found again, whole; nothing else lies in the directory."""
    journal.write(ENTRY)
    journal.close(ENTRY)
    journal.write(entry)
    assert journal.entries(entry.endpoint, entry.region) == (entry,)
    assert [*journal.directory.iterdir()] == [journal.path_of(entry)]


def test_the_last_step_counts(journal: Journal) -> None:
    """A later step takes the place of the one before."""
    later = replace(ENTRY, step=Step.DOWNLOADING)
    journal.write(ENTRY)
    journal.write(later)
    assert journal.entries(AWS, "eu-west-1") == (later,)


def test_closed_is_forgotten(journal: Journal) -> None:
    """A closed rotation is not found; closing it twice is no error."""
    journal.write(ENTRY)
    journal.close(ENTRY)
    journal.close(ENTRY)
    assert journal.entries(AWS, "eu-west-1") == ()


@pytest.mark.parametrize(
    "other",
    [("sandbox /home/ana/sandbox.sqlite3", "eu-west-1"), (AWS, "eu-west-2"), (AWS, "eu-west")],
    ids=["endpoint", "region", "part of a region"],
)
def test_entries_of_another_place_are_not_read(journal: Journal, other: tuple[str, str]) -> None:
    """Endpoints and regions are kept apart."""
    journal.write(ENTRY)
    assert journal.entries(*other) == ()


def test_each_account_has_its_own(journal: Journal) -> None:
    """Rotations of two accounts in one region are remembered and forgotten one by one."""
    other = replace(ENTRY, account="210987654321")
    journal.write(ENTRY)
    journal.write(other)
    assert {*journal.entries(AWS, "eu-west-1")} == {ENTRY, other}
    journal.close(ENTRY)
    assert journal.entries(AWS, "eu-west-1") == (other,)


@pytest.mark.parametrize(
    "spoil", ["open directory", "open parent", "owner", "file of others", "open file"]
)
def test_what_others_could_have_written_is_not_believed(journal: Journal, spoil: str) -> None:
    """An entry names a pair to delete: one that others could have written is refused."""
    journal.write(ENTRY)
    if spoil == "open directory":
        journal.directory.chmod(0o770)
    if spoil == "open parent":
        journal.directory.parent.chmod(0o777)
    if spoil == "owner":
        chown(journal.directory, MALLORY)
    if spoil == "file of others":
        chown(journal.path_of(ENTRY), MALLORY)
    if spoil == "open file":
        journal.directory.chmod(0o755)
        journal.path_of(ENTRY).chmod(0o622)
    with pytest.raises(RefusedError, match=r"others may write in|belongs to|written by others"):
        journal.entries(AWS, "eu-west-1")


def test_leftover_of_a_killed_run(journal: Journal) -> None:
    """A draft that a killed run left is neither read nor in the way, and is removed at the end."""
    journal.write(ENTRY)
    (journal.directory / ".lskeys-0123456789abcdef").write_text("{")
    assert journal.entries(AWS, "eu-west-1") == (ENTRY,)
    journal.close(ENTRY)
    assert [*journal.directory.iterdir()] == []


RAW = {
    "version": 1,
    "endpoint": AWS,
    "region": "eu-west-1",
    "account": "123456789012",
    "accessKey": "0123456789abcdef",
    "step": "deleting",
    "privateKeyFile": "/k.pem",
    "oldFingerprint": "aa",
    "oldCreatedAt": None,
    "begunAt": "2026-11-23T12:00:00+00:00",
}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 60_000,
        "[]",
        "null",
        "{}",
        *(json.dumps(RAW | {member: 7}) for member in RAW),
        json.dumps(RAW | {"begunAt": "2026-11-23T12:00:00"}),
        json.dumps(RAW | {"privateKeyFile": "k.pem"}),
    ],
    ids=lambda text: text[:20] + text[-20:],
)
def test_another_content_is_refused(journal: Journal, text: str) -> None:
    """What this version did not write is named and not acted on."""
    journal.directory.mkdir(parents=True)
    path = journal.directory / "eu-west-1-0.json"
    path.write_text(text)
    with pytest.raises(LocalError, match="is not what this version of lskeys writes") as caught:
        journal.entries(AWS, "eu-west-1")
    assert caught.value.message.startswith(str(path))


def test_no_content_is_followed_or_waited_for(journal: Journal) -> None:
    """A link or a named pipe in the directory is refused without waiting."""
    journal.directory.mkdir(parents=True)
    path = journal.directory / "eu-west-1-0.json"
    os.mkfifo(path)
    with pytest.raises(RefusedError, match="is a named pipe"):
        journal.entries(AWS, "eu-west-1")
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(RefusedError, match="is a symbolic link"):
        journal.entries(AWS, "eu-west-1")


def test_a_disk_that_takes_a_part(journal: Journal) -> None:
    """A write that is cut short is gone on with; what stays cut short is never remembered."""
    journal.write(ENTRY)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50, before[1]))
    try:
        with pytest.raises(LocalError, match="file too large"):
            journal.write(replace(ENTRY, step=Step.DOWNLOADING))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert journal.entries(AWS, ENTRY.region) == (ENTRY,)


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """A file where the directory should be: the rotation stops before anything is deleted."""
    (tmp_path / "state").write_text("")
    with pytest.raises(RefusedError, match=r"state is not a directory"):
        Journal(tmp_path / "state" / "rotations").write(ENTRY)
