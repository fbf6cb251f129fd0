"""Text that would move a terminal, hide or be read as markup, and what makes it harmless."""

import re
import unicodedata

ATTACKS = {
    "escape": "\x1b[31mred\x1b]0;title\x07",
    "link": "\x1b]8;;http://evil.example\x1b\\here\x1b]8;;\x1b\\",
    "c1": "\x9b31m\x9d0;title\x9c",
    "line": "one\ntwo\rthree\x0bfour\x0cfive\x85six\u2028seven\u2029",
    "tab": "one\ttwo",
    "nul": "nul\x00del\x7f",
    "bidi": "\u202eesrever\u2066isolated\u200f",
    "invisible": "zero\u200bwidth\u200djoin\ufeffmark\u00adsoft\u034f\u115f\u3164\u2800",
    "tags": "\U000e0041\U000e0042\ufe0f",
    "combining": "z" + "\u0336\u0489" * 40,
    "surrogate": "lone\ud800pair",
    "markup": "[red]markup[/red] [link=http://evil.example]x[/link] :smile:",
}
EVERYTHING = " ".join(ATTACKS.values())
"""Every attack in one text, since each is looked for in whatever comes out."""

MAX_MARKS = 3
STYLE = re.compile(r"\x1b\[[0-9;]*m")


def is_harmless(text: str) -> bool:
    """Whether a terminal shows the text and does nothing else; ends of lines are ours."""
    marks = 0
    for character in text.replace("\n", "").replace("\t", ""):
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        if not character.isprintable() or marks > MAX_MARKS:
            return False
        if character in "\u034f\u115f\u3164\u2800\ufe0f":
            return False
    return True
