"""Who besides the user could swap files in a directory, and who gets what root makes there.

Touches: the disk, reading but for `give`.
"""

import grp
import os
import pwd
import stat
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from lskeys.errors import RefusedError
from lskeys.text import chmod_command
from lskeys.values import value

OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH

_ROOT = 0
_MAX_LINKS = 40
_ALL_USERS = ["0", "0", "4294967295"]
"""The user numbers of a system without user namespaces, as uid_map says it (user_namespaces(7))."""


def home_owner() -> int | None:
    """The user in whose home root works, as under a sudo that keeps HOME; None for anybody else."""
    if os.geteuid() != _ROOT:
        return None
    try:
        return _owner(Path.home())
    except RuntimeError:  # there is none
        return None


@cache
def _owner(home: Path) -> int | None:
    try:
        return home.stat().st_uid or None
    except OSError:
        return None


def is_ours(owner: int) -> bool:
    """Whether a file of this owner is the user's own: also root's, and the home's owner's."""
    return owner in {_ROOT, os.geteuid(), home_owner()}


def name_of(owner: int) -> str:
    """The owner's name, or where the system knows none, the number."""
    try:
        return pwd.getpwuid(owner).pw_name
    except (KeyError, OverflowError):
        return f"the user {owner}"


def home_of_ssh() -> Path | None:
    """The home directory where OpenSSH looks for its files: that of the passwd entry, not HOME.

    Of the user who will own what is written; None without an entry.
    """
    owner = home_owner()
    try:
        return Path(pwd.getpwuid(os.geteuid() if owner is None else owner).pw_dir)
    except (KeyError, OverflowError):
        return None


def give(descriptor: int, directory: int) -> None:
    """Give what root made to the owner of the directory, where that is the home's owner."""
    owner = home_owner()
    if owner is None:
        return
    status = os.fstat(directory)
    if status.st_uid == owner:
        os.fchown(descriptor, status.st_uid, status.st_gid)


@value
class UnsafeDirectory:
    """A directory, or a link to one, that others can change, and with it what lies below.

    Attributes:
        owner: Whose it is, where it is neither the user's own nor root's.
    """

    path: Path
    owner: str | None
    mode: int

    @property
    def command(self) -> str | None:
        """What makes it safe; None where only its owner can do that."""
        return None if self.owner else chmod_command("go-w", self.path)

    def refusal(self) -> RefusedError:
        """The error of whoever wants to keep something in it."""
        if self.owner:
            return RefusedError(
                f"{self.path} belongs to {self.owner}, who could replace what is in it",
                hint="choose a directory that is yours, in one that is yours or root's",
            )
        return RefusedError(
            f"others may write in {self.path} (mode {self.mode:04o})",
            hint=f"take that permission away: {self.command}",
        )


def refuse_unsafe(path: Path) -> None:
    """Refuse a directory in which others could swap files, or which they could swap itself.

    Raises:
        RefusedError: Names the directory that others can change, and how that is fixed.
        OSError: A directory cannot be searched.
    """
    unsafe = find_unsafe(path)
    if unsafe:
        raise unsafe.refusal()


def find_unsafe(path: Path) -> UnsafeDirectory | None:
    """The directory by which others could swap what is in this one, or this one itself.

    They can if they own it or one of the directories that lead to it, links included, or may write
    there; in a sticky directory only its owner can. Whatever does not exist is not judged.

    Raises:
        OSError: A directory cannot be searched.
    """
    with suppress(FileNotFoundError, NotADirectoryError):
        for step, status in _way_to(path):
            if not is_ours(status.st_uid) and status.st_uid not in _stand_ins_of_root():
                return _unsafe(step, status, name_of(status.st_uid))
            if stat.S_ISDIR(status.st_mode) and _others_may_rename(status):
                return _unsafe(step, status)
        status = path.stat()
        if status.st_mode & OTHERS_WRITE and not status.st_mode & stat.S_ISVTX:
            return _unsafe(path, status)
    return None


def _unsafe(path: Path, status: os.stat_result, owner: str | None = None) -> UnsafeDirectory:
    return UnsafeDirectory(path, owner, stat.S_IMODE(status.st_mode))


def _way_to(path: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Each directory and each link that is passed on the way to a path, and the path itself."""
    here = Path("/")
    names = list(reversed(path.absolute().parts[1:]))
    links = 0
    yield here, here.lstat()
    while names:
        name = names.pop()
        if name == "..":
            here = here.parent
            continue
        status = (here / name).lstat()
        yield here / name, status
        if not stat.S_ISLNK(status.st_mode):
            here /= name
            continue
        links += 1
        target = (here / name).readlink()
        if links > _MAX_LINKS:
            return  # opening it fails
        here = Path("/") if target.is_absolute() else here
        names.extend(reversed(target.parts[target.is_absolute() :]))


def _others_may_rename(status: os.stat_result) -> bool:
    if status.st_mode & stat.S_ISVTX:
        return False
    if status.st_mode & stat.S_IWOTH:
        return True
    return bool(status.st_mode & stat.S_IWGRP) and not _is_private_group(status.st_gid)


def _is_private_group(number: int) -> bool:
    """Whether it is the user's own group, called as the user, with no other member.

    Where each user has such a group, the umask is often 002 and every directory group-writable.
    """
    try:
        user, group = pwd.getpwuid(os.geteuid()), grp.getgrgid(number)
    except (KeyError, OverflowError):
        return False
    is_own = user.pw_gid == number and group.gr_name == user.pw_name
    return is_own and set(group.gr_mem) <= {user.pw_name}


def _stand_ins_of_root() -> set[int]:
    """The number that the system's root has in a user namespace that does not map it.

    Whoever else is not mapped has it, too; without it, no directory of such a container is safe.
    """
    try:
        if Path("/proc/self/uid_map").read_text().split() == _ALL_USERS:
            return set()
        return {int(Path("/proc/sys/kernel/overflowuid").read_text())}
    except (OSError, ValueError):  # no Linux
        return set()
