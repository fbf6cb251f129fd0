"""What must hold of a home and of what was said, whatever went wrong: one place for all sweeps."""

import re
import stat
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from lskeys.storage import temporary

SUCCESS = re.compile(
    r"^(saved|unchanged|replaced|wrote|written|rotated|deleted|fixed|no findings)\b",
    re.MULTILINE,
)
ERROR, HINT = "lskeys: error: ", "lskeys: hint: "
KEPT = re.compile(r"\.old-\d{8}T\d{6}Z(-\d+)?$")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+(\+00:00|Z)")
DRAFT = re.compile(r"\.lskeys-[0-9a-f]{16}")
JOURNAL_DRAFT = ".json.new"

Picture = Mapping[str, tuple[int, str]]
"""Every file below a home, by its path there: its mode, and what is in it."""


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended, and its output."""

    code: int
    out: str
    err: str

    @property
    def is_killed(self) -> bool:
        """Whether it was killed."""
        return self.code == -9


def picture(home: Path, known: Mapping[str, bytes] | None = None) -> Picture:
    """What lies below a home; keys by whose they are, times in names and drafts left out.

    `known` gives names to contents, those of private keys among them.
    """
    named = {content: name for name, content in (known or {}).items()}
    found = {}
    for path in _files(home):
        if DRAFT.fullmatch(path.name) or path.name.endswith(JOURNAL_DRAFT):
            continue
        content = path.read_bytes()
        what = named.get(content) or _described(path)
        name = KEPT.sub(f".old, {what}", str(path.relative_to(home)))
        found[name] = (stat.S_IMODE(path.stat().st_mode), what)
    return found


def wrongs_on_disk(home: Path, keys: Collection[bytes], loose: Collection[int]) -> Iterator[str]:
    """Every broken promise of what lies below a home: at no moment may one be seen.

    Args:
        home: All of it is searched.
        keys: The private keys that were on the disk before.
        loose: The files, by inode, that were open to others before.
    """
    files = {path: path.read_bytes() for path in _files(home)}
    for path, content in files.items():
        status = path.stat()
        mode = 0 if status.st_ino in loose else stat.S_IMODE(status.st_mode)
        yield from _wrongs_in_file(path, mode, content)
    named = {content for path, content in files.items() if not path.name.startswith(".")}
    if not named.issuperset(keys):
        yield "a private key that was there is lost"
    for path in home.rglob("*"):
        if path.is_dir() and path.stat().st_mode & 0o022:
            yield f"others may write in {path}"


def _wrongs_in_file(path: Path, mode: int, content: bytes) -> Iterator[str]:
    is_draft = DRAFT.fullmatch(path.name) is not None
    is_private = b"PRIVATE KEY" in content
    may_become_private = is_draft and not content.strip(b"\0")
    if mode & 0o077 and (is_private or may_become_private):
        yield f"{path} can be read by others ({mode:04o})"
    if is_draft:
        return
    if path.name.startswith(".lskeys"):
        yield f"{path} is left"
    if (is_private or path.name.endswith(".pem")) and not _reads(content):
        yield f"{path} is no whole private key"
    if not content and not path.name.endswith(JOURNAL_DRAFT):
        yield f"{path} is empty"


def wrongs_said(
    result: Result,
    secrets: Collection[bytes],
    *,
    codes: Collection[int],
    is_complete: bool,
    is_report: bool = False,
) -> Iterator[str]:
    """Every broken promise of what a run said.

    Args:
        result: How it ended, and its output.
        secrets: Private keys, whose text is to be in no message.
        codes: The exit codes that fit what went wrong.
        is_complete: Whether everything requested is done.
        is_report: Whether it reports several results, some of which may be successes.
    """
    said = result.out + result.err
    if result.code not in codes:
        yield f"exit code {result.code}: {said}"
    if "Traceback" in said or "this is a bug" in said:
        yield f"a traceback: {said}"
    if "PRIVATE KEY" in said or any(_body(key) in said for key in secrets):
        yield "a private key is shown"
    if result.is_killed or (is_report and result.code in {6, 7}):
        return
    errors, hints = (
        [line for line in result.err.splitlines() if line.startswith(start)]
        for start in (ERROR, HINT)
    )
    if result.code == 0:
        if errors:
            yield f"an error, and exit code 0: {result.err}"
        if not is_complete:
            yield f"success, and not all is done: {said}"
        return
    if len(errors) != 1 or len(hints) > 1:
        yield f"not one error and its hint: {result.err}"
    if not is_complete and (result.out or SUCCESS.search(result.err)):
        yield f"a word of success: {said}"


def leftovers(home: Path) -> set[Path]:
    """The temporary files that are left below a home."""
    return {path for path in _files(home) if DRAFT.fullmatch(path.name)}


def wrongs_left(home: Path) -> Iterator[str]:
    """Every leftover that the next run would not name."""
    left = leftovers(home)
    directories = {path.parent for path in left}
    known = {each for directory in directories for each in temporary.leftovers(directory)}
    yield from (f"{each} is not known as left over" for each in left - known)


def missing(now: Picture, wanted: Picture, *, may_add: Callable[[str], bool]) -> Iterator[str]:
    """How a picture differs from the one that an undisturbed run leaves."""
    for name, what in wanted.items():
        if now.get(name) != what:
            yield f"{name} is {now.get(name)} and not {what}"
    yield from (f"{name} is there" for name in now if name not in wanted and not may_add(name))


def _files(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file() and not path.is_symlink()]


def _body(key: bytes) -> str:
    """A line of its primes, which no public key has."""
    return key.decode().splitlines()[-4]


@cache
def _reads(content: bytes) -> bool:
    try:
        _private(content)
    except ValueError:
        return False
    return content.endswith(b"-----\n")


@cache
def _private(content: bytes) -> bytes:
    """The public line of a private key's text, as `cryptography` reads it."""
    loaders = (serialization.load_pem_private_key, serialization.load_ssh_private_key)
    load = loaders[b"OPENSSH" in content]
    public = load(content, password=None).public_key()
    openssh = (serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return public.public_bytes(*openssh)


def _described(path: Path) -> str:
    content = path.read_bytes()
    if b"PRIVATE KEY" in content:
        return "a private key" if _reads(content) else "no whole key"
    if path.name.endswith(".pub"):
        private = path.with_name(path.name.removesuffix(".pub"))
        is_whole = private.exists() and _reads(private.read_bytes())
        if is_whole and content.split()[:2] == _private(private.read_bytes()).split()[:2]:
            return "the public key of what is next to it"
    return MOMENT.sub("a moment", content.decode(errors="replace"))
