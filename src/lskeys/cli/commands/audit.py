"""audit: this computer against the account. Touches: what the runtime hands it."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from lskeys import audit
from lskeys.audit import Code, Finding, Inventory, Severity
from lskeys.cli import ssh_instances
from lskeys.cli.options import CHANGE_OPTIONS, verb
from lskeys.cli.remedies import lskeys_commands
from lskeys.cli.runtime import Runtime
from lskeys.cli.runtime.lookup import all_pairs_and_instances
from lskeys.cli.runtime.output import fail, show
from lskeys.config.settings import ALL_REGIONS
from lskeys.errors import FindingsError, UsageError, os_reason
from lskeys.keys.matching import UnreadableFile
from lskeys.keys.opening_keys import instance_accesses
from lskeys.model import Instance, KeyPair, Outcomes, attempt, with_usage
from lskeys.output.consent import confirm
from lskeys.output.result import Result
from lskeys.output.views.findings import FINDINGS
from lskeys.ssh.hosts import why_left_out
from lskeys.ssh.proved_logins import proved_first, without_proved
from lskeys.storage import repair
from lskeys.storage.ownership import UnsafeDirectory, find_unsafe
from lskeys.text import did_you_mean


@verb(*CHANGE_OPTIONS, takes_profiles=True)
def audit_keys(
    run: Runtime,
    *,
    max_age: Annotated[
        int | None,
        typer.Option("--max-age", metavar="DAYS", min=0, help="Report key pairs older than this."),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option("--ignore", metavar="CODE", help="Ignore findings of this code; repeatable."),
    ] = None,
    fix: Annotated[
        bool,
        typer.Option(
            "--fix", help="Fix permissions, keys that ssh cannot load, missing .pub files."
        ),
    ] = False,
) -> None:
    """Check local keys against the account and suggest fixes.

    With several profiles, a local key is orphaned only if it matches no key pair in any of them.

    The exit code is 7 if a region failed, else 6 if there are errors or warnings, else 0. Findings
    (warnings unless marked otherwise):

    * loose-permissions: a private key or a key directory is open to others (error)

    * unusable-file: ssh cannot load a private key in its saved format (error)

    * unreadable-file: a file or a key directory cannot be read, so it was not checked (error)

    * mismatched-key: NAME.pem does not hold the key of the key pair NAME

    * wrong-public: a .pub is not the public key of the private key next to it

    * missing-private: no local file holds the private key (info if Lightsail has no copy)

    * stale-default: the default key pair was created after an instance was launched

    * no-fingerprint: AWS reports no fingerprint to verify against (info)

    * hidden-key: an encrypted .pem cannot be identified without its passphrase (info)

    * orphaned-key: a .pem matches no key pair (info unless it is known to be from Lightsail)

    * duplicate-key: two key pairs of different names have the same key

    * shared-key: key pairs of the same name in several regions have the same key (info)

    * old-pair: a key pair is older than --max-age

    * unused-pair: not used by any instance (info; snapshots are not checked)

    * missing-public: a private key has no .pub next to it

    Examples:
        lskeys audit --max-age 365
        lskeys audit --all-regions --ignore unused-pair --fix --yes
    """
    ignored = _codes(ignore or ())
    for directory in run.key_files.own_directories:
        run.key_files.name_leftovers(directory)
    regions, instances = _query(run)
    denied = Outcomes(
        used for each, used in zip(regions, instances, strict=True) if used.error and not each.error
    )
    if not regions.values:
        fail(run, regions.errors, 0, "regions")
    inventory = _inventory(run, regions, instances, max_age)
    found = audit.run_rules(inventory, ignored)
    fixed = _fix(run, found) if fix else Outcomes()
    left = [each for each in found if each not in fixed.values]
    errors = [*regions.errors, *denied.errors, *fixed.errors]
    show(run, Result(FINDINGS, left, errors))
    noun = "steps" if denied or fixed.errors else "regions"
    fail(run, errors, len(regions.values) + len(fixed.values), noun)
    _conclude(run, left, inventory)


def _query(run: Runtime) -> tuple[Outcomes[tuple[KeyPair, ...]], Outcomes[tuple[Instance, ...]]]:
    """The key pairs of each region, with their usage, and its instances."""
    pairs, instances = all_pairs_and_instances(run)
    both = zip(pairs, instances, strict=True)
    return Outcomes(each.then(partial(_used, run, used.value)) for each, used in both), instances


def _used(
    run: Runtime, instances: Sequence[Instance] | None, pairs: Sequence[KeyPair]
) -> tuple[KeyPair, ...]:
    """The pairs with their usage; an instance that was proved to open is not outdated."""
    keys, proofs = run.key_files.local_keys, ssh_instances.proofs(run)
    return tuple(
        without_proved(pair, instances or (), keys, proofs) for pair in with_usage(pairs, instances)
    )


def _codes(words: Sequence[str]) -> frozenset[Code]:
    known = tuple(code.value for code in Code)
    unknown = next((word for word in words if word not in known), None)
    if unknown is not None:
        raise UsageError(
            f"--ignore: there is no finding {unknown or 'without a code'}",
            hint=did_you_mean(unknown, known) or f"findings are {', '.join(known)}",
        )
    return frozenset(Code(word) for word in words)


def _inventory(
    run: Runtime,
    regions: Outcomes[tuple[KeyPair, ...]],
    instances: Outcomes[tuple[Instance, ...]],
    max_age: int | None,
) -> Inventory:
    own = run.key_files.own_files
    keys = run.key_files.local_keys
    proofs = ssh_instances.proofs(run)
    openers = {
        (each.where, access.instance.name): proved_first(access, keys, proofs).opening
        for each, used in zip(regions, instances, strict=True)
        for access in instance_accesses(used.value or (), each.value or (), keys)
    }
    unsafe, unsearchable = _unsafe(run.key_files.own_directories)
    return Inventory(
        account_regions=tuple(each.where for each in regions),
        everywhere=ALL_REGIONS in run.settings.regions.value,
        silent=frozenset(each.where for each in regions if each.error),
        pairs=tuple(pair for pairs in regions.values for pair in pairs),
        keys=own.keys,
        unreadable=tuple({each.path: each for each in (*unsearchable, *own.unreadable)}.values()),
        directories=own.directories,
        now=run.invocation.now(),
        max_age=max_age,
        lskeys=lskeys_commands(run),
        unsafe=unsafe,
        elsewhere=tuple(key for key in keys if key not in set(own.keys)),
        openers=openers,
        for_ssh=frozenset(
            (each.where, instance.name)
            for each in instances
            for instance in each.value or ()
            if not why_left_out(instance)
        ),
    )


def _unsafe(
    directories: Iterable[Path],
) -> tuple[dict[Path, UnsafeDirectory], list[UnreadableFile]]:
    """The key directories that others could swap, and those where that cannot be seen."""
    found: dict[Path, UnsafeDirectory] = {}
    unsearchable = []
    for directory in directories:
        try:
            unsafe = find_unsafe(directory)
        except OSError as exc:
            unsearchable.append(UnreadableFile(directory, os_reason(exc), is_directory=True))
            continue
        found |= {directory: unsafe} if unsafe else {}
    return found, unsearchable


def _fix(run: Runtime, found: Collection[Finding]) -> Outcomes[Finding]:
    """Fix what was agreed to; what could not be fixed is an error, and stays a finding."""
    fixable = [each for each in found if each.is_fixable]
    if not fixable:
        if found:
            see = "; see their Next commands" if any(each.command for each in found) else ""
            run.terminal.report(f"--fix can fix none of these findings{see}")
        return Outcomes()
    lines = [f"would fix {each.code}: {each.subject}" for each in fixable]
    confirm(run.terminal, run.options, "fix this", lines)
    if run.options.dry_run:
        return Outcomes()
    run.key_files.warn_of_owner()
    outcomes = Outcomes(
        attempt(each.region or "", partial(_fixed, each, run.invocation.now())) for each in fixable
    )
    for outcome in outcomes:
        if outcome.value:
            run.terminal.report(f"fixed {outcome.value.code}: {outcome.value.subject}")
    return outcomes


def _fixed(finding: Finding, now: datetime) -> Finding:
    """A finding, after what it is about was fixed."""
    file = finding.file
    assert file is not None
    if finding.code is Code.MISSING_PUBLIC:
        repair.write_public_key(file)
    elif finding.code is Code.UNUSABLE_FILE:
        repair.write_usable(file, now)
    elif file.is_dir():
        repair.restrict_directory(file)
    else:
        repair.restrict_file(file)
    return finding


def _conclude(run: Runtime, left: Sequence[Finding], inventory: Inventory) -> None:
    where = _where(run)
    counting = [each for each in left if each.severity is not Severity.INFO]
    if counting:
        codes = dict.fromkeys(each.code.value for each in counting if each.is_fixable)
        hint = f"--fix fixes {', '.join(codes)}" if codes else None
        counts = Counter(each.severity for each in counting)
        nouns = (_counted(count, severity) for severity, count in sorted(counts.items()))
        raise FindingsError(f"audit found {' and '.join(nouns)} in {where}", hint=hint)
    if left:
        run.terminal.report(
            f"no errors or warnings in {where}; {_counted(len(left), 'informational finding')}"
        )
        return
    pairs = _counted(len(inventory.pairs), "key pair")
    files = _counted(len(inventory.keys), "local key file")
    run.terminal.report(f"no findings in {where}: {pairs}, {files}")


def _where(run: Runtime) -> str:
    if run.profiles:
        return ", ".join(run.profiles)
    return run.regions[0] if len(run.regions) == 1 else f"{len(run.regions)} regions"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
