"""Asks the regions of the accounts, and gives what they say. Touches: the network, in threads."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, overload

from lskeys.cli.runtime.accounts import Account
from lskeys.cli.runtime.runtime import Runtime
from lskeys.errors import LskeysError
from lskeys.model import Outcome, Outcomes, attempt

if TYPE_CHECKING:
    from lskeys.concurrency import Arrival, Onward
    from lskeys.lightsail import Lightsail

T = TypeVar("T")
U = TypeVar("U")


class _Key(NamedTuple):
    """What an item is about: the account, the region once it is known, the question."""

    account: Account
    region: str = ""
    question: int = 0


def query(run: Runtime, question: "Callable[[Lightsail], T]") -> Outcomes[T]:
    """What every region of every account answers, in their order; one failure hides no other."""
    [outcomes] = query_together(run, question)
    return outcomes


@overload
def query_together(
    run: Runtime, first: "Callable[[Lightsail], T]", second: "Callable[[Lightsail], U]", /
) -> tuple[Outcomes[T], Outcomes[U]]: ...
@overload
def query_together(
    run: Runtime, *questions: "Callable[[Lightsail], T]"
) -> tuple[Outcomes[T], ...]: ...
def query_together(
    run: Runtime, *questions: "Callable[[Lightsail], Any]"
) -> tuple[Outcomes[Any], ...]:
    """What they answer to several questions that do not wait for each other, each with its own.

    Each of the results has the same accounts and regions, in the same order.
    """
    answers = dict(_answers(run, questions))
    return tuple(
        Outcomes(
            answers[_Key(account, region, number)]
            for account in run.accounts
            for region in account.regions.known or ("",)
        )
        for number in range(len(questions))
    )


def query_as_they_come(
    run: Runtime, regions: Sequence[str], question: "Callable[[Lightsail], T]"
) -> Iterator[Outcome[T]]:
    """What some regions of the account answer, in the order of arrival."""
    for _, outcome in _answers(run, (question,), regions):
        yield outcome


def _answers(
    run: Runtime,
    questions: "Sequence[Callable[[Lightsail], T]]",
    regions: Sequence[str] | None = None,
) -> Iterator[tuple[_Key, Outcome[T]]]:
    """Each answer to each question as soon as it is there, with progress on the terminal."""
    from lskeys import concurrency

    sources = (
        concurrency.Source(_Key(account), partial(_answers_of, account, questions, regions))
        for account in _opened(run)
    )
    answered = 0
    for arrival in concurrency.stream(sources, patience=0.0):
        for key, outcome in _outcomes(arrival, range(len(questions))):
            answered += 1
            yield key, outcome
        total = sum(len(regions or account.regions.known) for account in run.accounts)
        if total > 1:
            run.terminal.progress(f"{answered // len(questions)} of {total} regions responded")
    run.terminal.done()


def stream_regions(
    run: Runtime, pages: "Callable[[Lightsail], Iterator[Sequence[T]]]"
) -> Iterator[Outcome[Sequence[T]]]:
    """The pages of every region of every account, in their order and as soon as they are due.

    A region that fails ends with an outcome that is an error.
    """
    from lskeys import concurrency

    sources = (
        concurrency.Source(_Key(account), partial(_pages_of, account, pages))
        for account in _opened(run)
    )
    for arrival in concurrency.stream(sources):
        for _, outcome in _outcomes(arrival):
            yield outcome


def query_accounts(run: Runtime, question: Callable[[Account], T]) -> Outcomes[T]:
    """What every account answers, in their order."""
    from lskeys import concurrency

    sources = (
        concurrency.Source(_Key(account), partial(_account_answer, question, account))
        for account in _opened(run)
    )
    answers = {
        key.account: outcome
        for arrival in concurrency.stream(sources, patience=0.0)
        for key, outcome in _outcomes(arrival)
    }
    return Outcomes(answers[account] for account in run.accounts)


def change_each(
    run: Runtime, regions: Sequence[str], change: "Callable[[Lightsail], T]"
) -> Outcomes[T]:
    """What comes of a change in each of these regions of the account, in their order.

    A change has several steps, and goes on after one whose answer was lost.
    """
    from lskeys import concurrency

    account = run.account
    opened = attempt("", account.session.log_in)
    if opened.error:
        return Outcomes(Outcome(region, error=opened.error) for region in regions)
    calls = [
        partial(attempt, region, partial(change, account.lightsail(region))) for region in regions
    ]
    if len(calls) == 1:
        return Outcomes([calls[0]()])
    outcomes: list[Outcome[T]] = []
    for outcome in concurrency.call_each(calls):
        outcomes.append(outcome)
        run.terminal.progress(f"{len(outcomes)} of {len(regions)} regions responded")
    run.terminal.done()
    return Outcomes(outcomes)


def _opened(run: Runtime) -> tuple[Account, ...]:
    """The accounts, prepared here, before there are threads."""
    for account in run.accounts:
        account.session.prepare()
    return run.accounts


def _answers_of(
    account: Account,
    questions: "Sequence[Callable[[Lightsail], T]]",
    regions: Sequence[str] | None,
) -> "Iterator[T | Onward[_Key, T]]":
    return _onward(
        {
            _Key(account, region, number): partial(_once, partial(question, lightsail), release)
            for region, lightsail in _lightsails(account, regions)
            for release in [_Release(account, region, len(questions))]
            for number, question in enumerate(questions)
        }
    )


def _pages_of(
    account: Account, pages: "Callable[[Lightsail], Iterator[Sequence[T]]]"
) -> "Iterator[Sequence[T] | Onward[_Key, Sequence[T]]]":
    return _onward(
        {
            _Key(account, region): partial(_all, partial(pages, lightsail), release)
            for region, lightsail in _lightsails(account)
            for release in [_Release(account, region, 1)]
        }
    )


def _account_answer(question: Callable[[Account], T], account: Account) -> Iterator[T]:
    yield question(account)


def _lightsails(
    account: Account, regions: Sequence[str] | None = None
) -> "list[tuple[str, Lightsail]]":
    """The regions of an account, with the calls; its credentials are resolved here."""
    selected = regions or account.regions.selected
    account.session.log_in()
    return [(region, account.lightsail(region)) for region in selected]


def _onward(items: "dict[_Key, Callable[[], Iterator[T]]]") -> "Iterator[T | Onward[_Key, T]]":
    """Have the others asked, too, and ask the first one in this thread."""
    from lskeys import concurrency

    sources = tuple(concurrency.Source(key, each) for key, each in items.items())
    yield concurrency.Onward(sources[0].key, sources[1:])
    yield from sources[0].items()


class _Release:
    """Closes the connections to a region after so many questions, where accounts are several.

    A hundred accounts have two thousand regions: more connections than a process may have.
    """

    def __init__(self, account: Account, region: str, questions: int) -> None:
        self._account = account
        self._region = region
        self._left = threading.Semaphore(questions - 1)

    def __call__(self) -> None:
        if self._account.whose and not self._left.acquire(blocking=False):
            self._account.session.release(self._region)


def _once(ask: Callable[[], T], release: _Release) -> Iterator[T]:
    yield from _all(lambda: iter([ask()]), release)


def _all(items: Callable[[], Iterator[T]], release: _Release) -> Iterator[T]:
    try:
        yield from items()
    finally:
        release()


def _outcomes(
    arrival: "Arrival[_Key, T]", questions: Iterable[int] = (0,)
) -> Iterator[tuple[_Key, Outcome[T]]]:
    """What arrived, as an answer; an account that cannot be opened fails in each of its regions."""
    key = arrival.key
    whose = key.account.whose or None
    error = _lskeys_error(arrival.error, whose) if arrival.error else None
    if key.region or error is None:
        yield key, Outcome(key.region, arrival.item, error, whose)
        return
    if whose is None and not key.account.regions.known:
        raise error
    for region in key.account.regions.known or ("",):
        for number in questions:
            yield _Key(key.account, region, number), Outcome(region, None, error, whose)


def _lskeys_error(error: BaseException, whose: str | None) -> LskeysError:
    """The error, which says whose account it is about; a bug is no answer."""
    if not isinstance(error, LskeysError):
        raise error
    return error.with_(profile=whose)
