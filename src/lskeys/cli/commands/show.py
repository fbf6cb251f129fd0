"""show: everything about one key pair. Touches: what the runtime hands it."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

import typer

from lskeys.cli import ssh_instances
from lskeys.cli.options import READ_OPTIONS, verb
from lskeys.cli.remedies import lskeys_commands
from lskeys.cli.runtime import Runtime
from lskeys.cli.runtime.lookup import without_missing
from lskeys.cli.runtime.output import finish
from lskeys.cli.runtime.queries import query_together
from lskeys.keypairs import lookup
from lskeys.keypairs.details import KeyPairDetails, key_pair_details
from lskeys.keypairs.names import check_name
from lskeys.model import Instance, KeyPair, Outcomes
from lskeys.output.result import Result
from lskeys.output.views.key_pair_details import KEY_PAIR_DETAILS, ONE_KEY_PAIR
from lskeys.ssh.hosts import why_left_out
from lskeys.ssh.proved_logins import proved_first, without_proved
from lskeys.values import replace


@verb(*READ_OPTIONS, takes_profiles=True)
def show_key_pair(
    run: Runtime,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The key pair.")],
) -> None:
    """Show everything about one key pair.

    Shows its fingerprint and tags, the instances that use it, and the local files that hold its
    keys, with commands to fix permissions if needed.

    Examples:
        lskeys show web-production
        lskeys show laptop --all-regions --output json
    """
    check_name(name)
    pairs, instances = query_together(
        run, lambda lightsail: lookup.find(lightsail, name), lambda lightsail: lightsail.instances()
    )
    known = without_missing(run, name, pairs)
    usage = {each.where: each for each in instances}
    details = Outcomes(each.then(partial(_details, run, usage[each.where].value)) for each in known)
    denied = [usage[each.where] for each in known if each.value and usage[each.where].error]
    outcomes = Outcomes([*details, *denied])
    is_one = not run.profiles and len(run.regions) == 1
    view = ONE_KEY_PAIR if is_one else KEY_PAIR_DETAILS
    finish(run, Result(view, details.values), outcomes, "requests")


def _details(run: Runtime, instances: Sequence[Instance] | None, pair: KeyPair) -> KeyPairDetails:
    """The details of a pair; an instance that its key was proved to open is not outdated."""
    keys, proofs = run.key_files.local_keys, ssh_instances.proofs(run)
    details = key_pair_details(pair, instances, keys, run.key_files.unreadable)
    proved = without_proved(details.pair, instances or (), keys, proofs)
    older = tuple(
        proved_first(each, keys, proofs)
        for each in details.older or ()
        if each.instance.name in proved.outdated
    )
    names = [each.instance.name for each in older if not why_left_out(each.instance)]
    return replace(
        details,
        pair=proved,
        older=older if details.older is not None else None,
        authorize=lskeys_commands(run).authorize(pair, names) if names else None,
    )
