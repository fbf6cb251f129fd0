"""The key of an account in the cache of names, and the path of the cache. Pure."""

import os
import sys
from collections.abc import Mapping

SANDBOX = "sandbox"
"""The key of the sandbox."""

_TRUE = frozenset({"1", "true", "yes", "on"})
_ENDPOINTS = ("AWS_ENDPOINT_URL_LIGHTSAIL", "AWS_ENDPOINT_URL")
_PROFILES = ("LSKEYS_PROFILE", "AWS_PROFILE", "AWS_DEFAULT_PROFILE")


def cache_path(environ: Mapping[str, str]) -> str | None:
    """The cache of names, in the directory that `config.cache_path` returns.

    Determined without platformdirs, which takes longer to import than TAB may take. None without
    a home directory.
    """
    if os.path.isabs(environ.get("XDG_CACHE_HOME", "")):
        directory = os.path.join(environ["XDG_CACHE_HOME"], "lskeys")
    else:
        usual = "Library/Caches" if sys.platform == "darwin" else ".cache"
        directory = os.path.join(environ.get("HOME", ""), usual, "lskeys")
    return os.path.join(directory, "names") if os.path.isabs(directory) else None


def account_key(
    environ: Mapping[str, str],
    *,
    sandbox: bool = False,
    profile: str | None = None,
    endpoint_url: str | None = None,
) -> str:
    """The key of the account that options and variables choose, without a request to AWS.

    A profile chosen by config.toml or by AWS's own files counts as the unnamed one. If other
    credentials lead to another account, the next list corrects the cache.
    """
    if sandbox or environ.get("LSKEYS_SANDBOX", "").strip().lower() in _TRUE:
        return SANDBOX
    endpoint = endpoint_url or _first(environ, _ENDPOINTS)
    chosen = f"{profile or _first(environ, _PROFILES)} {endpoint}".strip()
    return "".join(each for each in chosen if each.isprintable())


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((environ[name] for name in names if environ.get(name)), "")
