"""What README shows is what happens: its console blocks are typed into a terminal, in order."""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support import documents

README = Path(__file__).parents[1] / "README.md"


@documents.needs_program
def test_readme_shows_what_happens() -> None:
    """Every console block of README, typed in order into one home, shows what README shows."""
    blocks = documents.blocks_of(README.read_text())
    assert blocks
    # A short name, so that tables are as wide as in README.
    with TemporaryDirectory(prefix="ana", dir="/tmp") as directory:
        home = Path(directory)
        environment = documents.surroundings(home, {"LSKEYS_SANDBOX": "1"})
        for shown, expected in documents.typed(blocks, home, environment):
            assert shown == expected
