"""Clears key pairs for deletion, against the local keys. Touches: the disk (reading)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lskeys.errors import LskeysError, RefusedError
from lskeys.keypairs import default_pair, delete_guard
from lskeys.keypairs.default_pair import DefaultKeyRequest
from lskeys.keypairs.delete_guard import Clearance, Expectation
from lskeys.keys.matching import LocalKey, match_one
from lskeys.model import KeyPair, Outcome, Outcomes, attempt, default_key_file
from lskeys.storage import key_reading, key_search
from lskeys.storage.key_reading import Opens
from lskeys.text import lskeys_command


@dataclass(frozen=True, slots=True)
class Safeguards:
    """What key pairs are checked against before they are deleted.

    Attributes:
        expectation: What `--fingerprint` demands; without it a local key is looked for all the
            same.
        key: The file of the local key, if it was named.
        backup: The directory in which the default key is saved before.
        no_backup: Whether losing the only copy of the default key is wanted.
        opens: Gives the passphrase of an encrypted key file.
        proves: Whether that must open an encrypted file that shows its public key, too.
    """

    expectation: Expectation
    directories: tuple[Path, ...]
    key: Path | None
    backup: Path | None
    no_backup: bool
    opens: Opens
    proves: bool = False


def check_all(pairs: Sequence[KeyPair], safeguards: Safeguards) -> Outcomes[Clearance]:
    """Each of the pairs, cleared or refused with the reason.

    Raises:
        LskeysError: The file of the local key cannot be read.
    """
    if not pairs:
        return Outcomes()
    copies = key_search.find((*safeguards.directories, *filter(None, [safeguards.backup])))
    inventory = (key_reading.read(safeguards.key),) if safeguards.key else copies
    inventory, copies = _opened(pairs, inventory, copies, safeguards)
    clear = partial(_clear, safeguards, inventory, (*inventory, *copies))
    return Outcomes(attempt(pair.region, partial(clear, pair)) for pair in pairs)


def refuse_changed(
    shown: Outcomes[Clearance], now: Iterable[Outcome[Clearance]], failures: Iterable[LskeysError]
) -> Outcomes[Clearance]:
    """What was shown, where it is still so; `now` is the same looked at again, after the prompt.

    `failures` are those of regions that could not be looked at again.
    """
    cleared = {_which(each.value.pair): each.value for each in now if each.value}
    errors = {error.region: error for error in failures}

    def compared(clearance: Clearance) -> Clearance:
        pair = clearance.pair
        again = cleared.get(_which(pair))
        if again is None and pair.region in errors:
            raise errors[pair.region]
        if again is None or again.shown != clearance.shown:
            show = lskeys_command("show", pair.name, region=pair.region)
            raise RefusedError(
                f"{pair.name} in {pair.region} changed while the prompt was shown:"
                " it was not deleted",
                hint=f"review it again: {show}",
                region=pair.region,
            )
        return again

    return Outcomes(
        attempt(each.region, partial(compared, each.value)) if each.value else each
        for each in shown
    )


def _which(pair: KeyPair) -> tuple[str, str]:
    return pair.region, pair.name


def _clear(
    safeguards: Safeguards, inventory: Sequence[LocalKey], copies: Sequence[LocalKey], pair: KeyPair
) -> Clearance:
    clearance = delete_guard.check_deletion(
        pair,
        safeguards.expectation,
        inventory,
        copies,
        is_named=safeguards.key is not None,
        backup=safeguards.backup is not None,
        no_backup=safeguards.no_backup,
    )
    if clearance.needs_backup and safeguards.backup is not None:
        with default_pair.backing_up():
            path = safeguards.backup / default_key_file(pair.region)
            default_pair.check(path, DefaultKeyRequest(pair))
    return clearance


def _opened(
    pairs: Sequence[KeyPair],
    inventory: Sequence[LocalKey],
    copies: Sequence[LocalKey],
    safeguards: Safeguards,
) -> tuple[tuple[LocalKey, ...], tuple[LocalKey, ...]]:
    """The local keys, after those that may be a pair's were opened, where one is demanded."""
    is_named = safeguards.key is not None

    def to_open(pair: KeyPair) -> Iterator[LocalKey]:
        yield from delete_guard.undecided_keys(pair, inventory, is_named=is_named)
        if safeguards.proves:
            matches = match_one(pair.fingerprint, inventory)
            yield from (match.key for match in matches if match.key.has_private)

    opened = {
        key.path: key_reading.read(key.path, safeguards.opens)
        for pair in pairs
        if safeguards.expectation
        for key in to_open(pair)
        if key.encrypted
    }
    return (
        tuple(opened.get(key.path, key) for key in inventory),
        tuple(opened.get(key.path, key) for key in copies),
    )
