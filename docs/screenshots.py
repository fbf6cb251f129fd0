"""Draws docs/*.svg: what lskeys shows in a terminal. Touches: the disk, localhost.

`make screenshots`, or `python docs/screenshots.py FOLDER`. The installed program runs in a
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
_QUESTION = "delete it: "


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture: lines that are typed, what is answered, and the columns of the terminal."""

    name: str
    columns: int
    lines: tuple[str, ...]
    before: tuple[str, ...] = ()
    answer: str = ""


SCENES = (
    Scene(
        "list",
        120,
        ("lskeys list --all-regions --include-default --columns name,region,created,used-by",),
    ),
    Scene("narrow", 80, ("lskeys list --include-default",)),
    Scene(
        "delete",
        130,
        ("lskeys delete LightsailDefaultKeyPair --fingerprint",),
        before=("lskeys download-default --out ~/.ssh",),
        answer="LightsailDefaultKeyPair",
    ),
)


def draw(directory: Path) -> None:
    """Write a picture of each scene, for a dark page and for a light one."""
    # A short name in place of the home: paths are shown in full.
    with TemporaryDirectory(prefix="ana", dir="/tmp") as home:
        for scene in SCENES:
            shown = _played(scene, Path(home))
            for name, theme in THEMES.items():
                console = Console(
                    record=True,
                    width=scene.columns,
                    file=StringIO(),
                    force_terminal=True,
                    color_system="standard",
                    _environ={},
                )
                for line in shown:
                    console.print(line, highlight=False, no_wrap=True)
                svg = console.export_svg(title="lskeys", theme=theme, unique_id=scene.name)
                light = _FONT_FROM_ELSEWHERE.sub("", svg)
                (directory / f"{scene.name}-{name}.svg").write_text(light)


def _played(scene: Scene, home: Path) -> list[Text]:
    """The lines of the terminal, broken where it breaks them."""
    for line in scene.before:
        _typed(line, scene, home)
    told = "".join(f"$ {line}\n{_typed(line, scene, home)}" for line in scene.lines)
    told = _WIPED.sub("", told.replace("\r\n", "\n")).replace(str(home), "/home/ana")
    return [
        line[start : start + scene.columns]
        for line in Text.from_ansi(told).split(allow_blank=False)
        for start in range(0, max(len(line), 1), scene.columns)
    ]


def _typed(line: str, scene: Scene, home: Path) -> str:
    """What the terminal gets when this line is typed into it."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "TERM": "xterm",
        "LANG": "C.UTF-8",
        "LSKEYS_SANDBOX": "1",
    }
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (50, scene.columns))
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
        if scene.answer and shown.endswith(_QUESTION.encode()):
            os.write(ours, scene.answer.encode() + b"\n")
    os.close(ours)
    process.wait()
    return shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # Linux's end of a terminal
        return b""


if __name__ == "__main__":
    draw(Path(sys.argv[1] if sys.argv[1:] else Path(__file__).parent))
