"""What a rotation of the default pair is to do, from account, journal and credentials.

Touches: what the runtime hands it.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lskeys.cli.runtime import Runtime
from lskeys.concurrency import Pending
from lskeys.config.paths import expanded, sandbox_path
from lskeys.errors import LskeysError, RefusedError
from lskeys.keypairs.rotation import plan as rotation_plan
from lskeys.keypairs.rotation.journal import Journal
from lskeys.keypairs.rotation.plan import DefaultPairState, JournalEntry, Plan
from lskeys.model import attempt, default_key_file

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail


def plan_rotation(run: Runtime, lightsail: "Lightsail", journal: Journal, out: Path | None) -> Plan:
    """Query the region, and plan what is left to do there; `out` is the directory of the key."""
    found = _query_region(lightsail)
    endpoint = _endpoint(run, lightsail)
    every = journal.entries(endpoint, found.region)
    account = found.account or (every and _account_of(run, every)) or None
    remembered = next((each for each in every if each.account == account), None)
    directory = remembered.path.parent if remembered else run.settings.out.value
    path = expanded(out or directory).absolute() / default_key_file(found.region)
    return rotation_plan.plan_rotation(
        found,
        remembered,
        endpoint=endpoint,
        access_key=run.account.session.access_key_digest,
        path=path,
        save_options=_save_options(out, path),
        now=run.invocation.now(),
    )


def _save_options(out: Path | None, path: Path) -> tuple[str, ...]:
    """The options that save a key in the same place; what is there is kept next to it."""
    directory = ("--out", str(path.parent)) if out else ()
    return (*directory, "--force") if os.path.lexists(path) else directory


def _query_region(lightsail: "Lightsail") -> DefaultPairState:
    """The key pairs and instances of the region, queried in parallel; the latter may be denied."""
    pending = Pending(lightsail.instances)
    pairs = lightsail.key_pairs(include_default=True)
    instances = attempt(lightsail.region, pending.result)
    return rotation_plan.default_pair_state(lightsail.region, pairs, instances.value)


def _account_of(run: Runtime, every: Sequence[JournalEntry]) -> str:
    """The account of the credentials, where nothing in the region shows it.

    It is that of a rotation which was begun with the same access key; else STS is queried.
    """
    access_key = run.account.session.access_key_digest
    known = next((each.account for each in every if each.access_key == access_key), None)
    try:
        return known or run.account.session.number
    except LskeysError as error:
        region, accounts = every[0].region, " and ".join(sorted(each.account for each in every))
        raise RefusedError(
            f"a rotation in {region} is under way in account {accounts}, and STS does not report"
            f" whether these credentials are of it: {error.message}",
            hint="run the same command with the credentials it was begun with",
            region=region,
        ) from None


def _endpoint(run: Runtime, lightsail: "Lightsail") -> str:
    """The endpoint; the sandbox has another port every time, and is known by its file."""
    return f"sandbox {sandbox_path()}" if run.settings.sandbox.value else lightsail.endpoint
