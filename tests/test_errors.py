"""Errors: values with a code, an exit code, and a way out; and their sum."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lskeys import errors
from lskeys.errors import ExitCode, LskeysError, RemoteError, SetupError, several
from lskeys.lightsail.response_body import InvalidResponseError
from lskeys.storage.existing_file import PathTakenError

KINDS = [
    each
    for each in vars(errors).values()
    if isinstance(each, type) and issubclass(each, LskeysError)
]
CODES = st.sampled_from([ExitCode.SETUP, ExitCode.REMOTE, ExitCode.MISSING])


@given(st.lists(CODES, min_size=1), st.integers(0, 3))
def test_the_sum_of_failures(codes: list[ExitCode], succeeded: int) -> None:
    """Partial where something succeeded or the failures differ; else what they all are.

    All are counted, also those that say the same, and each is in the sum once.
    """
    failures = [LskeysError("no", code=code.name, exit_code=code) for code in codes]
    summary = several(failures, succeeded, "regions")
    alike = not succeeded and len(set(codes)) == 1
    assert summary.exit_code == (codes[0] if alike else ExitCode.PARTIAL)
    assert summary.message == f"{len(codes)} of {len(codes) + succeeded} regions failed"
    assert [each.exit_code for each in summary.failures] == list(dict.fromkeys(codes))


@pytest.mark.parametrize("kind", [*KINDS, InvalidResponseError, PathTakenError])
def test_an_error_is_a_value(kind: type[LskeysError]) -> None:
    """A copy is of the same kind and says the rest; what it was made from stays as it is."""
    error = kind("no", hint="try", tip="tip", region="eu-west-1")
    copied = error.with_(hint="other", message="never", profile="work")
    assert (error.message, error.hint, error.profile) == ("no", "try", None)
    assert type(copied) is kind
    assert (copied.hint, copied.tip, copied.region) == ("other", "tip", "eu-west-1")
    assert (str(copied), copied.whole_message) == ("never", "profile work: never")
    assert copied.exit_code == error.exit_code == kind.usual_exit_code


@pytest.mark.parametrize(
    "field", [{"code": "Other"}, {"message": "other"}, {"region": "a"}, {"profile": "b"}]
)
def test_errors_that_say_the_same_are_equal(field: dict[str, str]) -> None:
    """By code and message, region and account; the hint makes no difference."""
    error = RemoteError("no", code="Throttled", hint="wait")
    assert error == RemoteError("no", code="Throttled")
    assert len({error, error.with_(hint="hurry"), error.with_(**field)}) == 2


def test_exit_codes_are_a_contract() -> None:
    """The numbers, each with its meaning."""
    assert {each.name: int(each) for each in ExitCode} == {
        "DONE": 0,
        "BUG": 1,
        "USAGE": 2,
        "MISSING": 3,
        "SETUP": 4,
        "REFUSED": 5,
        "FINDINGS": 6,
        "PARTIAL": 7,
        "REMOTE": 8,
        "LOCAL": 9,
        "DECLINED": 10,
        "READER_GONE": 141,
        "INTERRUPTED": 130,
        "TERMINATED": 143,
    }


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_tree_is_the_drawing(kind: type[LskeysError]) -> None:
    """Each class of errors stands in the drawing at the head of its module, with its code."""
    [line] = [each for each in (errors.__doc__ or "").splitlines() if f" {kind.__name__} " in each]
    assert kind is LskeysError or f" {int(kind.usual_exit_code)} " in line


def test_a_code_is_never_empty() -> None:
    """Programs always have a word to go by: AWS's, else the class's."""
    assert SetupError("no").code == "Setup"
    assert SetupError("no", code="AccessDenied").code == "AccessDenied"
