"""Finds a key pair in the regions that were not queried, for a hint. Touches: the network."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lskeys.cli.completion.cache import read_names
from lskeys.cli.completion.cache_key import account_key, cache_path
from lskeys.cli.runtime.queries import query_as_they_come
from lskeys.cli.runtime.runtime import Runtime
from lskeys.model import DEFAULT_ALIAS, DEFAULT_PAIR, attempt

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail
    from lskeys.model import KeyPair


def hint_of_other_region(run: Runtime, name: str) -> str | None:
    """A hint, if a region that was not queried has a key pair of this name.

    The cache of names is read first; without it the other regions of the account are queried, of
    which failures are not reported: this is only a hint.
    """
    if run.profiles or name in {DEFAULT_PAIR, DEFAULT_ALIAS}:
        return None
    if seen := _others(run, _remembered(run, name)):
        return _hint(name, "was seen", seen)
    if there := _others(run, _queried(run, name)):
        return _hint(name, "exists", there)
    return None


def _hint(name: str, verb: str, regions: tuple[str, ...]) -> str:
    return f"{name} {verb} in {', '.join(regions)}: lskeys show {name} -r {regions[0]}"


def _others(run: Runtime, regions: Iterable[str]) -> tuple[str, ...]:
    return tuple(region for region in regions if region not in run.regions)


def _remembered(run: Runtime, name: str) -> list[str]:
    environ, options = run.invocation.environ, run.options
    path = cache_path(environ)
    account = account_key(
        environ,
        sandbox=options.sandbox,
        profile=options.profile,
        endpoint_url=options.endpoint_url,
    )
    lines = read_names(path) if path else {}
    return [
        region for (owner, region), names in lines.items() if owner == account and name in names
    ]


def _queried(run: Runtime, name: str) -> list[str]:
    home = run.account.lightsail(run.regions[0])
    known = attempt(home.region, home.regions).value or ()
    others = _others(run, (region.name for region in known))
    if not others:
        return []

    def key_pair(lightsail: "Lightsail") -> "KeyPair":
        return lightsail.key_pair(name)

    found = query_as_they_come(run, others, key_pair)
    return sorted(each.region for each in found if each.value)
