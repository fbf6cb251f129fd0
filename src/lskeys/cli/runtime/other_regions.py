"""Finds a name in the regions that were not queried, for a hint. Touches: the network."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from lskeys.cli.completion.cache import names_by_region, read_names
from lskeys.cli.completion.cache_key import cache_path
from lskeys.cli.runtime.queries import query_as_they_come
from lskeys.cli.runtime.runtime import Runtime
from lskeys.model import DEFAULT_ALIAS, DEFAULT_PAIR, SEEN_INSTANCES, attempt
from lskeys.text import lskeys_command

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail


def hint_of_other_region(run: Runtime, name: str) -> str | None:
    """A hint, if a region that was not queried has a key pair of this name.

    The cache of names is read first; without it the other regions of the account are queried, of
    which failures are not reported: this is only a hint.
    """
    if name in {DEFAULT_PAIR, DEFAULT_ALIAS}:
        return None

    def has(lightsail: "Lightsail") -> bool:
        return bool(lightsail.key_pair(name))

    return _hint(run, name, has, "", "show")


def hint_of_instance(run: Runtime, name: str, command: str) -> str | None:
    """The same for an instance, with a command for it."""

    def has(lightsail: "Lightsail") -> bool:
        return any(each.name == name for each in lightsail.instances())

    return _hint(run, name, has, SEEN_INSTANCES, command)


def _hint(
    run: Runtime, name: str, has: Callable[["Lightsail"], bool], kind: str, command: str
) -> str | None:
    if run.profiles:
        return None
    verb = "was seen"
    regions = _others(run, _remembered(run, name, kind))
    if not regions:
        verb, regions = "exists", _others(run, _queried(run, has))
    if not regions:
        return None
    show = lskeys_command(command, name, "-r", regions[0])
    return f"{name} {verb} in {', '.join(regions)}: {show}"


def _others(run: Runtime, regions: Iterable[str]) -> tuple[str, ...]:
    return tuple(region for region in regions if region not in run.regions)


def _remembered(run: Runtime, name: str, kind: str) -> list[str]:
    environ = run.invocation.environ
    path = cache_path(environ)
    account = run.account.cache_key(environ, run.options)
    known = names_by_region(read_names(path) if path else {}, account, kind)
    return [region for region, names in known.items() if name in names]


def _queried(run: Runtime, has: Callable[["Lightsail"], bool]) -> list[str]:
    home = run.account.lightsail(run.regions[0])
    known = attempt(home.region, home.regions).value or ()
    others = _others(run, (region.name for region in known))
    if not others:
        return []
    found = query_as_they_come(run, others, has)
    return sorted(each.region for each in found if each.value)
