"""What one run was started with, and what its shared options said. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from lskeys.cli.runtime.profiles import is_pattern


@dataclass(frozen=True, slots=True)
class Invocation:
    """What the program was started with: streams, environment and clock."""

    stdin: TextIO | None
    stdout: TextIO | None
    stderr: TextIO | None
    environ: Mapping[str, str]
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class SharedOptions:
    """What the shared options said, before and after the verb together."""

    profiles: tuple[str, ...] = ()
    all_profiles: bool = False
    regions: tuple[str, ...] = ()
    all_regions: bool = False
    endpoint_url: str | None = None
    sandbox: bool = False
    timeout: float | None = None
    output: str | None = None
    query: str | None = None
    quiet: bool = False
    null: bool = False
    color: str | None = None
    no_input: bool = False
    debug: bool = False
    dry_run: bool = False
    yes: bool = False

    @property
    def profile(self) -> str | None:
        """The profile that was named, if it was one."""
        return None if self.may_be_several else next(iter(self.profiles), None)

    @property
    def may_be_several(self) -> bool:
        """Whether accounts are told apart: several profiles, or what may stand for several."""
        return self.all_profiles or len(self.profiles) > 1 or any(map(is_pattern, self.profiles))
