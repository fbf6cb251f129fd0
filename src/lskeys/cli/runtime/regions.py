"""Which regions are queried, and which there are. Touches: what the account touches."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from lskeys.errors import PROXY_HINT, SANDBOX_HINT, LskeysError, RemoteError, SetupError
from lskeys.model import Region
from lskeys.text import printable

if TYPE_CHECKING:
    from lskeys.config.settings import Settings
    from lskeys.lightsail import AccountSession

_REGION = re.compile(r"[a-z]{2,8}(-[a-z0-9]{1,16}){1,4}")
_ZONE = re.compile(r"([a-z]{2,8}(?:-[a-z]+)+-\d{1,2})(?:-[a-z0-9-]+)?[a-z]")
"""A zone's name begins with its region's, and ends with a letter: us-west-2a, us-west-2-lax-1a."""

_DIRECTORY_REGION = "us-east-1"
"""Where the list of regions is requested if no region is set."""


class RegionResolver:
    """The regions of one account, as far as anybody has to know them.

    Args:
        account: Gives the account, which is queried for the rest.
        whose: The profile that is said of them, where several accounts are queried.
    """

    def __init__(
        self,
        settings: "Settings",
        account: "Callable[[], AccountSession]",
        note: Callable[[str], None],
        whose: str | None = None,
    ) -> None:
        self._settings = settings
        self._account = account
        self._note = note
        self._whose = whose
        self.known: tuple[str, ...] = ()

    @property
    def selected(self) -> tuple[str, ...]:
        """The regions to query: flag, environment, file, profile; never a silent default.

        Once they were found out they are `known`, too, to whoever must not query.

        Raises:
            SetupError: None is set, or one cannot be a region's name.
        """
        self.known = self.known or self._select()
        return self.known

    def _select(self) -> tuple[str, ...]:
        from lskeys.config.settings import ALL_REGIONS

        if ALL_REGIONS in self._settings.regions.value:
            return tuple(region.name for region in self.directory)
        if not self._home:
            raise SetupError(
                "no region is set",
                hint="give --region NAME or --all-regions, or set AWS_REGION; " + SANDBOX_HINT,
            )
        return self._home

    @property
    def _home(self) -> tuple[str, ...]:
        """The regions that are set by name, the profile's own among them; perhaps none."""
        home = tuple(dict.fromkeys(self._settings.home_regions))
        home = home or tuple(filter(None, [self.of_profile]))
        for name in home:
            _check(name)
        return home

    @property
    def of_profile(self) -> str | None:
        """The region of the profile, or of the sandbox, unless regions are set by name."""
        if self._settings.home_regions:
            return None
        if not self._settings.sandbox.value:
            return self._account().profile_region
        from lskeys.sandbox import HOME_REGION

        return HOME_REGION

    @property
    def directory(self) -> tuple[Region, ...]:
        """The regions Lightsail has for this account, else botocore's list; queried each time."""
        from lskeys.concurrency import Pending

        home = self._home[0] if self._home else _DIRECTORY_REGION
        try:
            # In a thread of its own, so that one that does not end is left behind and noted, too.
            found = Pending(self._account().lightsail(home).regions).result()
        except LskeysError as error:
            if not isinstance(error, RemoteError) and error.code != "AccessDeniedException":
                raise
            self._note(f"{error.message}; using the list that came with botocore")
            return tuple(
                Region(name, profile=self._whose) for name in self._account().known_regions
            )
        by_name = {region.name: region for region in found}
        for name in by_name:
            if not _REGION.fullmatch(name):
                raise RemoteError(
                    f"cannot list regions in {home}: invalid response: {_shown(name)} is not"
                    " a region's name",
                    hint=PROXY_HINT,
                    code="InvalidResponse",
                )
        return tuple(by_name.values())


def _check(name: str) -> None:
    if zone := _ZONE.fullmatch(name):
        raise SetupError(
            f"{name} is an availability zone, not a region",
            hint=f"give its region: --region {zone[1]}",
        )
    if not _REGION.fullmatch(name):
        raise SetupError(
            f"{_shown(name)} is not a region's name", hint="a region looks like eu-west-1"
        )


def _shown(name: str) -> str:
    first, *more = name.splitlines() or [""]  # in AWS's files, an indented line goes on with it
    return printable(first[:80]) + " and another line" * bool(more) or "an empty word"
