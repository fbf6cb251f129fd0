"""show: everything about one key pair. Touches: what the runtime hands it."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from lskeys.cli.options import Connection, Output, Program, verb
from lskeys.cli.runtime import Runtime
from lskeys.concurrency import Pending
from lskeys.keypairs import lookup
from lskeys.keypairs.details import portray
from lskeys.keypairs.names import check_name
from lskeys.model import Answer, Instance, KeyPair, attempt
from lskeys.output.result import Sheet
from lskeys.output.views.key_pair_details import PORTRAIT, PORTRAITS

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail


@verb(Connection, Output, Program, takes_profiles=True)
def show_key_pair(
    run: Runtime,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The key pair.")],
) -> None:
    """Show everything about one key pair.

    Its fingerprint and tags, the instances that name it, and the files on this disk that hold it,
    with the command that mends their permissions. With several regions or profiles, wherever it
    is.

    Examples:
        lskeys show web-production
        lskeys show laptop --all-regions --output json
    """
    check_name(name)
    answers, failures = run.ask_for(name, lambda lightsail: _look(lightsail, name))
    found = [answer.value.of(answer.profile) for answer in answers if answer.value]
    failures += [each.instances.error for each in found if each.instances.error]
    portraits = [portray(each.pair, each.instances.value, run.local_keys) for each in found]
    if portraits:
        is_one = not run.has_several_accounts and len(run.regions) == 1
        run.show(Sheet(PORTRAIT if is_one else PORTRAITS, portraits, failures))
    run.fail_if(failures, len(portraits), "questions")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A pair, and its region's instances, which may be denied to who may see the pair."""

    pair: KeyPair
    instances: Answer[tuple[Instance, ...]]

    def of(self, profile: str | None) -> "_Seen":
        """The same, which says whose account it is in, where several are asked."""
        if self.instances.error:
            self.instances.error.of(profile)
        return replace(self, pair=replace(self.pair, profile=profile))


def _look(lightsail: "Lightsail", name: str) -> _Seen:
    instances = Pending(lightsail.instances)
    pair = lookup.find(lightsail, name)
    return _Seen(pair, attempt(lightsail.region, instances.result))
