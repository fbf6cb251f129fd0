"""The operations on instances. Pure."""

from collections.abc import Mapping

from lskeys.sandbox import instance_shapes, shapes
from lskeys.sandbox.errors import invalid
from lskeys.sandbox.instances import Launch
from lskeys.sandbox.members import (
    LIST,
    MAP,
    REQUIRED_LIST,
    REQUIRED_TEXT,
    TEXT,
    TRUTH,
    Member,
    read_tags,
    read_texts,
)
from lskeys.sandbox.operation import ApiOperation, Service, paged
from lskeys.sandbox.resources import State
from lskeys.sandbox.rules import merge_tags
from lskeys.sandbox.shapes import Raw

_PROTOCOLS = ("ssh", "rdp")


def _get_instances(service: Service, region: str, raw: Raw) -> Raw:
    page = service.instances.page(region, token=raw.get("pageToken"))
    found = [instance_shapes.instance(each) for each in page.items]
    return paged("instances", found, page.next_token)


def _get_instance(service: Service, region: str, raw: Raw) -> Raw:
    return {
        "instance": instance_shapes.instance(service.instances.get(region, raw["instanceName"]))
    }


def _get_instance_state(service: Service, region: str, raw: Raw) -> Raw:
    return {"state": instance_shapes.state(service.instances.get(region, raw["instanceName"]))}


def _get_instance_port_states(service: Service, region: str, raw: Raw) -> Raw:
    instance = service.instances.get(region, raw["instanceName"])
    return {"portStates": instance_shapes.port_states(instance)}


def _get_instance_access_details(service: Service, region: str, raw: Raw) -> Raw:
    protocol = raw.get("protocol", "ssh")
    if protocol not in _PROTOCOLS:
        raise invalid(f"The protocol is one of {' and '.join(_PROTOCOLS)}, not {protocol}.")
    instance, access = service.instances.access(region, raw["instanceName"])
    usual = "rdp" if instance.blueprint.is_windows else "ssh"
    if protocol != usual:
        raise invalid(f"The protocol of {instance.name} is {usual}, not {protocol}.")
    if protocol == "ssh":
        return {"accessDetails": instance_shapes.ssh_access(instance, access)}
    pair = service.instances.key_pair_of(instance)
    return {"accessDetails": instance_shapes.rdp_access(instance, pair)}


def _create_instances(service: Service, region: str, raw: Raw) -> Raw:
    launch = Launch(
        names=read_texts(raw["instanceNames"]),
        zone=raw["availabilityZone"],
        blueprint_id=raw["blueprintId"],
        bundle_id=raw["bundleId"],
        key_pair_name=raw.get("keyPairName"),
        address_type=raw.get("ipAddressType"),
        tags=merge_tags((), read_tags(raw.get("tags", []))),
    )
    operations = service.instances.create(region, launch)
    return {"operations": [shapes.operation(each, is_over=False) for each in operations]}


def _delete_instance(service: Service, region: str, raw: Raw) -> Raw:
    operation = service.instances.delete(region, raw["instanceName"])
    return {"operations": [shapes.operation(operation)]}


def _start_instance(service: Service, region: str, raw: Raw) -> Raw:
    operation = service.instances.set_state(region, raw["instanceName"], State.RUNNING)
    return {"operations": [shapes.operation(operation, is_over=False)]}


def _stop_instance(service: Service, region: str, raw: Raw) -> Raw:
    operation = service.instances.set_state(region, raw["instanceName"], State.STOPPED)
    return {"operations": [shapes.operation(operation, is_over=False)]}


_NAMED: Mapping[str, Member] = {"instanceName": REQUIRED_TEXT}

INSTANCE_OPERATIONS: Mapping[str, ApiOperation] = {
    "GetInstances": ApiOperation({"pageToken": TEXT, "includeHealthStatus": TRUTH}, _get_instances),
    "GetInstance": ApiOperation({**_NAMED, "includeHealthStatus": TRUTH}, _get_instance),
    "GetInstanceState": ApiOperation(_NAMED, _get_instance_state),
    "GetInstancePortStates": ApiOperation(_NAMED, _get_instance_port_states),
    "GetInstanceAccessDetails": ApiOperation(
        {**_NAMED, "protocol": TEXT}, _get_instance_access_details
    ),
    "CreateInstances": ApiOperation(
        {
            "instanceNames": REQUIRED_LIST,
            "availabilityZone": REQUIRED_TEXT,
            "customImageName": TEXT,
            "blueprintId": REQUIRED_TEXT,
            "bundleId": REQUIRED_TEXT,
            "userData": TEXT,
            "keyPairName": TEXT,
            "tags": LIST,
            "addOns": LIST,
            "ipAddressType": TEXT,
        },
        _create_instances,
    ),
    "DeleteInstance": ApiOperation({**_NAMED, "forceDeleteAddOns": TRUTH}, _delete_instance),
    "StartInstance": ApiOperation({**_NAMED, "attributeUpdates": MAP}, _start_instance),
    "StopInstance": ApiOperation({**_NAMED, "force": TRUTH}, _stop_instance),
}
"""Operation name → what it takes and gives."""
