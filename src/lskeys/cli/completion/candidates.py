"""Completion candidates: names, regions and profiles, from files. Touches: the disk (reading).

No request is sent, and nothing is imported that takes longer to load than TAB may take, such as
Typer or botocore.
"""

import contextlib
import os
import sys
from collections.abc import Iterable, Mapping, Sequence

from lskeys.cli.completion import defaults
from lskeys.cli.completion.aws_profiles import profiles
from lskeys.cli.completion.cache import DIRECTORY, Lines, names_by_region, read_names
from lskeys.cli.completion.cache_key import SANDBOX, account_key, cache_path

COMPLETE = "_complete"
"""The first word of the command line that a completion script runs; then follows `names` (of key
pairs), `instances`, `tags`, `regions` or `profiles`, then the words of the line so far, without the
one to be completed."""

_VALUES = {
    "--region": "region",
    "-r": "region",
    "--profile": "profile",
    "-p": "profile",
    "--endpoint-url": "endpoint",
}
_VARIABLES = ("LSKEYS_REGIONS", "AWS_REGION", "AWS_DEFAULT_REGION")
_ALL = "all"
DEFAULT_PAIR = "LightsailDefaultKeyPair"
DEFAULT_ALIAS = "default"


def print_candidates(call: Sequence[str], environ: Mapping[str, str]) -> None:
    """Print the candidates, one per line; none for an invalid call."""
    kind, *typed = call or [""]
    with contextlib.suppress(OSError):  # the shell stopped listening
        sys.stdout.write("".join(f"{word}\n" for word in candidates(kind, typed, environ)))
        sys.stdout.flush()
        return
    # Python flushes again at exit, and would say that it cannot.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def candidates(kind: str, typed: Sequence[str], environ: Mapping[str, str]) -> Iterable[str]:
    """The candidates of a kind, given the words typed so far."""
    if kind == "profiles":
        return profiles(environ)
    said = _said(typed)
    account = account_key(
        environ,
        sandbox="--sandbox" in typed,
        profile=_last(said["profile"]),
        endpoint_url=_last(said["endpoint"]),
    )
    path = cache_path(environ)
    lines = read_names(path) if path else {}
    if kind == "regions":
        return (*lines.get((account, DIRECTORY), defaults.REGIONS), _ALL)
    if kind not in {"names", "instances", "tags"}:
        return ()
    wanted = [_ALL] if "--all-regions" in typed else said["region"]
    regions = wanted or _regions(environ, account)
    found = _seen(lines, account, regions, "" if kind == "names" else kind)
    offered = _tags(found, typed) if kind == "tags" else found
    return [name for name in dict.fromkeys(offered) if name not in typed]


def _tags(found: Sequence[str], typed: Sequence[str]) -> list[str]:
    """The keys of the tags of the key pair that is named; behind them others, if they are new."""
    named = {DEFAULT_PAIR if word == DEFAULT_ALIAS else word for word in typed}
    tags = [name.partition("/")[::2] for name in found]
    own = [key for pair, key in tags if pair in named]
    return own if "untag" in typed else [*own, *(key for _, key in tags)]


def _said(typed: Sequence[str]) -> dict[str, list[str]]:
    """The values of the options that choose an account or regions, in every spelling."""
    said: dict[str, list[str]] = {"region": [], "profile": [], "endpoint": []}
    for position, word in enumerate(typed):
        option, equals, value = word.partition("=")
        if option in _VALUES and equals:
            said[_VALUES[option]].append(value)
        elif option in _VALUES:
            said[_VALUES[option]].extend(typed[position + 1 : position + 2])
        elif option[:2] in _VALUES and not option.startswith("--"):
            said[_VALUES[option[:2]]].append(word[2:])
    return said


def _last(values: Sequence[str]) -> str | None:
    return values[-1] if values else None


def _regions(environ: Mapping[str, str], account: str) -> Sequence[str]:
    """The regions of a command without --region; all if only a file names them."""
    chosen = next((environ[name] for name in _VARIABLES if environ.get(name)), "")
    unsaid = defaults.HOME if account == SANDBOX else _ALL
    return chosen.replace(",", " ").split() or [unsaid]


def _seen(lines: Lines, account: str, regions: Sequence[str], kind: str) -> list[str]:
    """The names of a kind seen in these regions, newest line first."""
    known = names_by_region(lines, account, kind)
    if account == SANDBOX:
        known = {**defaults.NEW_SANDBOX[kind], **known}
    return [
        name
        for region, names in reversed(known.items())
        if _ALL in regions or region in regions
        for name in names
    ]
