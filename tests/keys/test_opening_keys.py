"""Which local key opens which instance: every order of dates, and content before names."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lskeys.keys.fingerprints import FingerprintType
from lskeys.keys.matching import LocalKey, Match, MatchedPair
from lskeys.keys.opening_keys import opening_keys
from lskeys.model import DEFAULT_PAIR, Instance, KeyPair

DAY = timedelta(days=1)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
FILE = "LightsailDefaultKey-us-east-1.pem"
PAIR = KeyPair(DEFAULT_PAIR, "us-east-1", fingerprint="aa", created_at=FIRST + 20 * DAY)
"""The third default pair: the first was replaced after ten days, the second after twenty."""


def key(name: str, blob: bytes | None, *, has_private: bool = True, mode: int = 0o600) -> LocalKey:
    """A local key file."""
    return LocalKey(
        Path("/keys") / name, (), has_private=has_private, encrypted=False, mode=mode, blob=blob
    )


def launched(days: float | None) -> Instance:
    """An instance of the default pair, launched so many days after the first."""
    moment = None if days is None else FIRST + days * DAY
    return Instance("web", "us-east-1", key_pair_name=DEFAULT_PAIR, created_at=moment)


def matched(*keys: LocalKey, pair: KeyPair = PAIR) -> MatchedPair:
    """The pair and the files that hold its key."""
    return MatchedPair(pair, tuple(Match(each, FingerprintType.MD5_SPKI) for each in keys))


NOW = key(FILE, b"now")
OLD = key(f"{FILE}.old-20260111T000000Z", b"old")
OLDER_COPY = key(f"{FILE}.old-20260111T000000Z-2", b"old", mode=0o644)
NEWER = key(f"{FILE}.old-20260121T000000Z", b"newer")
SAME = key(f"{FILE}.old-20260119T000000Z", b"now")
PUBLIC = key(f"{FILE}.old-20260120T000000Z", b"x", has_private=False)
FOREIGN = key("LightsailDefaultKey-eu-west-1.pem.old-20260120T000000Z", b"y")
ODD = key(f"{FILE}.old-20269999T000000Z", b"z")
EVERY = (ODD, FOREIGN, PUBLIC, SAME, OLDER_COPY, OLD, NEWER, NOW)


@pytest.mark.parametrize(
    ("days", "found", "is_current"),
    [
        (21, (NOW,), True),
        (20, (NOW,), True),
        (15, (NEWER, NOW, OLD, ODD), False),
        (10, (OLD, NOW, NEWER, ODD), False),
        (-5, (OLD, NOW, NEWER, ODD), False),
        (None, (NOW, NEWER, OLD, ODD), True),
    ],
)
def test_opening_keys(days: float | None, found: tuple[LocalKey, ...], *, is_current: bool) -> None:
    """The key that was the pair's at the launch comes first, then that of today, then others."""
    opening = opening_keys(launched(days), matched(NOW), EVERY)
    assert (opening.keys, opening.is_current) == (found, is_current)


def test_a_key_that_was_replaced_elsewhere() -> None:
    """A file of the pair's name that is not its key any more is the latest of the earlier ones."""
    left = key(FILE, b"left")
    assert opening_keys(launched(15), matched(), (left,)).keys == (left,)
    assert opening_keys(launched(15), matched(), (left, OLD)).keys == (left, OLD)
    assert opening_keys(launched(21), matched(), (left, OLD)).keys == ()


@pytest.mark.parametrize(
    "name",
    [
        f"{FILE}.bak",
        f"{FILE}~",
        f"{FILE}.old",
        "LightsailDefaultKey-us-east-1 (1).pem",
        ODD.path.name,
    ],
)
def test_a_copy_without_a_date(name: str) -> None:
    """What people and browsers call a copy may be an earlier key: the last that is tried."""
    copy = key(name, b"copied")
    assert opening_keys(launched(15), matched(NOW), (copy, OLD, NOW)).keys == (OLD, NOW, copy)
    assert opening_keys(launched(21), matched(NOW), (copy, NOW)).keys == (NOW,)
    again = key(name, b"old")
    assert opening_keys(launched(15), matched(NOW), (again, OLD, NOW)).keys == (OLD, NOW)


@pytest.mark.parametrize("name", ["ci-2.pem", "ci.example.pem", "ci2.pem.bak", "my ci.pem"])
def test_a_file_of_another_pair(name: str) -> None:
    """A name that only begins alike is another pair's."""
    instance = Instance("web", "us-east-1", key_pair_name="ci", created_at=FIRST)
    pair = KeyPair("ci", "us-east-1", fingerprint="aa", created_at=FIRST + DAY)
    assert opening_keys(instance, matched(pair=pair), (key(name, b"x"),)).keys == ()


def test_a_pair_that_is_gone() -> None:
    """Without a key pair, what was saved under its name may still open the instance."""
    assert opening_keys(launched(15), None, (NOW, OLD)).keys == (NOW, OLD)
    assert not opening_keys(launched(15), None, (NOW,)).is_current


def test_names_of_other_files() -> None:
    """Earlier keys lie next to the file that holds today's, whatever that is called."""
    mine, before = key("mine", b"now"), key("mine.old-20260121T000000Z", b"before")
    assert opening_keys(launched(15), matched(mine), (mine, before)).keys == (before, mine)


def test_own_pair() -> None:
    """A custom pair that was created again has earlier keys as well."""
    instance = Instance("web", "us-east-1", key_pair_name="ci", created_at=FIRST)
    pair = KeyPair("ci", "us-east-1", fingerprint="aa", created_at=FIRST + DAY)
    new, old = key("ci.pem", b"new"), key("ci.pem.old-20260102T000000Z", b"before")
    assert opening_keys(instance, matched(new, pair=pair), (new, old)).keys == (old, new)


def test_no_key_pair_at_all() -> None:
    """An instance that names no key pair is opened by nothing that is known."""
    assert opening_keys(Instance("web", "us-east-1"), None, EVERY).keys == ()
