"""View of written files that are not keys. Pure."""

from lskeys.output.result import Column, View
from lskeys.ssh.config_files import WrittenFile

WRITTEN_FILES: View[WrittenFile] = View(
    member="files",
    columns=(
        Column("path", lambda written: written.path),
        Column("outcome", lambda written: written.outcome),
    ),
    text=("path",),
    is_lines=True,
    identity=lambda written: written.path,
    raw=lambda written: {"path": str(written.path), "outcome": written.outcome},
)
