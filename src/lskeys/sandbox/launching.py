"""What CreateInstances makes, and what it refuses to make. Pure, but for chance."""

from collections.abc import Sequence
from datetime import datetime

from lskeys.sandbox import addresses
from lskeys.sandbox.blueprints import BLUEPRINTS, BUNDLES
from lskeys.sandbox.errors import invalid
from lskeys.sandbox.host_keys import HostKey, make_host_keys
from lskeys.sandbox.regions import zones_of
from lskeys.sandbox.resources import Instance, State, Tag
from lskeys.sandbox.shapes import Raw

DUALSTACK, IPV4, IPV6 = "dualstack", "ipv4", "ipv6"
"""The address types."""


def new_instance(  # noqa: PLR0913  each has its default, and callers name what they mean
    region: str,
    name: str,
    created_at: datetime,
    *,
    blueprint_id: str,
    key_pair_name: str,
    ipv4: str | None,
    ipv6: str | None,
    username: str | None = None,
    bundle_id: str | None = None,
    ports: Sequence[int] | None = None,
    state: State = State.RUNNING,
    static_ip: str | None = None,
    host_keys: tuple[HostKey, ...] | None = None,
    tags: tuple[Tag, ...] = (),
) -> Instance:
    """A new instance with what follows from its blueprint: the smallest bundle, ports, host keys.

    ValueError if there is no such blueprint.
    """
    blueprint = BLUEPRINTS.get(blueprint_id)
    if blueprint is None:
        raise ValueError(f"no blueprint {blueprint_id!r}; there are {' '.join(BLUEPRINTS)}")
    kind = ("_win" if blueprint.is_windows else "") + ("" if ipv4 else "_ipv6")
    return Instance(
        region=region,
        name=name,
        created_at=created_at,
        blueprint_id=blueprint_id,
        bundle_id=bundle_id or f"nano{kind}_3_0",
        key_pair_name=key_pair_name,
        username=username or blueprint.username,
        ipv4=ipv4,
        ipv6=ipv6,
        private_ip=addresses.private_ipv4(),
        ports=tuple(blueprint.ports if ports is None else ports),
        state=state,
        static_ip=static_ip,
        host_keys=make_host_keys(created_at) if host_keys is None else host_keys,
        tags=tags,
    )


def checked_address_type(region: str, raw: Raw) -> str:
    """The address type of a launch, as requested or as its bundle has it.

    Raises:
        ServiceError: no such zone, blueprint, bundle or type, or they do not go together.
    """
    if raw["availabilityZone"] not in zones_of(region):
        raise invalid(f"The Availability Zone is not valid: {raw['availabilityZone']}")
    blueprint, bundle = BLUEPRINTS.get(raw["blueprintId"]), BUNDLES.get(raw["bundleId"])
    if blueprint is None:
        raise invalid(f"The blueprint ID is not valid: {raw['blueprintId']}")
    if bundle is None:
        raise invalid(f"The bundle ID is not valid: {raw['bundleId']}")
    if blueprint.is_windows != bundle.is_windows:
        raise invalid(f"The bundle {bundle.identifier} does not support {blueprint.name}.")
    address_type: str = raw.get("ipAddressType") or (IPV6 if bundle.is_ipv6_only else DUALSTACK)
    if address_type not in (DUALSTACK, IPV4, IPV6):
        raise invalid(f"The ipAddressType is not valid: {address_type}")
    if (address_type == IPV6) != bundle.is_ipv6_only:
        raise invalid(f"The bundle {bundle.identifier} does not support this ipAddressType.")
    return address_type
