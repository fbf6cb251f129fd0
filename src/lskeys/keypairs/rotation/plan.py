"""What the rotation of a default pair will do, and where an earlier run left it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from lskeys.errors import MissingError, RefusedError
from lskeys.keys import fingerprints
from lskeys.model import DEFAULT_PAIR, Instance, KeyPair
from lskeys.text import lskeys_command
from lskeys.values import replace


class Step(StrEnum):
    """How far a rotation is, as the journal remembers it; each is written before it begins.

    DELETING: The old key is verified on disk; the deletion may have been sent.
    DOWNLOADING: The old pair is gone for certain; the new key may be on disk.
    """

    DELETING = "deleting"
    DOWNLOADING = "downloading"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A rotation, as the journal remembers it: whose, how far, and the key it takes away.

    Attributes:
        endpoint: Where requests went, so that the sandbox is never taken for AWS.
        account: The twelve digits of the account that the pair is in.
        access_key: A digest of the access key with which it was begun; no key.
        path: Where the private key of the current pair lies; the old one is kept next to it.
        old_fingerprint: The only fingerprint of a pair that may be deleted.
    """

    endpoint: str
    region: str
    account: str
    access_key: str
    path: Path
    old_fingerprint: str
    old_created_at: datetime | None
    begun_at: datetime
    step: Step = Step.DELETING


@dataclass(frozen=True, slots=True)
class DefaultPairState:
    """What there is in a region; `naming` are the instances that name the default pair.

    `naming` is None where it is unknown, and so is `account`.
    """

    region: str
    pair: KeyPair | None
    account: str | None
    naming: tuple[Instance, ...] | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run has to do, from how things are and not from how they were meant to become.

    Attributes:
        pair: The default pair there is now, whichever it is.
        naming: The instances that use the default key pair; None if they are unknown.
        resumed: Whether an earlier run began it.
    """

    entry: JournalEntry
    pair: KeyPair | None
    naming: tuple[Instance, ...] | None
    resumed: bool

    @property
    def deletes(self) -> bool:
        """Whether the pair that is there is the old one; no other is ever deleted."""
        reported = self.pair.fingerprint if self.pair else None
        return reported is not None and fingerprints.same(reported, self.entry.old_fingerprint)

    @property
    def needs_consent(self) -> bool:
        """Whether it must be confirmed: a key pair will be deleted or created."""
        return self.deletes or self.pair is None

    @property
    def shown(self) -> tuple[object, ...]:
        """What a prompt shows of it: it must be the same after the prompt."""
        pair = replace(self.pair, tags=()) if self.pair else None
        naming = None if self.naming is None else {each.name for each in self.naming}
        return pair, naming, self.begun, self.entry.path, self.entry.old_fingerprint

    @property
    def begun(self) -> str | None:
        """In words, what an interrupted run left; None for a new rotation."""
        if not self.resumed:
            return None
        if self.deletes:
            return "the old key pair still exists"
        if self.pair is None:
            return "the old key pair is deleted, and there is no new one yet"
        return "the default key pair was replaced since; the new one is kept, and its key is saved"


def default_pair_state(
    region: str, pairs: Sequence[KeyPair], instances: Sequence[Instance] | None
) -> DefaultPairState:
    """What counts of a region's pairs and instances."""
    pair = next((each for each in pairs if each.is_default), None)
    named = [*(each.account for each in pairs), *(each.account for each in instances or ())]
    accounts = set(filter(None, named))
    account = accounts.pop() if len(accounts) == 1 else None
    if instances is None:
        return DefaultPairState(region, pair, account, None)
    naming = tuple(each for each in instances if each.key_pair_name == DEFAULT_PAIR)
    return DefaultPairState(region, pair and pair.with_usage(naming), account, naming)


def plan_rotation(  # noqa: PLR0913  what there is, and what a new entry remembers
    found: DefaultPairState,
    remembered: JournalEntry | None,
    *,
    endpoint: str,
    access_key: str,
    path: Path,
    save_options: Sequence[str],
    now: datetime,
) -> Plan:
    """What to do, from what there is and what an interrupted run remembered.

    `path` is where the private key is, or goes: with `save_options`, download-default saves there.

    Raises:
        MissingError: There is no default pair, and no rotation under way.
        RefusedError: The pair cannot be verified, or a rotation is under way in another directory.
    """
    if remembered:
        _refuse_other_directory(remembered, path)
        return Plan(remembered, found.pair, found.naming, resumed=True)
    pair = found.pair
    if pair is None:
        words = ("download-default", "--create", *save_options)
        create = lskeys_command(*words, region=found.region)
        raise MissingError(
            f"{found.region} has no default key pair",
            hint=f"to have one made: {create}",
            region=found.region,
        )
    look = lskeys_command("show", pair.name, region=pair.region)
    if pair.fingerprint is None:
        raise RefusedError(
            f"{pair.name} in {pair.region} has no fingerprint at AWS, so nothing can be verified",
            hint=f"to see what AWS reports of it: {look}",
            region=pair.region,
        )
    account = pair.account or found.account
    if account is None:
        raise RefusedError(
            f"{pair.name} in {pair.region} has no ARN at AWS, so its account is unknown",
            hint=f"to see what AWS reports of it: {look}",
            region=pair.region,
        )
    entry = JournalEntry(
        *(endpoint, pair.region, account, access_key),
        *(path, pair.fingerprint, pair.created_at, now),
    )
    return Plan(entry, pair, found.naming, resumed=False)


def warnings(plan: Plan) -> Iterable[str]:
    """What must be known before anything is done."""
    directory = plan.entry.path.parent
    if plan.naming is None:
        yield "cannot list the instances that use the default key pair"
    for instance in plan.naming or ():
        if instance.is_windows:
            yield (
                f"{instance.name} is a Windows instance: its administrator password can only be"
                f" decrypted with the key it was launched with; the old key is kept in {directory}"
            )


def steps(plan: Plan, *, saves: bool = True, authorizes: bool = False) -> Iterable[str]:
    """What will be done, one sentence each.

    `saves`: the new key is saved to a file; `authorizes`: it is added to the instances that use
    the key pair.
    """
    path = plan.entry.path
    if plan.deletes:
        yield f"save the current key as {path} and verify it"
        yield f"delete the key pair, if its fingerprint is still {plan.entry.old_fingerprint}"
    if saves:
        yield (
            f"create a new key pair and save its key as {path};"
            f" the current key is kept as {path}.old-TIME"
        )
    else:
        yield "create a new key pair and load its key into ssh-agent"
    if plan.naming and authorizes:
        yield "add the new key to each instance that uses the key pair and has an SSH server"
    elif plan.naming:
        yield "show how to add the new key to each instance that uses the key pair"


def _refuse_other_directory(remembered: JournalEntry, path: Path) -> None:
    if path != remembered.path:
        raise RefusedError(
            f"a rotation in {remembered.region} is under way in {remembered.path.parent}",
            hint=f"finish it first: {lskeys_command('rotate-default', region=remembered.region)}",
            region=remembered.region,
        )
