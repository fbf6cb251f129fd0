"""Which instances ssh can reach: under which alias, with which key, trusting what. Pure."""

import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lskeys.keys import grammar
from lskeys.keys.opening_keys import InstanceAccess
from lskeys.keys.ssh_loading import BY_HAND
from lskeys.model import AccountRegion, HostKey, Instance, KeyPair, Outcome
from lskeys.text import lskeys_command, one_line
from lskeys.values import replace


@dataclass(frozen=True, slots=True)
class Host:
    """An instance as ssh's configuration has it; every text that gets into a file was checked.

    Attributes:
        alias: What is typed behind `ssh`.
        user: Whom to log in as; None where AWS does not say.
        identity_files: The private keys on this computer that may open it, likeliest first.
        host_keys: The keys it is known by; none where they are not pinned.
        notes: What a reader of its block should know.
    """

    alias: str
    instance: Instance
    address: str
    user: str | None = None
    identity_files: tuple[Path, ...] = ()
    host_keys: tuple[HostKey, ...] = ()
    notes: tuple[str, ...] = ()


def why_left_out(instance: Instance) -> str | None:
    """Why an instance is left out, or None; whatever else is in its texts is no danger."""
    if instance.is_windows:
        return "Windows instances have no SSH server"
    if not grammar.is_name(instance.name):  # which could be more than a word in a command
        return "its name is none that ssh takes safely"
    if instance.public_ip is None:
        return "it has no public address"
    if grammar.address(instance.public_ip) is None:
        return f"{one_line(instance.public_ip, limit=60)} is no address"
    if instance.username is not None and not grammar.is_user(instance.username):
        return f"{one_line(instance.username, limit=60)} is no user's name"
    return None


def aws_command(instance: Instance) -> tuple[str, ...]:
    """What starts an instance that does not run, or shows which ports of it are open."""
    operation = "get-instance-port-states" if instance.is_running else "start-instance"
    where = ("--instance-name", instance.name, *options_to(instance))
    return ("aws", "lightsail", operation, *where)


def way_in(instance: Instance) -> str | None:
    """A hint for an instance that ssh cannot reach; one that is stopped may have no address."""
    if instance.is_windows:
        return "connect to it with RDP"
    if not grammar.is_name(instance.name) or (instance.is_running and why_left_out(instance)):
        return None
    aim = "to list its open ports" if instance.is_running else "to start it"
    return f"{aim}: {shlex.join(aws_command(instance))}"


def aliases(
    instances: Iterable[Instance], is_taken: Callable[[str], bool] = lambda _: False
) -> Mapping[Instance, str]:
    """What to call each instance: its name, or `name.region` where the name alone would not do.

    It does not do for a name that several regions or accounts have, for one that is taken already,
    and for one that could be another machine's: an instance called `github.com` must not catch
    `ssh github.com`. Where several accounts have the name in one region, it is
    `name.region.profile`, or the account's number behind it. Of two instances with the same name
    in the same region of an account, which Lightsail does not have, only the first counts.
    """
    first: dict[tuple[str, AccountRegion], Instance] = {}
    for each in instances:
        first.setdefault((each.name, each.where), each)
    count = Counter(name for name, _ in first)
    together = Counter((name, where.region) for name, where in first)
    found = {}
    for (name, where), each in first.items():
        is_whole = count[name] == 1 and "." not in name and name.lower() != "localhost"
        alias = name if is_whole and not is_taken(name) else f"{name}.{where.region}"
        if together[name, where.region] > 1:
            whose = where.profile if grammar.is_name(where.profile) else each.account
            alias = f"{alias}.{whose}" if whose else ""
        if alias:
            found[each] = alias
    return found


def host(access: InstanceAccess, alias: str, completed: Callable[[str], str] = str) -> Host:
    """An instance with its keys, under this alias; one that is not `why_left_out`.

    `completed` gives the commands in its notes what leads to the same account.
    """
    instance, opening = access.instance, access.opening
    address = grammar.address(instance.public_ip or "")
    assert address is not None
    files = tuple(key.path for key in opening.keys)
    about_user = None if instance.username else "AWS names no user for it"
    notes = tuple(map(completed, filter(None, (about_user, _about_key(access)))))
    return Host(alias, instance, address, instance.username, files, notes=notes)


def pinned(
    unpinned: Host, outcome: Outcome[tuple[HostKey, ...]] | None, known: tuple[HostKey, ...] = ()
) -> Host:
    """The host with what it is known by; a key that could not stand in a file is passed over.

    `outcome` is None if AWS was not queried; `known`, by which it was known before, counts where
    AWS has no key to give.
    """
    keys = grammar.host_keys((outcome and outcome.value) or ())
    if keys or known or outcome is None:
        return replace(unpinned, host_keys=keys or known)
    reason = "AWS reports no host key for it"
    if outcome.error:
        reason = f"its host keys could not be read ({one_line(outcome.error.code, limit=60)})"
    elif outcome.value:
        reason = "AWS reports no host key that can be used"
    note = f"{reason}: verify the fingerprint when ssh prompts"
    return replace(unpinned, notes=(*unpinned.notes, note))


def options_to(instance: Instance) -> tuple[str, ...]:
    """The options that lead to the region of an instance, and to its account if there are more."""
    whose = ("--profile", instance.profile) if instance.profile is not None else ()
    return ("--region", instance.region, *whose)


def _about_key(access: InstanceAccess) -> str | None:
    key, unusable = access.opening.first, access.opening.unusable
    if unusable is not None:
        name = one_line(unusable.path.name, limit=255)
        how = () if unusable.obstacle in BY_HAND else ("--fix",)
        audit = lskeys_command("audit", *how, *options_to(access.instance))
        return f"ssh cannot load {name}: {unusable.obstacle}; to fix it: {audit}"
    if key is not None and key.fix_command:
        return f"ssh refuses this key until others cannot read it: {key.fix_command}"
    if access.pair is not None and access.instance.predates(access.pair):
        earlier = "launched with an earlier key"
        if key is not None and not access.opening.is_current:
            name = one_line(key.path.name, limit=255)
            is_proved = access.opening.proved_at is not None
            return f"{earlier}; a login with {name} worked" if is_proved else f"{earlier}: {name}"
        if access.opening.proved_at is None:
            return f"{earlier}, which is not on this computer"
    return None if access.pair and key else _about_missing_key(access.instance, access.pair)


def _about_missing_key(instance: Instance, pair: KeyPair | None) -> str:
    if pair is None:
        gone = f"{instance.region} has no key pair of that name any more"
        return gone if instance.key_pair_name else "it names no key pair"
    if pair.fingerprint is None:
        return "AWS reports no fingerprint of that key pair, so its key cannot be found"
    if pair.is_default:
        download = lskeys_command("download-default", *options_to(instance))
        return f"its key is not on this computer: {download}"
    return (
        "private key not found locally, and AWS keeps no copy:"
        " put it in ~/.ssh and run ssh-config again"
    )
