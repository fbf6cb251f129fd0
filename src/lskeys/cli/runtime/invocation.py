"""What one run was started with, and what its shared options said. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TextIO

from lskeys.text import is_glob
from lskeys.values import EMPTY, replace, value


@value
class Invocation:
    """What the program was started with: streams, environment and clock."""

    stdin: TextIO | None
    stdout: TextIO | None
    stderr: TextIO | None
    environ: Mapping[str, str]
    now: Callable[[], datetime]


@value
class SharedOptions:
    """What the shared options said, before and after the verb together.

    Attributes:
        settings: What options said of settings, by the names in the table of settings.
        profiles: The profiles that were named; `settings` has the only one.
        in_sandbox: Whether the sandbox is used, by its option or its variable.
        profile_for_aws: The profile by its option or its variable, which the AWS CLI does not know.
    """

    settings: Mapping[str, Any] = EMPTY
    profiles: tuple[str, ...] = ()
    all_profiles: bool = False
    query: str | None = None
    quiet: bool = False
    null: bool = False
    dry_run: bool = False
    yes: bool = False
    in_sandbox: bool = False
    profile_for_aws: str | None = None

    @property
    def profile(self) -> str | None:
        """The profile that was named, if it was one."""
        return None if self.may_be_several else next(iter(self.profiles), None)

    @property
    def may_be_several(self) -> bool:
        """Whether accounts are named: several profiles, or what may stand for several."""
        return self.all_profiles or len(self.profiles) > 1 or any(map(is_glob, self.profiles))

    @property
    def sandbox(self) -> bool:
        """Whether `--sandbox` was given."""
        return bool(self.settings.get("sandbox"))

    @property
    def endpoint_url(self) -> str | None:
        """What `--endpoint-url` named."""
        return self.settings.get("endpoint_url")

    def of(self, profile: str) -> "SharedOptions":
        """The same for one of several profiles."""
        return replace(self, profiles=(profile,), settings={**self.settings, "profile": profile})
