"""What an operation is made of: its members, and its response. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lskeys.sandbox.members import Member
from lskeys.sandbox.service import Service
from lskeys.sandbox.shapes import Raw


@dataclass(frozen=True, slots=True)
class ApiOperation:
    """An operation: the members it takes, and its response to (service, region, members)."""

    members: Mapping[str, Member]
    response: Callable[[Service, str, Raw], Raw]
