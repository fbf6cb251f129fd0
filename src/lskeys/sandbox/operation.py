"""What an operation is made of: its members, and its response. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lskeys.sandbox.account import Account
from lskeys.sandbox.instances import Instances
from lskeys.sandbox.members import Member
from lskeys.sandbox.shapes import Raw
from lskeys.sandbox.switches import Switches


@dataclass(frozen=True, slots=True)
class Service:
    """What an operation works with: the account, and how responses are spelled.

    `generation` changes with every reset.
    """

    account: Account
    instances: Instances
    switches: Switches
    generation: str | None = None


@dataclass(frozen=True, slots=True)
class ApiOperation:
    """An operation: the members it takes, and its response to (service, region, members)."""

    members: Mapping[str, Member]
    response: Callable[[Service, str, Raw], Raw]


def paged(member: str, raws: list[Raw], next_token: str | None) -> Raw:
    """A page of a list, with the token of the next, if there is one."""
    return {member: raws} if next_token is None else {member: raws, "nextPageToken": next_token}
