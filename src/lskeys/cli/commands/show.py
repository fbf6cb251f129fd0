"""show: everything about one key pair. Touches: what the runtime hands it."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from lskeys.cli.options import ConnectionOptions, OutputOptions, ProgramOptions, verb
from lskeys.cli.runtime import Runtime
from lskeys.concurrency import Pending
from lskeys.keypairs import lookup
from lskeys.keypairs.details import key_pair_details
from lskeys.keypairs.names import check_name
from lskeys.model import Instance, KeyPair, Outcome, attempt
from lskeys.output.result import Result
from lskeys.output.views.key_pair_details import KEY_PAIR_DETAILS, PORTRAIT

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail


@verb(ConnectionOptions, OutputOptions, ProgramOptions, takes_profiles=True)
def show_key_pair(
    run: Runtime,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The key pair.")],
) -> None:
    """Show everything about one key pair.

    Its fingerprint and tags, the instances that name it, and the local files that hold it,
    with the command that fixes their permissions. With several regions or profiles, wherever it
    is.

    Examples:
        lskeys show web-production
        lskeys show laptop --all-regions --output json
    """
    check_name(name)
    outcomes, failures = run.look_up(name, lambda lightsail: _query_region(lightsail, name))
    found = [outcome.value.of(outcome.profile) for outcome in outcomes if outcome.value]
    failures += [each.instances.error for each in found if each.instances.error]
    portraits = [
        key_pair_details(each.pair, each.instances.value, run.local_keys) for each in found
    ]
    if portraits:
        is_one = not run.has_several_accounts and len(run.regions) == 1
        run.show(Result(PORTRAIT if is_one else KEY_PAIR_DETAILS, portraits, failures))
    run.fail_if(failures, len(portraits), "questions")


@dataclass(frozen=True, slots=True)
class _RegionData:
    """A pair, and its region's instances, which may be denied to who may see the pair."""

    pair: KeyPair
    instances: Outcome[tuple[Instance, ...]]

    def of(self, profile: str | None) -> "_RegionData":
        """The same, which says whose account it is in, where several are asked."""
        if self.instances.error:
            self.instances.error.of(profile)
        return replace(self, pair=replace(self.pair, profile=profile))


def _query_region(lightsail: "Lightsail", name: str) -> _RegionData:
    instances = Pending(lightsail.instances)
    pair = lookup.find(lightsail, name)
    return _RegionData(pair, attempt(lightsail.region, instances.result))
