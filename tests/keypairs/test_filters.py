"""What is listed, and in which order."""

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lskeys.errors import UsageError
from lskeys.keypairs.filters import Selection
from lskeys.model import KeyPair, Tag
from lskeys.output.columns import columns, sort
from lskeys.output.views.key_pairs import KEY_PAIRS

WORDS = st.text("ab*", min_size=1, max_size=3)
TAGS = st.builds(Tag, st.text("ab", min_size=1, max_size=2), st.none() | st.text("ab", max_size=2))
PAIRS = st.builds(
    KeyPair,
    name=st.text("ab", min_size=1, max_size=3),
    region=st.sampled_from(["us-east-1", "eu-west-1"]),
    tags=st.lists(TAGS, max_size=3).map(tuple),
    fingerprint=st.none() | st.text("ab", min_size=1, max_size=2),
    used_by=st.lists(st.sampled_from(["one", "two"]), max_size=2).map(tuple),
)


@given(PAIRS, st.lists(WORDS, min_size=1).map(tuple))
def test_patterns_widen(pair: KeyPair, globs: tuple[str, ...]) -> None:
    """One pattern that fits is enough."""
    assert Selection(globs=globs).accepts(pair) == any(fnmatchcase(pair.name, g) for g in globs)


@given(PAIRS, st.lists(WORDS).map(tuple), st.lists(WORDS).map(tuple))
def test_tags_narrow(pair: KeyPair, some: tuple[str, ...], more: tuple[str, ...]) -> None:
    """Every tag that is wanted must be there."""
    together = Selection(tags=some + more).accepts(pair)
    assert together == (Selection(tags=some).accepts(pair) and Selection(tags=more).accepts(pair))


@given(PAIRS)
def test_in_use_and_unused_are_opposites(pair: KeyPair) -> None:
    """A pair is in use or unused, and not both."""
    assert Selection(in_use=True).accepts(pair) != Selection(in_use=False).accepts(pair)


@pytest.mark.parametrize("name", KEY_PAIRS.names)
@given(pairs=st.lists(PAIRS))
def test_order(name: str, pairs: list[KeyPair]) -> None:
    """Sorting loses none, is stable both ways, and - turns the order of values round."""
    [column] = columns(KEY_PAIRS, name)
    key = column.sort or column.plain
    up, down = sort(pairs, name, KEY_PAIRS), sort(pairs, f"-{name}", KEY_PAIRS)
    assert [key(each) for each in up] == sorted(key(each) for each in pairs)
    assert [key(each) for each in down] == [key(each) for each in reversed(up)]
    assert sort(up, name, KEY_PAIRS) == up
    assert sort(down, f"-{name}", KEY_PAIRS) == down
    assert sort(pairs, None, KEY_PAIRS) == pairs


@given(
    st.text() | st.lists(st.sampled_from(KEY_PAIRS.names), min_size=1).map(" ,".join).map(str.upper)
)
def test_any_column_is_known_or_reported(spelled: str) -> None:
    """A list of columns gives exactly those, or a usage error with a hint."""
    words = [word.strip().lower() for word in spelled.split(",")]
    if set(words) <= set(KEY_PAIRS.names):
        assert [each.name for each in columns(KEY_PAIRS, spelled)] == words
        return
    with pytest.raises(UsageError) as refused:
        columns(KEY_PAIRS, spelled)
    assert (refused.value.hint or "").startswith(("columns are name, region", "did you mean "))
