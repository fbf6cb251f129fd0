"""Queries the regions of the accounts in parallel. Touches: the network, in threads."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, overload

from lskeys.cli.runtime.accounts import Account
from lskeys.cli.runtime.runtime import Runtime
from lskeys.errors import LskeysError
from lskeys.model import AccountRegion, Outcome, Outcomes, attempt

if TYPE_CHECKING:
    from lskeys.concurrency import Arrival, MoreSources, Source
    from lskeys.lightsail import Lightsail

T = TypeVar("T")
U = TypeVar("U")


class _Key(NamedTuple):
    """What an item is about: the account, the region once it is known, the query."""

    account: Account
    region: str = ""
    number: int = 0


def query(run: Runtime, call: "Callable[[Lightsail], T]") -> Outcomes[T]:
    """What a query returns in every region of every account, in their order."""
    [outcomes] = query_together(run, call)
    return outcomes


@overload
def query_together(
    run: Runtime, first: "Callable[[Lightsail], T]", second: "Callable[[Lightsail], U]", /
) -> tuple[Outcomes[T], Outcomes[U]]: ...
@overload
def query_together(
    run: Runtime, *queries: "Callable[[Lightsail], T]"
) -> tuple[Outcomes[T], ...]: ...
def query_together(
    run: Runtime, *queries: "Callable[[Lightsail], Any]"
) -> tuple[Outcomes[Any], ...]:
    """The same for several queries that do not wait for each other, a result for each.

    Each of the results has the same accounts and regions, in the same order.
    """
    arrived_by_key = dict(_arrivals(run, queries))
    return tuple(
        Outcomes(
            arrived_by_key[_Key(account, region, number)]
            for account in run.accounts
            for region in account.regions.known or ("",)
        )
        for number in range(len(queries))
    )


def query_as_they_come(
    run: Runtime, regions: Sequence[str], call: "Callable[[Lightsail], T]"
) -> Iterator[Outcome[T]]:
    """What a query returns in some regions of the account, in the order of arrival."""
    for _, outcome in _arrivals(run, (call,), regions):
        yield outcome


def _arrivals(
    run: Runtime,
    queries: "Sequence[Callable[[Lightsail], T]]",
    regions: Sequence[str] | None = None,
) -> Iterator[tuple[_Key, Outcome[T]]]:
    """What each query returns in each region as it arrives, with progress on the terminal."""
    from lskeys import concurrency

    items = [partial(_once, call) for call in queries]
    arrived = 0
    for arrival in concurrency.stream(_sources(run, items, regions), patience=0.0):
        for key, outcome in _outcomes(arrival, range(len(queries))):
            arrived += 1
            yield key, outcome
        total = sum(len(regions or account.regions.known) for account in run.accounts)
        if total > 1:
            run.terminal.progress(f"{arrived // len(queries)} of {total} regions responded")
    run.terminal.done()


def stream_regions(
    run: Runtime, pages: "Callable[[Lightsail], Iterator[Sequence[T]]]"
) -> Iterator[Outcome[Sequence[T]]]:
    """The pages of every region of every account, in their order and as soon as they are due.

    A region that fails ends with an outcome that is an error.
    """
    from lskeys import concurrency

    for arrival in concurrency.stream(_sources(run, [pages])):
        for _, outcome in _outcomes(arrival):
            yield outcome


def query_each(
    run: Runtime, queries: "Sequence[tuple[AccountRegion, Callable[[Lightsail], T]]]"
) -> list[Outcome[T]]:
    """What single queries return, each in one region, in their order; all in parallel."""
    from lskeys import concurrency

    accounts = {account.whose: account for account in run.accounts}
    releases = {
        where: _Release(accounts[where.profile], where.region, count)
        for where, count in Counter(where for where, _ in queries).items()
    }
    sources = []
    for number, (where, call) in enumerate(queries):
        key = _Key(accounts[where.profile], where.region, number)
        items = partial(_once, call, key.account.lightsail(where.region))
        sources.append(concurrency.Source(key, partial(_released, items, releases[where])))
    found: dict[int, Outcome[T]] = {}
    for arrival in concurrency.stream(sources, patience=0.0):
        found |= {key.number: outcome for key, outcome in _outcomes(arrival)}
        run.terminal.progress(f"{len(found)} of {len(queries)} requests responded")
    run.terminal.done()
    return [found[number] for number in range(len(queries))]


def query_accounts(run: Runtime, call: Callable[[Account], T]) -> Outcomes[T]:
    """What a query returns in every account, in their order."""
    from lskeys import concurrency

    sources = (
        concurrency.Source(_Key(account), partial(_once, call, account)) for account in _opened(run)
    )
    arrived_by_key = {
        key.account: outcome
        for arrival in concurrency.stream(sources, patience=0.0)
        for key, outcome in _outcomes(arrival)
    }
    return Outcomes(arrived_by_key[account] for account in run.accounts)


def change_each(
    run: Runtime, regions: Sequence[str], change: "Callable[[Lightsail], T]"
) -> Outcomes[T]:
    """What comes of a change in each of these regions of the account, in their order.

    A change has several steps, and continues after one whose response was lost.
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


def _sources(
    run: Runtime,
    queries: "Sequence[Callable[[Lightsail], Iterator[T]]]",
    regions: Sequence[str] | None = None,
) -> "list[Source[_Key, T]]":
    """A source for each account, which turns out to be one for each region and query."""
    from lskeys import concurrency

    return [
        concurrency.Source(_Key(account), partial(_in_each_region, account, queries, regions))
        for account in _opened(run)
    ]


def _in_each_region(
    account: Account,
    queries: "Sequence[Callable[[Lightsail], Iterator[T]]]",
    regions: Sequence[str] | None,
) -> "Iterator[T | MoreSources[_Key, T]]":
    """Log in, have the others queried, too, and query the first one in this thread."""
    from lskeys import concurrency

    selected = regions or account.regions.selected
    account.session.log_in()
    sources = []
    for region in selected:
        lightsail, release = account.lightsail(region), _Release(account, region, len(queries))
        for number, query in enumerate(queries):
            items = partial(_released, partial(query, lightsail), release)
            sources.append(concurrency.Source(_Key(account, region, number), items))
    first, *others = sources
    yield concurrency.MoreSources(first.key, tuple(others))
    yield from first.items()


class _Release:
    """Closes the connections to a region after so many queries, where accounts are several.

    A hundred accounts have two thousand regions: more connections than a process may have.
    """

    def __init__(self, account: Account, region: str, queries: int) -> None:
        self._account = account
        self._region = region
        self._left = threading.Semaphore(queries - 1)

    def __call__(self) -> None:
        if self._account.whose and not self._left.acquire(blocking=False):
            self._account.session.release(self._region)


def _once(call: Callable[[U], T], argument: U) -> Iterator[T]:
    yield call(argument)


def _released(items: Callable[[], Iterator[T]], release: _Release) -> Iterator[T]:
    try:
        yield from items()
    finally:
        release()


def _outcomes(
    arrival: "Arrival[_Key, T]", queries: Iterable[int] = (0,)
) -> Iterator[tuple[_Key, Outcome[T]]]:
    """What arrived; an account that cannot be opened fails in each of its regions."""
    key = arrival.key
    whose = key.account.whose or None
    error = _lskeys_error(arrival.error, whose) if arrival.error else None
    if key.region or error is None:
        yield key, Outcome(key.region, arrival.item, error, whose)
        return
    if whose is None and not key.account.regions.known:
        raise error
    for region in key.account.regions.known or ("",):
        for number in queries:
            yield _Key(key.account, region, number), Outcome(region, None, error, whose)


def _lskeys_error(error: BaseException, whose: str | None) -> LskeysError:
    """The error, which says whose account it is about; a bug is raised."""
    if not isinstance(error, LskeysError):
        raise error
    return error.with_(profile=whose)
