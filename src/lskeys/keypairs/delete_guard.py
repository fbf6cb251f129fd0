"""The guard of `delete`: whether a key pair may go, and with which fingerprint. Pure.

AWS compares `expectedFingerprint` with its own record, so a value taken from AWS
guards nothing. Here it is sent only after a local key was found to have it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lskeys.errors import RefusedError, UsageError
from lskeys.keys.fingerprints import Comparison, Digest, FingerprintType, parse
from lskeys.keys.matching import LocalKey, compare, match_one, translate
from lskeys.model import DEFAULT_PAIR, KeyPair
from lskeys.text import lskeys_command
from lskeys.values import replace


@dataclass(frozen=True, slots=True)
class FromLocalKey:
    """Find the local key and use its fingerprint: a bare `--fingerprint`."""


@dataclass(frozen=True, slots=True)
class ExplicitFingerprint:
    """A fingerprint that was written down: `--fingerprint VALUE`, as typed and as read."""

    spelled: str
    digest: Digest


Expectation = FromLocalKey | ExplicitFingerprint | None


@dataclass(frozen=True, slots=True)
class Clearance:
    """A pair that may be deleted.

    Attributes:
        expected: What to send as `expectedFingerprint`, exactly as AWS spells it; None
            for a custom pair that no local key belongs to.
        local_file: The local key that has it, if one was found.
        fingerprint_type: The type of fingerprint that matched.
        needs_backup: Whether the default key must be saved first; if `local_file` is None too,
            that backup is what the fingerprint is verified against.
    """

    pair: KeyPair
    expected: str | None = None
    local_file: Path | None = None
    fingerprint_type: FingerprintType | None = None
    needs_backup: bool = False

    @property
    def proof(self) -> str:
        """How the fingerprint is known to be that of the user's key."""
        if self.local_file:
            return f"verified with {self.local_file} ({self.fingerprint_type})"
        if self.expected:
            return "will be verified against the backup" if self.needs_backup else "as you gave it"
        return "not verified against a local key"

    @property
    def shown(self) -> "Clearance":
        """What a prompt shows of it: it must be the same after the prompt."""
        return replace(self, pair=replace(self.pair, tags=()))


def parse_expectation(spelled: str | None, *, bare: bool, names: Sequence[str]) -> Expectation:
    """What `--fingerprint` demands.

    Raises:
        UsageError: The value is no fingerprint, most likely a swallowed name, or no name is left.
    """
    example = f"lskeys delete {spelled or 'NAME'} --fingerprint"
    if spelled is None:
        if not names:
            raise UsageError("no key pair name is given", hint="lskeys delete NAME --fingerprint")
        return FromLocalKey() if bare else None
    digest = parse(spelled)
    if digest is None:
        if names and ":" in spelled:
            raise UsageError(
                f"--fingerprint: {spelled} is no fingerprint",
                hint="a fingerprint is 16 or 20 bytes in hexadecimal, or SHA256: and 43 characters",
            )
        is_name = bool(spelled) and len(spelled.split()) == 1
        example = example if is_name else "lskeys delete NAME --fingerprint"
        raise UsageError(
            f"--fingerprint: {spelled or 'an empty word'} is no fingerprint",
            hint=f"put the name before the option: {example}" if is_name else example,
        )
    if not names:
        raise UsageError(
            f"no key pair name is given: {spelled} was read as the fingerprint",
            hint=f"to delete the key pair of that name: {example}",
        )
    return ExplicitFingerprint(spelled, digest)


def check_deletion(  # noqa: PLR0913  every fact the decision stands on
    pair: KeyPair,
    expectation: Expectation,
    inventory: Sequence[LocalKey],
    copies: Sequence[LocalKey],
    *,
    is_named: bool,
    backup: bool,
    no_backup: bool,
) -> Clearance:
    """Decide about one pair.

    Args:
        pair: As AWS reports it.
        expectation: What `--fingerprint` demands.
        inventory: The keys whose fingerprints count: the named file, or the key directories'.
        copies: All local keys, where a copy of the default key may be.
        is_named: Whether the evidence is a file that was named: then it must be this pair's.
        backup: Whether a backup will be made before the pair is deleted.
        no_backup: Whether losing the default pair's only copy is wanted.

    Raises:
        RefusedError: The reason, and what would change it.
    """
    if expectation is None:
        if pair.is_default:
            raise _refused(
                pair,
                "is the default key pair, which is deleted only with a verified fingerprint",
                lskeys_command("delete", DEFAULT_PAIR, "--fingerprint", region=pair.region),
            )
        return _matched(pair, inventory) or Clearance(pair)
    saves = backup and pair.is_default
    verified = _verified(pair, expectation, inventory, is_named=is_named, backup=saves)
    if not pair.is_default or no_backup or backup:
        return replace(verified, needs_backup=saves)
    _demand_copy(pair, copies)
    return verified


def undecided_keys(
    pair: KeyPair, inventory: Sequence[LocalKey], *, is_named: bool
) -> tuple[LocalKey, ...]:
    """The files that may hold the pair's key and do not show it: those named, or called after it.

    An encrypted file shows no SHA-1 fingerprint, which is of the private key, and an encrypted PEM
    none at all.
    """
    return tuple(
        key
        for key in inventory
        if (is_named or key.path.name == pair.key_file)
        and compare(pair.fingerprint, key, inventory) is Comparison.UNKNOWN
    )


def _demand_copy(pair: KeyPair, copies: Sequence[LocalKey]) -> None:
    """Refuse to lose the only private key of the default pair, which AWS forgets with it."""
    found = [match.key for match in match_one(pair.fingerprint, copies) if match.key.has_private]
    if any(key.is_copy for key in found):
        return
    reason = "has no copy of its private key on this computer, and AWS forgets its own"
    if broken := next((key for key in found if key.obstacle), None):
        reason = f"has no copy that ssh can load: {broken.path}: {broken.obstacle}"
    raise _refused(pair, reason, "save it first with --backup DIR, or give it up with --no-backup")


def _verified(
    pair: KeyPair,
    expectation: FromLocalKey | ExplicitFingerprint,
    inventory: Sequence[LocalKey],
    *,
    is_named: bool,
    backup: bool,
) -> Clearance:
    reported = pair.fingerprint
    if reported is None:
        raise _refused(pair, "has no fingerprint at AWS, so nothing can be verified", None)
    has = f"has the fingerprint {reported},"
    if isinstance(expectation, ExplicitFingerprint):
        match = translate(expectation.digest, reported, inventory)
        if match is None and parse(reported) != expectation.digest:
            way_out = "if both are of one key, name its file: --key FILE"
            raise _refused(pair, f"{has} not {expectation.spelled}", way_out)
        if match is not None:
            return Clearance(pair, reported, match.key.path, match.fingerprint_type)
    elif matched := _matched(pair, inventory):
        return matched
    if candidates := undecided_keys(pair, inventory, is_named=is_named):
        raise _undecided_error(pair, candidates[0])
    if is_named:
        way_out = "name the file of its own key, or leave --key out"
        raise _refused(pair, f"{has} which {inventory[0].path} does not have", way_out)
    if isinstance(expectation, FromLocalKey) and not backup:
        save_it = ", or save it first with --backup DIR" if pair.is_default else ""
        way_out = f"to use a key file in another directory, add --key FILE{save_it}"
        where = f"{pair.name} in {pair.region}"
        message = f"no local key matches the fingerprint of {where} ({reported})"
        raise RefusedError(message, hint=way_out, region=pair.region)
    return Clearance(pair, reported)


def _matched(pair: KeyPair, inventory: Sequence[LocalKey]) -> Clearance | None:
    """The clearance with the local key of the pair, a private one if there is one."""
    matches = match_one(pair.fingerprint, inventory)
    match = min(matches, key=lambda each: not each.key.is_copy, default=None)
    if match is None:
        return None
    return Clearance(pair, pair.fingerprint, match.key.path, match.fingerprint_type)


def _undecided_error(pair: KeyPair, key: LocalKey) -> RefusedError:
    hint = "name its private key: --key FILE"
    if key.encrypted:
        hint = "prove it with its passphrase: --passphrase-file FILE"
    return _refused(
        pair,
        f"has the fingerprint {pair.fingerprint}, and {key.path} does not show whether it has it",
        hint,
    )


def _refused(pair: KeyPair, reason: str, hint: str | None) -> RefusedError:
    return RefusedError(f"{pair.name} in {pair.region} {reason}", hint=hint, region=pair.region)
