"""Where a pair is: its region, and in whose account where several are asked. Pure."""

from typing import NamedTuple

from lskeys.model import KeyPair


class Place(NamedTuple):
    """A region, and the profile of the account where several are asked."""

    region: str
    profile: str = ""

    def __str__(self) -> str:
        return f"{self.region} of {self.profile}" if self.profile else self.region


def place_of(pair: KeyPair) -> Place:
    """Where a pair is."""
    return Place(pair.region, pair.profile or "")
