"""Changes the tags of a key pair. Touches: the network, through the given region."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from lskeys.errors import LostAnswerError, UsageError
from lskeys.keypairs import lookup
from lskeys.model import KeyPair, Tag, attempt
from lskeys.values import replace

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail


@dataclass(frozen=True, slots=True)
class TagChange:
    """A change to the tags of a key pair.

    Attributes:
        before: The key pair as AWS reports it.
        added: Tags that it does not have, or has with another value.
        removed: Keys of tags that it has and that are removed.
    """

    before: KeyPair
    added: tuple[Tag, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def is_needed(self) -> bool:
        """Whether anything changes."""
        return bool(self.added or self.removed)

    @property
    def after(self) -> KeyPair:
        """The key pair with its new tags."""
        by_key = {tag.key: tag for tag in (*self.before.tags, *self.added)}
        left = (tag for key, tag in by_key.items() if key not in self.removed)
        return replace(self.before, tags=tuple(left))


def read_tags(words: Sequence[str]) -> tuple[Tag, ...]:
    """Parse `KEY=VALUE`, or `KEY` for a tag without a value; AWS checks the characters.

    Raises:
        UsageError: A key or a value is empty, or a key is given twice.
    """
    parts = [word.partition("=") for word in words]
    _refuse_twice([key for key, _, _ in parts])
    for key, equals, value in parts:
        if equals and not value:
            raise UsageError(f"tag {key}= has an empty value", hint=f"without a value: {key}")
    return tuple(Tag(key, value if equals else None) for key, equals, value in parts)


def read_keys(words: Sequence[str]) -> tuple[str, ...]:
    """Parse the keys of tags.

    Raises:
        UsageError: A key is empty or given twice.
    """
    _refuse_twice(words)
    return tuple(words)


def adding(pair: KeyPair, tags: Iterable[Tag]) -> TagChange:
    """The change that adds these tags; tags that the key pair already has are left out."""
    return TagChange(pair, added=tuple(tag for tag in tags if tag not in pair.tags))


def removing(pair: KeyPair, keys: Iterable[str]) -> TagChange:
    """The change that removes these keys; keys that the key pair does not have are left out."""
    there = {tag.key for tag in pair.tags}
    return TagChange(pair, removed=tuple(key for key in keys if key in there))


def apply(lightsail: "Lightsail", change: TagChange) -> KeyPair:
    """Apply the change: each request is sent once; after a lost response the tags are looked up.

    Raises:
        LostAnswerError: The tags are not as wanted, or could not be looked up.
    """
    name = change.before.name
    try:
        if change.added:
            lightsail.tag_key_pair(name, change.added)
        if change.removed:
            lightsail.untag_key_pair(name, change.removed)
    except LostAnswerError as lost:
        now = attempt(lightsail.region, partial(lookup.find, lightsail, name)).value
        if now is None or not _is_done(change, now):
            show = f"lskeys show {name} --region {lightsail.region}"
            hint = f"check its tags: {show}; the same command changes what is still missing"
            raise lost.with_(hint=hint) from None
    return change.after


def _is_done(change: TagChange, now: KeyPair) -> bool:
    return set(change.added) <= set(now.tags) and not {tag.key for tag in now.tags} & set(
        change.removed
    )


def _refuse_twice(keys: Sequence[str]) -> None:
    for position, key in enumerate(keys):
        if not key:
            raise UsageError("a tag has no key", hint="a tag is KEY=VALUE, or KEY alone")
        if key in keys[:position]:
            raise UsageError(f"tag {key} is there twice", hint="leave one of them out")
