"""Draws docs/images/*.svg: what lskeys shows in a terminal. Touches: the disk, localhost.

`make screenshots`, or `python docs/screenshots.py DIRECTORY`. The installed program runs in a
pseudo-terminal, against the sandbox, in a home of its own; Rich draws what the terminal got.
"""

import os
import pty
import re
import subprocess
import sys
import termios
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, SVG_EXPORT_THEME
from rich.text import Text

THEMES = {"dark": SVG_EXPORT_THEME, "light": DEFAULT_TERMINAL_THEME}
_WIPED = re.compile(r"[^\n]*\r\x1b\[2K")
_FONT_FROM_ELSEWHERE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_PROMPT = re.compile(rb"(Type [^\n]*:|\[y/N\]) $")
SIZES = {80: 24, 120: 40, 160: 50}
"""Columns → rows of the terminal."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture: the line that is typed, its answer, what was typed before, and in which widths."""

    name: str
    line: str
    before: tuple[str, ...] = ()
    answer: str = ""
    columns: tuple[int, ...] = (80, 120)


_SAVED = ("lskeys download-default --out ~/.ssh",)
SCENES = (
    Scene("help", "lskeys"),
    Scene("list", "lskeys list --include-default", columns=(80, 120, 160)),
    Scene("audit", "lskeys audit", _SAVED),
    Scene("config", "lskeys config"),
    Scene("fingerprint", "lskeys fingerprint ~/.ssh/*.pem", _SAVED),
    Scene(
        "delete",
        "lskeys delete LightsailDefaultKeyPair --fingerprint",
        _SAVED,
        "LightsailDefaultKeyPair",
    ),
)


def draw(directory: Path) -> None:
    """Write a picture of each scene, in each of its widths, for a dark page and a light one."""
    directory.mkdir(exist_ok=True)
    for scene in SCENES:
        for columns in scene.columns:
            # A short name in place of the home: paths are shown in full.
            with TemporaryDirectory(prefix="ana", dir="/tmp") as home:
                shown = _played(scene, columns, Path(home))
            for name, theme in THEMES.items():
                console = Console(
                    record=True,
                    width=columns,
                    file=StringIO(),
                    force_terminal=True,
                    color_system="standard",
                    _environ={},
                )
                for line in shown:
                    console.print(line, highlight=False, no_wrap=True)
                svg = console.export_svg(title="lskeys", theme=theme, unique_id=scene.name)
                light = _FONT_FROM_ELSEWHERE.sub("", svg)
                (directory / f"{scene.name}{columns}-{name}.svg").write_text(light)


def _played(scene: Scene, columns: int, home: Path) -> list[Text]:
    """The lines of the terminal, broken where it breaks them."""
    for line in scene.before:
        _typed(line, "", columns, home)
    shown = f"$ {scene.line}\n{_typed(scene.line, scene.answer, columns, home)}"
    shown = _WIPED.sub("", shown.replace("\r\n", "\n")).replace(str(home), "/home/ana")
    return [
        line[start : start + columns]
        for line in Text.from_ansi(shown).split(allow_blank=False)
        for start in range(0, max(len(line), 1), columns)
    ]


def _typed(line: str, answer: str, columns: int, home: Path) -> str:
    """What the terminal gets when this line is typed into it."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "TERM": "xterm",
        "LANG": "C.UTF-8",
        "LSKEYS_SANDBOX": "1",
        "LSKEYS_OUT": f"{home}/.ssh",
    }
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (SIZES[columns], columns))
    process = subprocess.Popen(  # noqa: S603  a line of a scene
        ["/bin/sh", "-c", line],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        cwd=home,
    )
    os.close(theirs)
    shown = b""
    while chunk := _read(ours):
        shown += chunk
        if answer and _PROMPT.search(shown):
            os.write(ours, answer.encode() + b"\n")
    os.close(ours)
    process.wait()
    return shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # Linux's end of a terminal
        return b""


if __name__ == "__main__":
    draw(Path(sys.argv[1] if sys.argv[1:] else Path(__file__).with_name("images")))
