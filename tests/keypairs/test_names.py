"""Names: what can be one, and what file it gives."""

import re
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from lskeys.errors import UsageError
from lskeys.keypairs.names import check_name
from lskeys.model import default_key_file


@given(st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{1,254}", fullmatch=True))
def test_what_the_guide_allows(name: str) -> None:
    """Letters, digits, dashes, underscores and dots, 2 to 255 of them, pass."""
    check_name(name)


@given(st.text(st.characters(exclude_categories=())) | st.text("./\\~a\n\x00 ", max_size=5))
def test_no_name_leaves_its_directory(name: str) -> None:
    """What passes has nothing in it that a path or a terminal could obey."""
    with suppress(UsageError):
        check_name(name)
        assert re.fullmatch(r"[A-Za-z0-9_.-]{2,255}", name)
        assert name not in {".", ".."}


def test_the_default_key_s_file() -> None:
    """It is called as the web console calls it."""
    assert default_key_file("eu-west-1") == "LightsailDefaultKey-eu-west-1.pem"
