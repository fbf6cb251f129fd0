"""The operations on instances: what each does, or why not. Touches: the store."""

from collections.abc import Mapping
from functools import partial

from lskeys.sandbox import addresses, instance_shapes, shapes
from lskeys.sandbox.errors import ServiceError, invalid, name_taken
from lskeys.sandbox.launching import IPV4, IPV6, checked_address_type, new_instance
from lskeys.sandbox.members import (
    LIST,
    MAP,
    NAME,
    REQUIRED_LIST,
    REQUIRED_TEXT,
    TEXT,
    TRUTH,
    Member,
    read_tags,
    read_texts,
)
from lskeys.sandbox.resources import DEFAULT_PAIR, INSTANCE, KEY_PAIR, Instance, KeyPair, State
from lskeys.sandbox.rules import check_name, merge_tags
from lskeys.sandbox.service import ApiOperation, Service
from lskeys.sandbox.shapes import Raw
from lskeys.sandbox.temporary_access import AUTHORITY, grant
from lskeys.sandbox.transaction import NameTakenError, Transaction

_PROTOCOLS = ("ssh", "rdp")


def _get_instances(service: Service, region: str, raw: Raw) -> Raw:
    page = service.page("GetInstances", region, raw, partial(Transaction.page, noun=Instance))
    return page.as_member("instances", lambda each: instance_shapes.instance(service.placed(each)))


def _get_instance(service: Service, region: str, raw: Raw) -> Raw:
    return {"instance": instance_shapes.instance(_named(service, region, raw))}


def _get_instance_state(service: Service, region: str, raw: Raw) -> Raw:
    return {"state": instance_shapes.state(_named(service, region, raw))}


def _get_instance_port_states(service: Service, region: str, raw: Raw) -> Raw:
    return {"portStates": instance_shapes.port_states(_named(service, region, raw))}


def _get_instance_access_details(service: Service, region: str, raw: Raw) -> Raw:
    """What opens a running instance for ten minutes."""
    protocol = raw.get("protocol", "ssh")
    if protocol not in _PROTOCOLS:
        raise invalid(f"The protocol is one of {' and '.join(_PROTOCOLS)}, not {protocol}.")
    instance = _named(service, region, raw)
    if instance.state is not State.RUNNING:
        raise ServiceError(
            "OperationFailureException",
            f"The instance is not in a running state: {instance.name}",
            tip="Start the instance, and try again.",
        )
    usual = "rdp" if instance.blueprint.is_windows else "ssh"
    if protocol != usual:
        raise invalid(f"The protocol of {instance.name} is {usual}, not {protocol}.")
    with service.store.reading() as transaction:
        authority = transaction.setting(AUTHORITY)
        pair = transaction.find(KeyPair, region, instance.key_pair_name)
    if protocol == "rdp":
        return {"accessDetails": instance_shapes.rdp_access(instance, pair)}
    assert authority is not None
    access = grant(instance, service.temporary_key, authority, service.now())
    return {"accessDetails": instance_shapes.ssh_access(instance, access)}


def _create_instances(service: Service, region: str, raw: Raw) -> Raw:
    """Make instances, all or none; without a key pair's name, with the default pair."""
    names, tags = read_texts(raw["instanceNames"]), merge_tags((), read_tags(raw.get("tags", [])))
    if not names:
        raise invalid("At least one instance name is required.")
    for name in names:
        check_name(name)
    address_type = checked_address_type(region, raw)
    key_pair_name = raw.get("keyPairName") or DEFAULT_PAIR
    if key_pair_name == DEFAULT_PAIR:
        service.default_pair(region)
    made = [
        new_instance(
            region,
            name,
            service.now(),
            blueprint_id=raw["blueprintId"],
            bundle_id=raw["bundleId"],
            key_pair_name=key_pair_name,
            ipv4=None if address_type == IPV6 else addresses.public_ipv4(),
            ipv6=None if address_type == IPV4 else addresses.public_ipv6(),
            tags=tags,
        )
        for name in names
    ]
    with service.store.writing() as transaction:
        if transaction.find(KeyPair, region, key_pair_name) is None:
            raise service.not_found(KEY_PAIR, key_pair_name)
        for instance in made:
            try:
                transaction.add(instance)
            except NameTakenError:
                raise name_taken(instance.name) from None
        operations = [
            service.record(transaction, region, name, INSTANCE, "CreateInstance") for name in names
        ]
    return {"operations": [shapes.operation(each, is_over=False) for each in operations]}


def _delete_instance(service: Service, region: str, raw: Raw) -> Raw:
    """Delete an instance; its static address stays."""
    with service.store.writing() as transaction:
        name = _found(service, transaction, region, raw).name
        transaction.remove(region, name)
        operation = service.record(transaction, region, name, INSTANCE, "DeleteInstance")
    return {"operations": [shapes.operation(operation)]}


def _set_state(state: State, service: Service, region: str, raw: Raw) -> Raw:
    """Start or stop an instance; one that is in that state already is no error."""
    operation_type = "StartInstance" if state is State.RUNNING else "StopInstance"
    with service.store.writing() as transaction:
        name = _found(service, transaction, region, raw).name
        transaction.set_state(region, name, state)
        operation = service.record(transaction, region, name, INSTANCE, operation_type)
    return {"operations": [shapes.operation(operation, is_over=False)]}


def _named(service: Service, region: str, raw: Raw) -> Instance:
    with service.store.reading() as transaction:
        return service.placed(_found(service, transaction, region, raw))


def _found(service: Service, transaction: Transaction, region: str, raw: Raw) -> Instance:
    instance = transaction.find(Instance, region, raw["instanceName"])
    if instance is None:
        raise service.not_found(INSTANCE, raw["instanceName"])
    return instance


_NAMED: Mapping[str, Member] = {"instanceName": NAME}

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
    "StartInstance": ApiOperation(
        {**_NAMED, "attributeUpdates": MAP}, partial(_set_state, State.RUNNING)
    ),
    "StopInstance": ApiOperation({**_NAMED, "force": TRUTH}, partial(_set_state, State.STOPPED)),
}
"""Operation name → what it takes and gives."""
