"""The word that was probably meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lskeys.text import did_you_mean, nearest

VERBS = ("list", "show", "delete", "download-default", "rotate-default")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("lst", "list"),
        ("delte", "delete"),
        ("download", "download-default"),
        ("rot", "rotate-default"),
        ("d", None),  # of two verbs
        ("", None),
        ("zzz", None),
    ],
)
def test_nearest(word: str, meant: str | None) -> None:
    """The only word that begins with it, else the one that looks most like it, else none."""
    assert nearest(word, VERBS) == meant
    assert did_you_mean(word, VERBS) == (meant and f"did you mean {meant}?")


@given(st.text(max_size=8), st.lists(st.text(max_size=8), max_size=5))
def test_only_known_words(word: str, known: list[str]) -> None:
    """Nothing but a known word is ever told, and a known word is its own nearest."""
    assert nearest(word, known) in {None, *known}
    if word and word in known:
        assert nearest(word, known) == word
