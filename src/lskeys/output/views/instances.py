"""How instances look, with the local key for each. Pure."""

from typing import Any

from lskeys.output.result import Column, View
from lskeys.output.views.formatting import raw_moment, without_none
from lskeys.ssh.authorize import Authorization
from lskeys.ssh.reach import ReachableInstance
from lskeys.values import replace


def raw_instance(each: ReachableInstance) -> dict[str, Any]:
    """An instance as JSON: as AWS names its members, and how this computer reaches it."""
    instance, check = each.instance, each.check
    attempt = check and without_none(
        {
            "verdict": check.verdict.value,
            "reason": check.reason or None,
            "command": each.next_command,
        }
    )
    return without_none(
        {
            "name": instance.name,
            "arn": instance.arn,
            "createdAt": raw_moment(instance.created_at),
            "location": {"regionName": instance.region},
            "profile": instance.profile,
            "blueprintId": instance.blueprint,
            "state": {"name": instance.state} if instance.state else None,
            "publicIpAddress": instance.public_ip,
            "username": instance.username,
            "sshKeyName": instance.key_pair_name,
            "identityFiles": [str(key.path) for key in each.access.opening.keys],
            "hostKeysKnown": bool(each.host_keys),
            "notReachable": each.obstacle,
            "provedAt": raw_moment(each.access.opening.proved_at),
            "check": attempt,
        }
    )


def raw_authorization(done: Authorization) -> dict[str, Any]:
    """What was done on an instance, as JSON."""
    return without_none(
        {
            "name": done.instance.name,
            "location": {"regionName": done.instance.region},
            "outcome": done.outcome,
            "proved": done.is_proved,
            "openedBy": str(done.opened_by) if done.opened_by else None,
            "oldKeysRemoved": bool(done.removed),
        }
    )


def _key(each: ReachableInstance) -> str:
    first = each.access.opening.first
    return str(first.path) if first else ""


def _verdict(each: ReachableInstance) -> str:
    return each.check.verdict.value if each.check else ""


def _why(each: ReachableInstance) -> str:
    return (each.check.reason if each.check else "") or each.obstacle or ""


INSTANCES: View[ReachableInstance] = View(
    member="instances",
    columns=(
        Column("name", lambda each: each.instance.name),
        Column("region", lambda each: each.instance.region),
        Column("state", lambda each: each.instance.state or ""),
        Column("address", lambda each: each.instance.public_ip or ""),
        Column("user", lambda each: each.instance.username or ""),
        Column("key-pair", lambda each: each.instance.key_pair_name or ""),
        Column("identity-file", _key),
        Column("host-keys", lambda each: "known" if each.host_keys else "unknown"),
        Column("not-reachable", lambda each: each.obstacle or ""),
        Column("check", _verdict, is_extra=True),
        Column("reason", _why, is_extra=True),
        Column("command", lambda each: each.next_command or "", is_extra=True),
        Column("profile", lambda each: each.instance.profile or "", is_extra=True),
        Column("account", lambda each: each.instance.account or "", is_extra=True),
    ),
    identity=lambda each: each.instance.name,
    raw=raw_instance,
)
CHECKED_INSTANCES = replace(
    INSTANCES,
    shown=("name", "region", "address", "identity-file", "check", "reason", "command"),
)
"""The same after login attempts."""


def _old_keys(done: Authorization) -> str:
    return "" if done.removed is None else "removed" if done.removed else "not there"


AUTHORIZATIONS: View[Authorization] = View(
    member="authorizations",
    columns=(
        Column("name", lambda done: done.instance.name),
        Column("region", lambda done: done.instance.region),
        Column("outcome", lambda done: done.outcome),
        Column("proved", lambda done: "yes" if done.is_proved else "no"),
        Column("opened-by", lambda done: str(done.opened_by or "")),
        Column("old-keys", _old_keys),
    ),
    identity=lambda done: done.instance.name,
    raw=raw_authorization,
)
