"""Changes the tags of a key pair. Touches: the network, through the given region."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from lskeys.errors import LostAnswerError, UsageError
from lskeys.keypairs import lookup
from lskeys.model import KeyPair, Tag, attempt
from lskeys.text import lskeys_command, one_line
from lskeys.values import replace

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail

_MAX_KEY, _MAX_VALUE = 128, 256
_NOT_ALLOWED = re.compile(r"[^\w +=.:/@-]")
_AWS_SYNTAX = re.compile(r"key=([^,]*),value=(.*)", re.IGNORECASE)


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
    """Parse `KEY=VALUE`, or `KEY` for a tag without a value.

    What Lightsail's user guide does not allow in tags is refused here: AWS would refuse it after
    the key pair was created.

    Raises:
        UsageError: A key or a value is empty, too long or has a character that no tag has, or a key
            is given twice.
    """
    parts = [word.partition("=") for word in words]
    _refuse_twice([key for key, _, _ in parts])
    for key, equals, value in parts:
        if equals and not value:
            raise UsageError(f"tag {key}= has an empty value", hint=f"without a value: {key}")
        _check(key, value)
    return tuple(Tag(key, value if equals else None) for key, equals, value in parts)


def _check(key: str, value: str) -> None:
    for text, most in ((key, _MAX_KEY), (value, _MAX_VALUE)):
        wrong = _NOT_ALLOWED.search(text)
        if wrong and (of_aws := _AWS_SYNTAX.fullmatch(f"{key}={value}")):
            raise UsageError(
                f"tag {key}={value} is in the spelling of the AWS CLI",
                hint=f"write {'='.join(of_aws.groups())}",
            )
        if wrong:
            raise UsageError(
                f"{one_line(wrong[0])} is not allowed in tags",
                hint="allowed are letters, digits, spaces and + - = . _ : / @",
            )
        if len(text) > most:
            raise UsageError(
                f"{one_line(text, limit=60)} is too long for a tag",
                hint=f"keys have at most {_MAX_KEY} characters, values {_MAX_VALUE}",
            )


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
            show = lskeys_command("show", name, region=lightsail.region)
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
