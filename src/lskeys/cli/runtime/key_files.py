"""Key files on this computer: where they are, and where new ones go. Touches: the disk, stdin."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from lskeys.errors import LocalError, RefusedError, UsageError
from lskeys.keypairs.names import Destination
from lskeys.model import KeyPair
from lskeys.output.terminal import Terminal

if TYPE_CHECKING:
    from lskeys.keys.matching import LocalKey, UnreadableFile
    from lskeys.storage.key_directory import KeyDirectory
    from lskeys.storage.key_reading import Opens
    from lskeys.storage.key_search import FoundFiles

STREAM = "-"
"""The word that stands for stdin where a file can be named, and for stdout."""


class KeyFiles:
    """The key files of one run.

    Args:
        own: The directories that are looked after; keys are saved in the first by default.
        wait: Seconds to wait for another lskeys that writes in the same directory.
    """

    def __init__(
        self,
        own: tuple[Path, ...],
        terminal: Terminal,
        stdin: TextIO | None,
        now: Callable[[], datetime],
        wait: float,
    ) -> None:
        self._out = own[0]
        self._own = own
        self._terminal = terminal
        self._stdin = stdin
        self._now = now
        self._wait = wait
        self._named: set[Path] = set()

    @property
    def directories(self) -> tuple[Path, ...]:
        """The directories searched for local keys: those looked after, and `~/.ssh`.

        Without a home directory, those that lie in it are not there.
        """
        return _there((*self._own, Path("~/.ssh")))

    @property
    def own_directories(self) -> tuple[Path, ...]:
        """The directories that are looked after: of the sandbox, only its own."""
        return _there(self._own)

    @property
    def local_keys(self) -> "tuple[LocalKey, ...]":
        """Every key in the key directories."""
        return self._found.keys

    @property
    def unreadable(self) -> "tuple[UnreadableFile, ...]":
        """The files and directories among them that cannot be read."""
        return self._found.unreadable

    @cached_property
    def own_files(self) -> "FoundFiles":
        """The keys in the directories that are looked after, and the files that cannot be read."""
        return self._search(self.own_directories)

    @cached_property
    def _found(self) -> "FoundFiles":
        same = self.directories == self.own_directories
        return self.own_files if same else self._search(self.directories)

    def _search(self, directories: tuple[Path, ...]) -> "FoundFiles":
        from lskeys.storage import key_search

        with self._terminal.waiting("key files", ", ".join(map(str, directories))):
            found = key_search.search(directories)
        for each in found.unreadable:
            if each.path not in self._named:
                self._named.add(each.path)
                self._terminal.note(f"cannot read {each.path}: {each.reason}")
        return found

    def with_local_files(self, pairs: Iterable[KeyPair]) -> list[KeyPair]:
        """The pairs with `local_files` known: the paths of their keys in the key directories."""
        from lskeys.keys.matching import with_local_files

        return with_local_files(pairs, self.local_keys)

    @contextmanager
    def open(self, path: Path) -> "Iterator[KeyDirectory]":
        """The directory keys are saved in, held; names what an interrupted run left there."""
        from lskeys import keys
        from lskeys.storage import key_directory

        keys.load()
        self.name_leftovers(path)
        self.warn_of_owner()
        with ExitStack() as held:
            with self._terminal.waiting("the directory", str(path)):
                opened = key_directory.open_key_directory(path, now=self._now, wait=self._wait)
                directory = held.enter_context(opened)
            yield directory

    def warn_of_owner(self) -> None:
        """Say who will own the files that root makes in another user's home, as under `sudo`."""
        from lskeys.storage import ownership

        owner = ownership.home_owner()
        if owner is not None:
            name = ownership.name_of(owner)
            self._terminal.warning(f"running as root in the home of {name}, who will own the files")

    def warn_of_others(self, path: Path) -> None:
        """Say by which file or directory others could have replaced a key that is given away."""
        from lskeys.storage import ownership

        unsafe = None
        with suppress(OSError):  # a pipe of another process has no directory to judge
            unsafe = ownership.find_unsafe(path)
        if unsafe:
            whose = f"belongs to {unsafe.owner}" if unsafe.owner else "is writable by others"
            self._terminal.warning(f"{unsafe.path} {whose}, who could have replaced the key")

    def name_leftovers(self, directory: Path) -> None:
        """Name, once, what an interrupted run left in a directory before it is written in."""
        from lskeys.storage import temporary

        for leftover in sorted({*temporary.leftovers(directory)} - self._named):
            self._named.add(leftover)
            self._terminal.note(
                f"an interrupted run left {leftover}, which may hold a private key: remove it"
            )

    def destination(
        self, out: Path | None, file: str | None, regions: Sequence[str]
    ) -> Destination:
        """Where private keys go: `--file`, `-` being stdout, else `--out`, else the setting.

        Raises:
            UsageError: Both are given, or one file for several regions.
            RefusedError: stdout is a terminal.
        """
        from lskeys import keys
        from lskeys.config.paths import expanded

        keys.load()
        if file is None:
            return Destination(expanded(out or self._out))
        if out is not None:
            raise UsageError("--out and --file cannot be combined", hint="choose one")
        if len(regions) > 1:
            raise UsageError(
                f"--file is for one region, and {len(regions)} are given",
                hint="use --out DIR, which gets a file for each region",
            )
        if file != STREAM:
            path = expanded(Path(file))
            return Destination(path.parent, path.name)
        if self._terminal.shows_tables:
            raise RefusedError(
                "a private key is not shown on a terminal",
                hint="redirect stdout, or use --file PATH",
            )
        return Destination(None)

    def read(self, word: str, opens: "Opens", pick: str | None = None) -> "LocalKey":
        """The key in a named file or pipe, or in stdin for `-`.

        `opens` gives its passphrase; `pick` says which of several keys counts.
        """
        from lskeys.config.paths import expanded
        from lskeys.storage import key_reading

        if word != STREAM:
            path = expanded(Path(word))
            with self._terminal.waiting("the key", str(path)):
                return key_reading.read(path, opens, pick=pick, wait=self._wait)
        with self._terminal.waiting("the key", "stdin"):
            piped = self._piped()
        mode = key_reading.MODE_OF_A_PIPE
        return key_reading.read_content(Path(STREAM), piped, mode, opens, pick=pick)

    def _piped(self) -> bytes:
        """What is piped in, up to a little more than any key has."""
        from lskeys.keys import SIZE_LIMIT

        if self._stdin is None:
            raise LocalError("stdin is closed", hint="pipe the key in, or name a file")
        try:
            return self._stdin.buffer.read(SIZE_LIMIT + 1)
        except OSError as error:
            reason = (error.strerror or "error").lower()
            raise LocalError(
                f"cannot read stdin: {reason}", hint="pipe the key in, or name a file"
            ) from None


def _there(directories: Iterable[Path]) -> tuple[Path, ...]:
    """Each of them once, without those that lie in a home directory that there is not."""
    from lskeys.config.paths import expanded_if_home

    return tuple(dict.fromkeys(filter(None, map(expanded_if_home, directories))))
