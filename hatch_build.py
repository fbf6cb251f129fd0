"""Build hook: the wheel's manual pages and completion scripts, made from the command tree."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class SharedData(BuildHookInterface):
    """Adds what man and the shells read below the prefix that the wheel is installed to."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  hatchling's signature
        """Write the files to a directory of their own, and name them to hatchling."""
        sys.dont_write_bytecode = True
        sys.path.insert(0, str(Path(self.root) / "src"))
        from lskeys.cli.shared_files import shared_files  # noqa: PLC0415  importable from here on

        self._directory = TemporaryDirectory()
        for number, (target, text) in enumerate(sorted(shared_files().items())):
            file = Path(self._directory.name) / str(number)
            file.write_text(text, "utf-8")
            build_data["shared_data"][str(file)] = f"share/{target}"

    def finalize(self, *_: object) -> None:
        """Remove the directory; the wheel holds the files now."""
        self._directory.cleanup()
