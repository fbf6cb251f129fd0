r"""Foreign text made safe to print and to paste; the nearest known word for a typo. Pure.

Names, tags, messages, regions and paths come from AWS, the disk or the command line. Before they
are printed, every character that is not plainly visible is replaced by its escape, such as
`\x1b` or `\u202e`: control, format and bidi characters, unassigned and private-use ones,
surrogates, line and paragraph separators, white space other than the space, and more than three
combining marks in a row. Visible text of any script is not changed.
"""

import difflib
import shlex
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

_INVISIBLE = frozenset(
    "\u034f"  # combining grapheme joiner
    "\u115f\u1160\u3164\uffa0"  # Hangul fillers
    "\u17b4\u17b5"  # Khmer inherent vowels
    "\u2800"  # blank braille pattern
)
_VARIATION_SELECTORS = ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
_MARKS = frozenset({"Mn", "Me"})
_LONGEST_NAME = 200
_MARKS_IN_A_ROW = 3  # written languages stack two, rarely three, marks on a letter
_BMP_END = 0xFFFF
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def printable(text: str) -> str:
    """The text with escapes for everything that a terminal would interpret or hide."""
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in _MARKS else 0
        visible = _is_visible(character) and marks <= _MARKS_IN_A_ROW
        shown.append(character if visible else _spelled(character))
    return "".join(shown)


def printable_each(texts: Sequence[str]) -> Sequence[str]:
    """The same for several texts, looked at together: nearly all are harmless."""
    together = "".join(texts)
    if together.isascii() and together.isprintable():
        return texts
    return [printable(text) for text in texts]


def one_line(text: str, limit: int = 600) -> str:
    """Printable text for a message: white space folded, cut at `limit` characters."""
    folded = " ".join(text[: limit * 4].split())
    cut = folded if len(folded) <= limit else folded[: limit - 1] + "…"
    return printable(cut)


def visible_name(name: str) -> str:
    """A name with every invisible character spelled out, spaces at its ends included."""
    cut = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
    return printable(cut) if cut.strip() == cut != "" else f"'{printable(cut)}'"


def lskeys_command(*words: str, region: str | None = None) -> str:
    """A command line of lskeys, ready to paste into a shell; the region is its last option."""
    return shlex.join(("lskeys", *words, *(("--region", region) if region else ())))


def chmod_command(mode: str, path: Path) -> str:
    """A command line that changes permissions, likewise."""
    return shlex.join(("chmod", mode, str(path)))


def is_glob(word: str) -> bool:
    """Whether a word is a pattern of names."""
    return any(character in word for character in "*?[")


def _is_visible(character: str) -> bool:
    code = ord(character)
    return (
        character.isprintable()
        and character not in _INVISIBLE
        and not any(first <= code <= last for first, last in _VARIATION_SELECTORS)
    )


def _spelled(character: str) -> str:
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    if code <= 0xFF:  # noqa: PLR2004  the last code that \x can spell
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= _BMP_END else f"\\U{code:08x}"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The only known word that begins with this one, else the most similar one, if any.

    Letter case counts only where that finds one.
    """
    words = list(known)
    begun = [each for each in words if word and each.startswith(word)]
    if len(begun) == 1 or word in begun:
        return word if word in begun else begun[0]
    folded = {each.casefold(): each for each in words}
    close = difflib.get_close_matches(word, words, n=1)
    alike = difflib.get_close_matches(word.casefold(), folded, n=1)
    return next(iter((*close, *(folded[each] for each in alike))), None)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A hint with the nearest known word, if there is one."""
    near = nearest(word, known)
    return f"did you mean {near}?" if near else None


def profiles_hint(known: Iterable[str]) -> str:
    """A hint that lists AWS's profiles, for only the second version of its CLI does."""
    names = ", ".join(known)
    if names:
        return f"profiles are {one_line(names, limit=200)}"
    return "to make one: aws configure --profile NAME"
