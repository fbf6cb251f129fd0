"""authorize: adds a key to running instances. Touches: what the runtime hands it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from lskeys.cli import authorizing, ssh_instances
from lskeys.cli.authorizing import AuthorizeTask, private_file
from lskeys.cli.options import CHANGE_OPTIONS, Port, verb
from lskeys.cli.runtime import Runtime
from lskeys.cli.runtime.output import fail, show
from lskeys.config.paths import expanded
from lskeys.errors import LskeysError, MissingError, RefusedError, UsageError
from lskeys.keys import fingerprints
from lskeys.keys.derivation import derive_public
from lskeys.keys.matching import LocalKey, match_all
from lskeys.model import DEFAULT_ALIAS, DEFAULT_PAIR
from lskeys.output.consent import confirm
from lskeys.output.result import Result
from lskeys.output.views.instances import AUTHORIZATIONS
from lskeys.ssh import client, parallel
from lskeys.ssh.authorize import Authorization, NewKey, OldKey
from lskeys.ssh.client import DEFAULT_PORT
from lskeys.ssh.reach import ReachableInstance
from lskeys.storage import key_reading
from lskeys.text import lskeys_command

_OUTDATED = "outdated"


@verb(*CHANGE_OPTIONS)
def authorize_key(
    run: Runtime,
    globs: Annotated[
        list[str], typer.Argument(metavar="INSTANCE...", help="Names of instances; globs work.")
    ],
    *,
    key_pair: Annotated[
        str | None,
        typer.Option(
            "--key-pair", metavar="NAME", help="Add the public key of this key pair, found locally."
        ),
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", metavar="FILE", help="Add the key in this file.")
    ] = None,
    temporary: Annotated[
        bool,
        typer.Option(
            "--temporary", help="If no local key works, use temporary access granted by Lightsail."
        ),
    ] = False,
    remove: Annotated[
        str | None,
        typer.Option(
            "--remove",
            metavar="FILE|outdated",
            help="Afterwards, remove the key in FILE, or (outdated) the local keys that open"
            " the instance.",
        ),
    ] = None,
    port: Port = DEFAULT_PORT,
) -> None:
    """Add a public key to running instances; remove old keys once it works.

    A key is removed only after a login with the new key succeeds; that login is repeated after the
    removal, which is undone if it fails.

    Examples:
        lskeys authorize game --key-pair LightsailDefaultKeyPair --dry-run
        lskeys authorize 'web-*' --key ~/.ssh/id_ed25519.pub --remove outdated -n
    """
    if (key_pair is None) == (key is None):
        raise UsageError(
            "one of --key-pair and --key is needed", hint="add --key-pair NAME, or --key FILE"
        )
    ssh = client.find(run.invocation.environ)
    seen = _query(run, globs, port)
    new = _given(run, seen, key) if key else _of_pair(run, seen, key_pair or "")
    tasks, failures = _tasks(parallel.routed_each(ssh, seen.reaches), new, _old(run, remove))
    failures = [*seen.failures, *seen.missing(run, globs), *failures]
    if tasks:
        confirm(run.terminal, run.options, "add the key", _details(run, tasks, remove))
    if run.options.dry_run:
        done = [_would(each) for each in tasks]
    else:
        done, failed = authorizing.authorize_each(run, tasks, ssh, temporary=temporary)
        failures += failed
    show(run, Result(AUTHORIZATIONS, done, failures))
    fail(run, failures, len(done), "instances")


def _query(run: Runtime, globs: Sequence[str], port: int) -> ssh_instances.QueriedInstances:
    """The named instances; an error where there is none of them."""
    seen = ssh_instances.query_instances(run, globs, port, reads_keys=not run.options.dry_run)
    if not seen.reaches:
        fail(run, seen.failures, len(seen.data), "regions")
        fail(run, seen.missing(run, globs), 0, "instances")
    return seen


@dataclass(frozen=True, slots=True)
class _Old:
    """The keys to remove: one that was named, or the earlier ones of the key pair, or none."""

    key: LocalKey | None = None
    outdated: bool = False

    def of(self, reach: ReachableInstance, new: NewKey) -> tuple[OldKey, ...]:
        """The keys to remove from an instance; never the new one."""
        named = (self.key,) if self.key else ()
        keys = (*named, *(reach.access.opening.keys if self.outdated else ()))
        by_blob = {key.blob: key for key in keys if key.blob and key.blob != new.blob}
        return tuple(OldKey(blob, private_file(key)) for blob, key in by_blob.items())


def _read(run: Runtime, path: Path) -> LocalKey:
    with run.terminal.waiting("the key", str(path)):
        return key_reading.read(path)


def _old(run: Runtime, remove: str | None) -> _Old:
    if remove is None or remove == _OUTDATED:
        return _Old(outdated=remove is not None)
    key = _read(run, expanded(Path(remove)))
    if key.blob is None:
        raise RefusedError(f"the public key of {key.path} is not known", hint=derive_public(key))
    return _Old(key)


def _given(run: Runtime, seen: ssh_instances.QueriedInstances, key: Path) -> dict[str, NewKey]:
    path = expanded(key).absolute()
    new = authorizing.new_key(_read(run, path), "")
    run.key_files.warn_of_others(path)
    return {each.where.region: new for each in seen.data}


def _of_pair(run: Runtime, seen: ssh_instances.QueriedInstances, name: str) -> dict[str, NewKey]:
    """The local key of a key pair, in each region that has both."""
    wanted = DEFAULT_PAIR if name == DEFAULT_ALIAS else name
    pairs = [pair for region in seen.data for pair in region.pairs if pair.name == wanted]
    found = {}
    for each in match_all(pairs, ssh_instances.local_keys(run)):
        keys = sorted((match.key for match in each.matches), key=lambda key: not key.has_private)
        if keys:
            comment = f"{each.pair.name}@{each.pair.region}"
            found[each.pair.region] = authorizing.new_key(keys[0], comment)
    if not found:
        where = ", ".join(each.where.region for each in seen.data)
        raise MissingError(
            f"no local key belongs to a key pair {wanted} in {where}",
            hint=lskeys_command("download-default", region=seen.data[0].where.region)
            if wanted == DEFAULT_PAIR
            else "name it: --key FILE",
        )
    return found


def _tasks(
    reaches: Sequence[ReachableInstance], new: dict[str, NewKey], old: _Old
) -> tuple[list[AuthorizeTask], list[LskeysError]]:
    """What is to be done, and why nothing can be done for the others."""
    tasks: list[AuthorizeTask] = []
    failures: list[LskeysError] = []
    for each in reaches:
        region = each.instance.region
        key = new.get(region)
        if key is None:
            missing = f"{each.instance.name} in {region}: no local key of that key pair"
            failures.append(MissingError(missing, hint="name it: --key FILE", region=region))
        elif each.obstacle is not None:
            failures.append(authorizing.not_reachable(each))
        else:
            tasks.append(AuthorizeTask(each, key, old.of(each, key)))
    return tasks, failures


def _details(run: Runtime, tasks: Sequence[AuthorizeTask], remove: str | None) -> list[str]:
    lines = []
    would = "would " if run.options.dry_run else ""
    for task in tasks:
        instance, line = task.reach.instance, task.key.line
        key = " ".join(
            filter(None, (line.algorithm, str(fingerprints.of_blob(task.key.blob)), line.comment))
        )
        lines.append(f"{instance.name} in {instance.region}: {would}add {key}")
        if remove and task.old:
            keys = "1 old key" if len(task.old) == 1 else f"{len(task.old)} old keys"
            lines.append(f"{instance.name} in {instance.region}: then {would}remove {keys}")
    return lines


def _would(task: AuthorizeTask) -> Authorization:
    first = task.reach.access.opening.first
    return Authorization(task.reach.instance, "would authorize", first.path if first else None)
