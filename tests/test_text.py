"""Text made harmless: a law over all of Unicode. The word that was probably meant."""

import shlex
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lskeys.text import (
    chmod_command,
    did_you_mean,
    is_glob,
    lskeys_command,
    nearest,
    one_line,
    printable,
    printable_each,
    profiles_hint,
    visible_name,
)
from tests.tools.fuzz.budget import fuzz

ANY = st.text(st.characters(exclude_categories=()))
MARKED = st.text("a\u0301\u0489\u20dd\u0345 ", max_size=30)
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")
"""Letters and symbols by category, and nothing to the eye."""


def is_spelled(shown: str) -> bool:
    """Whether it is an escape: a backslash, and letters and digits behind it."""
    return shown[0] == "\\" and shown[1:].isascii() and shown[1:].isalnum()


def is_hidden(character: str) -> bool:
    """Whether nothing is seen of it, or it moves what is."""
    category = unicodedata.category(character)
    return category in HIDDEN or (category == "Zs" and character != " ") or character in BLANK


def test_every_character() -> None:
    """Of all code points, the hidden ones are spelled out, and what is visible stays."""
    wrong = []
    for character in map(chr, range(sys.maxunicode + 1)):
        shown = printable(character)
        if is_hidden(character) and not is_spelled(shown):
            wrong.append(character)
        if not is_hidden(character) and unicodedata.category(character)[0] in "LNPSZ":
            wrong += [character] if shown != character else []
    assert wrong == []


@given(ANY, ANY)
@fuzz
def test_only_visible_text_comes_out(text: str, other: str) -> None:
    """What comes out is printable, next to other text, too, stays as it is and is valid UTF-8."""
    shown = printable(text)
    shown.encode()
    assert (shown + printable(other)).isprintable()
    assert printable(shown) == shown
    assert one_line(f"{text}\n{other}").isprintable()


@given(st.lists(st.text("a\n") | st.text("aé\u115f"), max_size=3))
@fuzz
def test_several_texts_become_what_each_does(texts: list[str]) -> None:
    """Looked at together or not, they come out alike."""
    assert [*printable_each(texts)] == [printable(text) for text in texts]


@given(st.lists(st.text("a '$~-*?[", min_size=1), max_size=3))
def test_a_command_is_the_words_it_is_made_of(words: list[str]) -> None:
    """A shell reads every word of a suggested command as it was meant."""
    assert shlex.split(lskeys_command(*words)) == ["lskeys", *words]
    assert shlex.split(lskeys_command(*words, region="r")) == ["lskeys", *words, "--region", "r"]
    path = Path(*words)
    assert shlex.split(chmod_command("600", path)) == ["chmod", "600", str(path)]


def test_profiles_are_listed() -> None:
    """Those there are, in one line that has an end, or how to make the first one."""
    assert profiles_hint(["work", "home"]) == "profiles are work, home"
    assert profiles_hint(["a" * 300]) == f"profiles are {'a' * 199}…"
    assert profiles_hint([]) == "to make one: aws configure --profile NAME"


@pytest.mark.parametrize("word", ["web*", "?eb", "w[ab]"])
def test_a_pattern_has_a_wildcard(word: str) -> None:
    """A word with a wildcard stands for names; one with any other character is a name."""
    assert is_glob(word)
    assert not is_glob("web.-_~]!")


@given(st.text(st.characters(max_codepoint=0x7E, min_codepoint=0x20)))
def test_plain_text_is_untouched(text: str) -> None:
    """Printable ASCII comes out as it went in."""
    assert printable(text) == text


@given(MARKED)
def test_marks_do_not_pile_up(text: str) -> None:
    """No more than three combining marks stay on a letter; the others are spelled out."""
    shown = printable(text)
    run = 0
    for character in shown:
        run = run + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        assert run <= 3


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", r"\x1b[31m"),
        ("\x9b31m", r"\x9b31m"),
        ("a\nb\rc\td", r"a\nb\rc\td"),
        ("\x00\x7f", r"\x00\x7f"),
        ("\u202e\u2066", r"\u202e\u2066"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("\uffff", r"\uffff"),
        ("e\u0301\u0301\u0301\u0301", "e\u0301\u0301\u0301" + r"\u0301"),
        ("a\u00a0b", r"a\xa0b"),
        ("日本 עברית é ñ", "日本 עברית é ñ"),
        ("[red]x[/]", "[red]x[/]"),
    ],
)
def test_spelling(text: str, shown: str) -> None:
    """Escapes are spelled as Python and C spell them."""
    assert printable(text) == shown


@given(ANY, st.integers(1, 50))
def test_a_message_is_one_line(text: str, limit: int) -> None:
    """White space is folded, and the text is cut at the limit before it is spelled out."""
    shown = one_line(text, limit)
    assert shown.isprintable()
    assert shown == shown.strip()
    assert "  " not in shown
    assert len(shown) <= limit * len(r"\U00000000")


@pytest.mark.parametrize(
    ("first", "last"), [(0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF)]
)
def test_variation_selectors_are_spelled_out(first: int, last: int) -> None:
    """They are marks by category, and nothing to the eye; what stands next to them stays."""
    for code in range(first, last + 1):
        assert is_spelled(printable(chr(code))), hex(code)
    for code in (0x180A, 0x1810, 0xFDFF, 0xFE10):
        assert printable(chr(code)) == chr(code)


def test_marks_that_stand_alone() -> None:
    """Without a letter before them, too, three stay and no more."""
    assert printable("\u0301" * 4) == "\u0301" * 3 + r"\u0301"


def test_ascii_among_other_scripts() -> None:
    """Every visible character of ASCII stays among others as it does alone."""
    visible = "".join(map(chr, range(0x20, 0x7F)))
    assert printable(f"{visible}é") == f"{visible}é"


def test_the_longest_message() -> None:
    """A message has 600 characters, and no more than four times that are looked at."""
    assert one_line("a" * 600) == "a" * 600
    assert one_line("a" * 601) == "a" * 599 + "…"
    assert one_line(" " * 39 + "ab", 10) == "a"


def test_a_cut_message_says_so() -> None:
    """An ellipsis stands for what was cut."""
    assert one_line("a" * 10, 10) == "a" * 10
    assert one_line("a" * 11, 10) == "a" * 9 + "…"
    assert one_line("a  b\n\n c", 10) == "a b c"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *(("web", "web"), ("", "''"), (" web", "' web'"), ("web\n", r"'web\n'")),
        *(("w\u200beb", r"w\u200beb"), ("a b", "a b")),
        *(("a" * 200, "a" * 200), ("a" * 201, "a" * 199 + "…")),
    ],
)
def test_a_name_in_a_message(name: str, expected: str) -> None:
    """Spaces at its ends and an empty name are seen by quotes; 200 characters are shown."""
    assert visible_name(name) == expected


# Suggestions

VERBS = ("list", "show", "delete", "download-default", "rotate-default")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("lst", "list"),
        ("SHOW", "show"),
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
    assert word or nearest(word, VERBS[:1]) is None


@given(st.text(max_size=8), st.lists(st.text(max_size=8), max_size=5))
def test_only_known_words(word: str, known: list[str]) -> None:
    """Nothing but a known word is ever suggested, and a known word is its own nearest."""
    assert nearest(word, known) in {None, *known}
    if word and word in known:
        assert nearest(word, known) == word
