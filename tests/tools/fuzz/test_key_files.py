"""Key files: after any edit a file is a sound key or no key, and nothing else happens."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lskeys import keys
from lskeys.errors import LskeysError
from lskeys.keys import KeyMaterialError, PrivateKey, PublicKey
from lskeys.storage import key_reading, key_search
from tests.tools.fuzz.budget import fuzz
from tests.tools.fuzz.conftest import PASSPHRASE, Corpus
from tests.tools.fuzz.edits import Edit, edited, edits

QUOTABLE = 16
"""Characters: what is shorter may stand in a message by accident."""


def check_private(key: PrivateKey) -> None:
    """A key that was read is read again from its own text, and each part says the same."""
    again = keys.read_local(key.pem.reveal())
    assert again is not None
    assert again.has_private
    if again.private:
        assert again.private == key or again.private.public.blob == key.public.blob
    check_public(key.public)


def check_public(key: PublicKey) -> None:
    """A key that was read is read again from its own line."""
    again = keys.read_public(key.line(key.comment).encode())
    assert (again.blob, again.spki, again.fingerprints) == (key.blob, key.spki, key.fingerprints)
    assert key.line(key.comment).isprintable()


def check_message(error: KeyMaterialError, text: bytes) -> None:
    """What is reported is one line and quotes nothing of the file, nor does any cause behind it."""
    shown = f"{error.message} {error.hint}"
    assert shown.isprintable()
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
    words = {word for word in text.split() if len(word) >= QUOTABLE}
    assert not [word for word in words if word.decode("latin-1") in shown]


def read(reader: Callable[[], PrivateKey | PublicKey], text: bytes) -> None:
    """Read a text that may be anything, and check what comes of it."""
    try:
        key = reader()
    except KeyMaterialError as error:
        check_message(error, text)
        return
    if isinstance(key, PrivateKey):
        check_private(key)
    else:
        check_public(key)


@given(data=st.data(), changes=edits)
@fuzz
def test_a_file_after_any_edit(corpus: Corpus, data: st.DataObject, changes: list[Edit]) -> None:
    """A search never raises; what it takes for a key is one."""
    text = edited(corpus.texts[data.draw(st.sampled_from(corpus.kinds("")))], changes)
    found = keys.read_local(text)
    if found and found.private:
        check_private(found.private)
    if found and found.public:
        check_public(found.public)


@given(data=st.data(), changes=edits)
@fuzz
def test_a_named_key_after_any_edit(
    corpus: Corpus, data: st.DataObject, changes: list[Edit]
) -> None:
    """Both readers give a sound key or one error, which quotes nothing."""
    text = edited(corpus.texts[data.draw(st.sampled_from(corpus.kinds("")))], changes)
    read(lambda: keys.read_private(text), text)
    read(lambda: keys.read_public(text), text)


@given(data=st.data(), changes=edits, passphrase=st.just(PASSPHRASE.encode()) | st.binary())
@fuzz
def test_an_encrypted_key_after_any_edit(
    corpus: Corpus, data: st.DataObject, changes: list[Edit], passphrase: bytes
) -> None:
    """The same holds with any passphrase: right, wrong, empty or of any bytes."""
    # Not OpenSSH's own format: an edit there can request a thousand rounds of bcrypt.
    kinds = corpus.kinds("pem encrypted", "pkcs8 encrypted")
    text = edited(corpus.texts[data.draw(st.sampled_from(kinds))], changes[:1])
    read(lambda: keys.read_private(text, passphrase=passphrase), text)


@given(data=st.data(), changes=edits)
@fuzz
def test_a_directory_with_any_file(
    corpus: Corpus,
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
    changes: list[Edit],
) -> None:
    """On a disk: a search raises nothing, a named file one of this program's errors."""
    directory = _directory(tmp_path_factory)
    for name in ("id", "id.pub"):
        text = edited(corpus.texts[data.draw(st.sampled_from(corpus.kinds("")))], changes)
        (directory / name).write_bytes(text)
    found = key_search.find([directory])
    assert {each.path for each in found} <= {directory / "id", directory / "id.pub"}
    for each in found:
        assert key_reading.read(each.path) == each
    for name in ("id", "id.pub"):
        with contextlib.suppress(LskeysError):
            key_reading.read(directory / name)


def _directory(factory: pytest.TempPathFactory) -> Path:
    directory = factory.getbasetemp() / "any-file"
    directory.mkdir(exist_ok=True)
    return directory
