"""How ssh reads its configuration: lines, words, patterns, and where an Include leads. Pure.

The rules are those of readconf.c and misc.c. Versions before 8.7 split words in another way; a
line that they would read otherwise is not certain.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_LINE = re.compile(r'[ \t\r\f]*"?(\w+)"?(?:[ \t]*=[ \t]*|[ \t]+)(.*)', re.DOTALL)
_CERTAIN = re.compile(r"""(?:[ \t]*(?:"[^"\\'#]*"|[^\s"\\'#=]+)(?=[ \t]|$))+[ \t]*""")
_BLANKS = " \t"
_ENDS = " \t\r\n\f"
_ESCAPED = frozenset("'\"\\")
_GLOB = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Directive:
    """A line of a configuration: its keyword in lower case, and the words behind it.

    `is_certain` says that every version of ssh reads the same words.
    """

    keyword: str
    words: tuple[str, ...]
    is_certain: bool = True


def directives(content: bytes) -> Iterator[Directive]:
    """The lines that are neither empty nor comments; bytes that are no UTF-8 stay what they are."""
    for line in content.decode(errors="surrogateescape").split("\n"):
        found = _LINE.fullmatch(line.partition("\0")[0].rstrip(_ENDS))
        if found:
            keyword, rest = found[1].lower(), found[2]
            certain = '"' not in line.partition(found[1])[0] and bool(_CERTAIN.fullmatch(rest))
            yield Directive(keyword, tuple(_words(rest)), certain)


def includes(content: bytes, file: Path, directory: Path) -> bool:
    """Whether a configuration certainly includes a file for all hosts; in doubt it does not.

    `file` is an absolute path, `directory` is `~/.ssh`, where relative paths begin.
    """
    for line in directives(content):
        if line.keyword in {"host", "match"}:
            return False
        if line.keyword == "include" and line.is_certain:
            paths = (absolute_pattern(word, directory) for word in line.words)
            if any(path is not None and matches(file, path) for path in paths):
                return True
    return False


def absolute_pattern(word: str, directory: Path) -> str | None:
    """The path or glob that an Include names, absolute; None if it is a user's home or no path.

    Relative ones begin in `directory`: `~/.ssh`, or /etc/ssh.
    """
    if word.startswith("~/"):
        return f"{directory.parent}/{word[2:]}"
    if not word or word.startswith("~"):
        return None
    return word if word.startswith("/") else f"{directory}/{word}"


def matches(file: Path, glob: str) -> bool:
    """Whether a glob certainly matches a path, as glob(3) does; brackets and escapes are doubts."""
    if "[" in glob or "\\" in glob:
        return False
    if not _GLOB.intersection(glob):
        return str(file) == glob
    parts = glob.split("/")
    return len(parts) == len(file.parts) and all(
        _matches_name(name, pattern)
        for name, pattern in zip(file.parts[1:], parts[1:], strict=True)
    )


def matches_host(name: str, pattern: str) -> bool:
    """Whether a pattern of a Host line matches a name, whatever the case of their letters."""
    return _like(pattern.lower()).fullmatch(name.lower()) is not None


def _matches_name(name: str, pattern: str) -> bool:
    if name.startswith(".") and not pattern.startswith("."):
        return False
    return _like(pattern).fullmatch(name) is not None


def _like(pattern: str) -> re.Pattern[str]:
    kinds = {"*": ".*", "?": "."}
    spelled = "".join(kinds.get(each, re.escape(each)) for each in re.sub(r"\*+", "*", pattern))
    return re.compile(spelled, re.DOTALL)


def _words(rest: str) -> Iterator[str]:
    """The words of a line, as ssh splits them since 8.7; a comment ends them."""
    position, length = 0, len(rest)
    while position < length:
        if rest[position] in _BLANKS:
            position += 1
            continue
        if rest[position] == "#":
            return
        word, position = _word(rest, position)
        yield word


def _word(rest: str, position: int) -> tuple[str, int]:
    """The word that begins at a position, without quotes and escapes, and where it ends."""
    word, quote = "", ""
    while position < len(rest):
        character, following = rest[position], rest[position + 1 : position + 2]
        if character == "\\" and (following in _ESCAPED or (following == " " and not quote)):
            word, position = word + following, position + 1
        elif not quote and character in _BLANKS:
            break
        elif character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote = character
        else:
            word += character
        position += 1
    return word, position
