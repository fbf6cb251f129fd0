"""An AWS account as a profile opens it, or the sandbox's. Touches: what its session touches."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from lskeys.cli import completion
from lskeys.cli.completion.recorder import NameRecorder
from lskeys.cli.runtime.invocation import SharedOptions
from lskeys.cli.runtime.regions import RegionResolver
from lskeys.model import SeenNames

if TYPE_CHECKING:
    from lskeys.config.settings import Settings
    from lskeys.lightsail import AccountSession, Lightsail

    Connect = Callable[[str, Callable[[SeenNames], None]], AccountSession]


class Account:
    """One account that is queried: its session, and its regions.

    Args:
        whose: The profile that opens it, where several are queried; what is found says so.
        connect: Makes the session of a profile, which reports the names that it sees.
    """

    def __init__(
        self, whose: str, settings: "Settings", connect: "Connect", note: Callable[[str], None]
    ) -> None:
        self.whose = whose
        self._connect = connect
        self._names = NameRecorder()
        prefix = f"profile {whose}: " if whose else ""
        self.regions = RegionResolver(
            settings, lambda: self.session, lambda text: note(f"{prefix}{text}"), whose or None
        )

    @cached_property
    def session(self) -> "AccountSession":
        """The session, whose credentials are resolved once."""
        return self._connect(self.whose, self._names.record)

    def remember(self, environ: Mapping[str, str], options: SharedOptions) -> None:
        """Remember for TAB which names were seen since it was done last."""
        if not self._names:
            return
        from lskeys.cli.completion.cache_writing import cache_names

        account = self.cache_key(environ, options)
        cache_names(completion.cache_path(environ), account, self._names.seen_names)
        self._names.clear()

    def cache_key(self, environ: Mapping[str, str], options: SharedOptions) -> str:
        """The key of the account in the cache of names."""
        return completion.account_key(
            environ,
            sandbox=options.sandbox,
            profile=self.whose or options.profile,
            endpoint_url=options.endpoint_url,
        )

    def lightsail(self, region: str) -> "Lightsail":
        """The calls, in one region."""
        return self.session.lightsail(region)
