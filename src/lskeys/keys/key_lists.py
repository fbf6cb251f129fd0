"""Several keys in one text, as GitHub's `.keys` and `ssh-add -L` print them: which one. Pure."""

import re
from dataclasses import dataclass

from lskeys.keys import fingerprints
from lskeys.keys.encoding import KeyMaterialError, unwrapped
from lskeys.keys.envelope import BEGIN, find_private
from lskeys.keys.fingerprints import FingerprintType
from lskeys.keys.material import PublicKey
from lskeys.keys.private import open_private
from lskeys.keys.public import read_public
from lskeys.text import one_line

_BLOCK = re.compile(
    rb"-----BEGIN (?P<label>[A-Z0-9 ]+)-----.*?-----END (?P=label)-----"
    rb"|---- BEGIN SSH2 PUBLIC KEY ----.*?---- END SSH2 PUBLIC KEY ----",
    re.DOTALL,
)
_MAX_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ListedKey:
    """One of the keys in a text; `public` is None where an encrypted PEM does not show it."""

    text: bytes
    public: PublicKey | None

    def is_called(self, number: int, word: str) -> bool:
        """Whether a word picks it: its number, its comment, or a fingerprint of it."""
        if word == str(number):
            return True
        if self.public is None:
            return False
        digest = fingerprints.parse(word)
        return word == self.public.comment or (
            digest is not None and digest in {each.digest for each in self.public.fingerprints}
        )

    def __str__(self) -> str:
        if self.public is None:
            return "an encrypted private key"
        digest = next(
            each
            for each in self.public.fingerprints
            if each.fingerprint_type is FingerprintType.SHA256_SSH
        )
        words = (self.public.algorithm, str(digest), one_line(self.public.comment, limit=40))
        return " ".join(filter(None, words))


def listed_keys(text: bytes) -> tuple[ListedKey, ...]:
    """The keys in a text, in their order; what is none is left out.

    A private key that is there twice is one, as it is for ssh. Public keys next to private ones are
    not counted: they are theirs, or certificates'.
    """
    content = unwrapped(text)
    blocks = [found[0] for found in _BLOCK.finditer(content)]
    private = [each for each in blocks if BEGIN.match(each)]
    if private:
        return tuple(filter(None, map(_private, dict.fromkeys(private))))
    return tuple(filter(None, map(_public, blocks or content.splitlines())))


def choose_key(text: bytes, word: str) -> bytes:
    """The one key in a text that a word picks: its number, comment or fingerprint.

    Raises:
        KeyMaterialError: No key is called so, or several are.
    """
    every = listed_keys(text)
    found = [each for number, each in enumerate(every, 1) if each.is_called(number, word)]
    if len({each.public or each.text for each in found}) == 1:
        return found[0].text
    called = f"{len(found)} keys" if found else "no key"
    raise KeyMaterialError(
        f"--select {one_line(word, limit=60)} matches {called} in it: {_listed(every)}"
    )


def refuse_several_keys(text: bytes) -> None:
    """Refuse a text with more than one key.

    Raises:
        KeyMaterialError: There are several; says which, and how to pick one.
    """
    if len(text.strip().splitlines()) == 1:  # of which there are most in a key directory
        return
    every = listed_keys(text)
    if len(every) > 1:
        raise KeyMaterialError(
            f"it holds {len(every)} keys: {_listed(every)}",
            hint="pick one with --select and its number, comment or fingerprint",
        )


def _listed(every: tuple[ListedKey, ...]) -> str:
    shown = [f"{number}. {each}" for number, each in enumerate(every[:_MAX_SHOWN], 1)]
    more = [f"and {len(every) - _MAX_SHOWN} more"] if len(every) > _MAX_SHOWN else []
    return "; ".join((*shown, *more)) or "there is none"


def _private(text: bytes) -> ListedKey | None:
    try:
        envelope = find_private(text)
        if envelope is None:
            return None
        public = envelope.public
        if public is None and not envelope.encrypted:
            public = open_private(envelope, thorough=False).public
    except KeyMaterialError:
        return None
    return ListedKey(text + b"\n", public)


def _public(text: bytes) -> ListedKey | None:
    try:
        return ListedKey(text + b"\n", read_public(text))
    except KeyMaterialError:
        return None
