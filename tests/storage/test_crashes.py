"""Saving a key, watched, failed and killed at every file system call by strace."""

import re
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from lskeys import keys, storage
from lskeys.keys import PrivateKey
from lskeys.values import replace
from tests.support.matrix import Injected
from tests.support.saved_keys import Ran, Saver
from tests.support.tracing import (
    FILES,
    MARK,
    Call,
    HeldSaver,
    calls,
    held_save,
    needs_strace,
    was_hit,
    watch,
)

__all__ = ["held_save"]

pytestmark = needs_strace


def test_the_order_of_writing(tmp_path: Path, save: Saver) -> None:
    """Space before the key; content flushed before it has its name; the name flushed; read back."""
    trace = watch(save, tmp_path / "out", tmp_path / "log")
    steps = [
        each.name
        for each in trace
        if each.name
        in ("fallocate", "pwrite64", "ftruncate", "fsync", "linkat", "unlinkat", "read")
    ]
    one_file = ["pwrite64", "ftruncate", "fsync", "linkat", "unlinkat", "fsync", "read"]
    directory_made = ["fsync"]
    assert steps == [*directory_made, "fallocate", "fallocate", *one_file, *one_file]


def test_the_order_of_replacing(tmp_path: Path, save: Saver, other: PrivateKey) -> None:
    """The old file has its second name, flushed, before the new one takes the first."""
    (tmp_path / "k.pem").write_bytes(other.pem.reveal())
    trace = watch(save, tmp_path, tmp_path / "log", "--force")
    names = [each.name for each in trace if each.changes_the_disk or each.name == "fsync"]
    kept = names.index("linkat")
    close_old = ["fchmod", "fsync"]
    keep_old = ["linkat", "fsync"]
    write_new = ["pwrite64", "ftruncate", "fchmod", "fsync"]
    take_name = ["renameat2", "unlinkat", "fsync"]
    steps = close_old + keep_old + write_new + take_name
    assert names[kept - 2 : kept - 2 + len(steps)] == steps


def test_a_key_that_was_there_is_flushed_too(tmp_path: Path, save: Saver) -> None:
    """Whoever wrote it may not have been so careful: each file, then the name it has."""
    assert save(tmp_path).returncode == 0
    trace = watch(save, tmp_path, tmp_path / "log")
    private, directory, public, again = (each.arguments for each in trace if each.name == "fsync")
    assert directory == again
    assert directory not in (private, public)


def test_no_file_is_ever_made_open_to_others(tmp_path: Path, save: Saver) -> None:
    """Created exclusively, 0600, by names nobody can guess; only the `.pub` becomes 0644."""
    trace = watch(save, tmp_path / "out", tmp_path / "log", "--umask=0")
    made = [each.arguments for each in trace if "O_CREAT" in each.arguments]
    pattern = (
        r'\d+, "\.lskeys-[0-9a-f]{16}", O_WRONLY\|O_CREAT\|O_EXCL\|O_NOFOLLOW\|O_CLOEXEC, 0600'
    )
    assert len(made) == 2
    assert all(re.fullmatch(pattern, each) for each in made)
    modes = [each.arguments.split(", ")[1] for each in trace if each.name == "fchmod"]
    assert modes == ["0600", "0600", "0600", "0644"]
    assert [each.arguments.split(", ")[1] for each in trace if each.name == "mkdir"] == ["0700"]


def test_no_child_process_and_no_other_directory(tmp_path: Path, save: Saver) -> None:
    """From the first mark on nothing is opened for writing but the two temporary files."""
    trace = watch(save, tmp_path / "out", tmp_path / "log")
    opened = [each.arguments for each in trace if each.name.startswith("open")]
    assert all("O_RDONLY" in each or ".lskeys-" in each for each in opened)
    assert not [each for each in trace if each.name.startswith("exec")]


@dataclass(frozen=True, slots=True)
class Scene:
    """A directory before a save: fresh, or with another key that is to be replaced."""

    key: PrivateKey
    old: PrivateKey | None = None

    @property
    def options(self) -> tuple[str, ...]:
        """What the save is started with."""
        return ("--force",) if self.old else ()

    def set(self, directory: Path) -> None:
        """Lay the scene."""
        if self.old:
            directory.mkdir(0o700)
            (directory / "k.pem").write_bytes(self.old.pem.reveal())
            (directory / "k.pem").chmod(0o644)
            (directory / "k.pem.pub").write_text(self.old.public.line() + "\n")

    def wrongs(self, directory: Path) -> Iterable[str]:
        """Every broken promise of what lies in the directory."""
        files = list(directory.iterdir()) if directory.exists() else []
        if directory.exists() and stat.S_IMODE(directory.stat().st_mode) != 0o700:
            yield "the directory is not 0700"
        whole = {each.pem.reveal() for each in (self.key, self.old) if each}
        target = directory / "k.pem"
        if target.exists() and target.read_bytes() not in whole:
            yield "half a file"
        if self.old and not any(each.read_bytes() == self.old.pem.reveal() for each in files):
            yield "the old key is lost"
        for each in files:
            mode = stat.S_IMODE(each.stat().st_mode)
            secret = self.key.pem.reveal()[200:240] in each.read_bytes()
            if secret and mode != 0o600:
                yield f"{each.name} shows the key with mode {mode:o}"


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens at a call: it fails with EIO, or the process is killed before it."""

    injected: str
    wanted: Callable[[Call], bool]
    wrongs: Callable[[Scene, Path, Call, Ran], Iterable[str]]


def wrongs_of_failure(scene: Scene, directory: Path, call: Call, ran: Ran) -> Iterable[str]:
    """A failing disk ends in one line and exit 9, or in success where it did no harm."""
    names = sorted(each.name for each in directory.iterdir()) if directory.exists() else []
    left = [each for each in names if each.startswith(".lskeys-")]
    if ran.returncode not in (0, 9):
        yield f"exit code {ran.returncode}"
    if ran.returncode == 9 and (ran.stdout or ran.stderr.count("\n") != 1):
        yield "not one line of error"
    if ran.returncode == 0 and (directory / "k.pem").read_bytes() != scene.key.pem.reveal():
        yield "success without the key"
    if ran.returncode == 0 and "k.pem.pub" not in names:
        yield "success without the public key"
    if left and not call.name.startswith("unlink"):
        yield "a temporary file is left"


def wrongs_of_crash(save: HeldSaver) -> Callable[[Scene, Path, Call, Ran], Iterable[str]]:
    """After a crash the next run names what is left, and saves the key."""

    def wrongs(scene: Scene, directory: Path, _call: Call, ran: Ran) -> Iterable[str]:
        if ran.stdout:
            yield "success before the end"
        names = set(directory.iterdir()) if directory.exists() else set()
        if {each for each in names if each.name.startswith(".")} != {*storage.leftovers(directory)}:
            yield "leftovers are not named"
        again = save(directory, *scene.options)
        if again.returncode or (directory / "k.pem").read_bytes() != scene.key.pem.reveal():
            yield f"the next run does not save the key: {again.stderr}"
        if keys.read_public((directory / "k.pem.pub").read_bytes()) != replace(
            scene.key.public, comment="a comment"
        ):
            yield "the next run does not save the public key"
        if {*storage.leftovers(directory)} - names:
            yield "the next run leaves more"

    return wrongs


def sweep(
    save: HeldSaver, tmp_path: Path, scene: Scene, fault: Fault, injected: Injected
) -> list[tuple[Call, str]]:
    """One save per call, with the fault at that call, and every promise that broke."""
    log = tmp_path / "log"
    scene.set(tmp_path / "watched")
    ran = save(tmp_path / "watched", *scene.options, strace=("-o", log, FILES))
    assert ran.returncode == 0, ran.stderr
    points = [each for each in calls(log) if fault.wanted(each)]
    found = []
    for number, call in enumerate(points):
        directory = tmp_path / str(number)
        scene.set(directory)
        what = f"--inject={call.name}:{fault.injected}:when={call.number}"
        ran = save(
            directory,
            *scene.options,
            strace=("-o", log, f"--trace={call.name},{MARK}", what),
        )
        wrongs = [*scene.wrongs(directory), *fault.wrongs(scene, directory, call, ran)]
        if not was_hit(log):
            wrongs.append("the fault did not happen")
        if scene.key.pem.reveal()[40:80].decode() in ran.stdout + ran.stderr:
            wrongs.append("the key was shown")
        found += [(call, each) for each in wrongs]
    assert len(points) > 15
    injected(len(points))
    return found


@pytest.fixture(params=["fresh", "replacing"])
def scene(request: pytest.FixtureRequest, small: PrivateKey, other: PrivateKey) -> Scene:
    """A directory to be made, and one with another key in it."""
    return Scene(small, other if request.param == "replacing" else None)


def test_an_error_at_any_call_breaks_no_promise(
    tmp_path: Path, held_save: HeldSaver, scene: Scene, injected: Injected
) -> None:
    """Whole or absent, old or new, nothing left, exit 9: at every single call that can fail."""
    fault = Fault("error=EIO", lambda _call: True, wrongs_of_failure)
    assert sweep(held_save, tmp_path, scene, fault, injected) == []


def test_a_crash_at_any_call_breaks_no_promise(
    tmp_path: Path, held_save: HeldSaver, scene: Scene, injected: Injected
) -> None:
    """SIGKILL before every call that changes the disk: whole or absent, and the next run works."""
    wrongs = wrongs_of_crash(held_save)
    fault = Fault("signal=SIGKILL", lambda call: call.changes_the_disk, wrongs)
    assert sweep(held_save, tmp_path, scene, fault, injected) == []


def test_no_link_is_followed_in_the_directory(tmp_path: Path, save: Saver, scene: Scene) -> None:
    """Every file in it is opened so that a link, swapped in after any check, is an error."""
    scene.set(tmp_path / "out")
    trace = watch(save, tmp_path / "out", tmp_path / "log", *scene.options)
    opened = [each.arguments for each in trace if each.name == "openat"]
    inside = [each for each in opened if not each.startswith("AT_FDCWD")]
    assert len(inside) >= 4
    assert all("O_NOFOLLOW" in each and "O_CLOEXEC" in each for each in inside)
    assert all("O_NONBLOCK" in each or "O_CREAT" in each for each in inside)
    by_path = [each for each in opened if f'"{tmp_path}' in each]
    assert by_path
    assert all("O_DIRECTORY" in each for each in by_path)
