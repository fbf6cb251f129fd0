"""Verbs that write, where the disk, its permissions or its files prevent that."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import REGION, Ran, Run
from tests.support.cli_keys import other_pem, public_line, save
from tests.support.fake_region import DEFAULT_PAIR
from tests.support.fake_region import Region as Account
from tests.support.fake_region import own_pem as small_pem
from tests.support.lying_server import Call, Liar, Reply, refused, said
from tests.support.special_files import PRECIOUS, STRANGE
from tests.support.writing_cases import DEFAULT_FILE

pytestmark = pytest.mark.usefixtures("account")

HANDED_OUT = "DownloadDefaultKeyPair"
CHANGES = {HANDED_OUT, "CreateKeyPair", "ImportKeyPair", "DeleteKeyPair"}
VERBS = {
    "create": ("create web --type ed25519 --out {directory}", "web.pem"),
    "create --force": ("create web --type ed25519 --force --out {directory}", "web.pem"),
    "create --service-generated": ("create web --service-generated --out {directory}", "web.pem"),
    "download-default": ("download-default --out {directory}", DEFAULT_FILE),
    "download-default --force": ("download-default --force --out {directory}", DEFAULT_FILE),
    "rotate-default": ("rotate-default --yes --out {directory}", DEFAULT_FILE),
    "rotate-default --force": ("rotate-default --yes --force --out {directory}", DEFAULT_FILE),
    "delete --backup": (
        f"delete {DEFAULT_PAIR} --fingerprint --yes --backup {{directory}}",
        DEFAULT_FILE,
    ),
    "ssh-config --write": ("ssh-config --write --yes --file {directory}/own.config", "own.config"),
}
KEY_VERBS = {name: verb for name, verb in VERBS.items() if name != "ssh-config --write"}
every_verb = pytest.mark.parametrize("verb", VERBS)
every_key_verb = pytest.mark.parametrize("verb", KEY_VERBS)


@pytest.fixture
def account(liar: Liar, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An account with a default pair that an instance uses."""
    monkeypatch.setenv("AWS_REGION", REGION)
    account = Account.with_default(instances=("blog",))
    account.serve(liar)
    return account


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The directory that is written in."""
    made = tmp_path / "keys"
    made.mkdir(0o700)
    return made


def line(verb: str, directory: Path) -> str:
    """A verb's command line for this directory."""
    return VERBS[verb][0].format(directory=directory)


def changes(liar: Liar) -> list[str]:
    """The changes that were requested."""
    return [each for each in liar.operations if each in CHANGES]


def modes(directory: Path) -> dict[str, int]:
    """The permission bits of all files below a directory."""
    return {each.name: stat.S_IMODE(each.stat().st_mode) for each in directory.rglob("*")}


def assert_failed(ran: Ran, exit_code: int, message: str) -> None:
    """One error with this in it and at most one hint; nothing on stdout."""
    lines = ran.err.splitlines()
    errors = [each for each in lines if each.startswith("lskeys: error: ")]
    assert (ran.exit_code, ran.out, len(errors)) == (exit_code, "", 1), ran
    assert message in errors[0]
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("verb", "suffix"),
    [*((verb, "") for verb in VERBS), ("create", ".pub"), ("download-default --force", ".pub")],
)
@pytest.mark.parametrize("kind", STRANGE)
def test_what_is_no_file_is_not_written_through(  # noqa: PLR0913, PLR0917  fixtures and cases
    liar: Liar, run: Run, directory: Path, verb: str, suffix: str, kind: str
) -> None:
    """Refused before a key is requested, with force, too; a dry run says the same."""
    put, words = STRANGE[kind]
    path = directory / f"{VERBS[verb][1]}{suffix}"
    put(path)
    before = path.lstat()
    dry, ran = run(f"{line(verb, directory)} --dry-run"), run(line(verb, directory))
    assert dry == ran
    assert_failed(ran, 5, words)
    after = path.lstat()
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)
    assert changes(liar) == []
    assert not (directory / "nowhere").exists()
    assert kind != "symlink" or path.read_bytes() == PRECIOUS


@pytest.mark.parametrize("verb", ["create --force", "download-default --force"])
def test_no_other_name_of_a_file_is_written_through(run: Run, directory: Path, verb: str) -> None:
    """A hard link is given up for the new file; under its other name the old one is as it was."""
    twin = save(directory / "twin", other_pem(), 0o640)
    (directory / VERBS[verb][1]).hardlink_to(twin)
    assert run(line(verb, directory)).exit_code == 0
    assert (twin.read_text(), stat.S_IMODE(twin.stat().st_mode)) == (other_pem(), 0o640)
    assert (directory / VERBS[verb][1]).read_text() != other_pem()


@every_verb
@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777, 0o2775])
def test_a_directory_others_may_write_in(
    liar: Liar, run: Run, directory: Path, verb: str, mode: int
) -> None:
    """Refused before a key is requested: they could put another file in its place.

    A dry run says so, too, and the hint is the command that fixes it.
    """
    directory.chmod(mode)
    dry, ran = run(f"{line(verb, directory)} --dry-run"), run(line(verb, directory))
    assert dry == ran
    assert_failed(ran, 5, f"others may write in {directory}")
    assert ran.err.endswith(f"chmod go-w {directory}\n")
    assert list(directory.iterdir()) == []
    assert changes(liar) == []


@every_key_verb
@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077, 0o177, 0o377, 0o777])
def test_whatever_the_umask(run: Run, tmp_path: Path, home: Path, verb: str, mask: int) -> None:
    """Missing directories are made 0700, parents included; the key is 0600 and its .pub 0644."""
    before = os.umask(mask)
    try:
        ran = run(line(verb, tmp_path / "a" / "b" / "c"))
    finally:
        os.umask(before)
    assert ran.exit_code == 0, ran.err
    found = modes(tmp_path / "a")
    name = KEY_VERBS[verb][1]
    assert {each: found[each] for each in ("b", "c", name, f"{name}.pub")} == {
        "b": 0o700,
        "c": 0o700,
        name: 0o600,
        f"{name}.pub": 0o644,
    }
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700
    state = home / ".local" / "state" / "lskeys"
    assert {mode & 0o077 for mode in modes(state).values()} <= {0}


@pytest.mark.parametrize(
    ("verb", "operation"),
    [("download-default", HANDED_OUT), ("create --service-generated", "CreateKeyPair")],
)
def test_a_file_that_appears_during_the_request(  # noqa: PLR0913, PLR0917  fixtures and cases
    account: Account, liar: Liar, run: Run, directory: Path, verb: str, operation: str
) -> None:
    """The check before is not what protects it: it is not overwritten, and that is reported."""
    path = directory / VERBS[verb][1]

    def appear(call: Call) -> Reply:
        save(path, other_pem())
        account.serve(liar)
        return account.response(call)

    liar.responses(operation, appear)
    assert_failed(run(line(verb, directory)), 5, f"{path} holds another key")
    assert path.read_text() == other_pem()
    assert [*directory.iterdir()] == [path]


@pytest.mark.parametrize(
    ("verb", "operation", "response"),
    [
        ("create --force", "ImportKeyPair", refused("AccessDeniedException", "no")),
        *(
            (verb, HANDED_OUT, response)
            for verb in ("download-default --force", "rotate-default --force")
            for response in (
                refused("AccessDeniedException", "no"),
                said({}),
                said({"privateKeyBase64": "no key"}),
            )
        ),
    ],
)
def test_a_response_that_fails(  # noqa: PLR0913, PLR0917  fixtures and cases
    liar: Liar, run: Run, directory: Path, verb: str, operation: str, response: Reply
) -> None:
    """The old file keeps its name, its bytes and its mode, and no copy of it appears."""
    path = save(directory / VERBS[verb][1], other_pem(), 0o600)
    before = path.stat()
    liar.responses(operation, response)
    assert run(line(verb, directory)).exit_code in {4, 5, 8}
    after = path.stat()
    assert path.read_text() == other_pem()
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)
    assert [*directory.iterdir()] == [path]


def test_another_pub_is_met_before_a_pair_is_made(liar: Liar, run: Run, directory: Path) -> None:
    """Where there is no default key pair yet, no .pub can be its: refused, and none is created."""
    Account().serve(liar)
    public = save(directory / f"{DEFAULT_FILE}.pub", public_line(other_pem()) + "\n", 0o644)
    for words in ("", " --dry-run"):
        ran = run(f"download-default --create --out {directory}{words}")
        assert_failed(ran, 5, f"{public} holds another key")
    assert changes(liar) == []


@pytest.mark.parametrize("has_private", [False, True])
def test_another_pub_is_met_before_the_key_is_requested(
    liar: Liar, run: Run, directory: Path, *, has_private: bool
) -> None:
    """By the fingerprint that AWS reports, or by the private key next to it, it is another's."""
    public = save(directory / f"{DEFAULT_FILE}.pub", public_line(other_pem()) + "\n", 0o644)
    if has_private:
        save(directory / DEFAULT_FILE, small_pem())
    ran = run(f"download-default --out {directory}")
    assert_failed(ran, 5, f"{public} holds another key")
    assert "--force" in ran.err
    assert changes(liar) == []


def test_its_own_pub_is_in_no_way(run: Run, directory: Path) -> None:
    """A .pub of the pair itself stays, with its comment."""
    text = public_line(small_pem()) + " mine\n"
    public = save(directory / f"{DEFAULT_FILE}.pub", text, 0o644)
    assert run(f"download-default --out {directory}").exit_code == 0
    assert public.read_text() == text


@pytest.mark.parametrize("words", ["", " --dry-run"])
@pytest.mark.parametrize("suffix", ["", ".pub"])
def test_the_hint_fits_the_verb(
    liar: Liar, run: Run, directory: Path, suffix: str, words: str
) -> None:
    """Delete has no --force: where its backup finds another key, it names what helps."""
    text = other_pem() if not suffix else public_line(other_pem()) + "\n"
    path = save(directory / f"{DEFAULT_FILE}{suffix}", text)
    ran = run(f"delete {DEFAULT_PAIR} --fingerprint --yes --backup {directory}{words}")
    assert_failed(ran, 5, f"{path} holds another key")
    assert "--force" not in ran.err
    assert "choose another directory with --backup" in ran.err
    assert changes(liar) == []


def test_what_a_killed_run_left_is_no_copy_of_a_key(liar: Liar, run: Run, home: Path) -> None:
    """It is temporary: no pair is deleted because of it, and nothing is put next to it."""
    left = save(home / ".ssh" / ".lskeys-0123456789abcdef", small_pem())
    ran = run(f"delete {DEFAULT_PAIR} --fingerprint --yes")
    assert (ran.exit_code, changes(liar)) == (5, [])
    assert run("audit --fix --yes").exit_code == 6
    assert [*left.parent.iterdir()] == [left]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, with room for 64 KiB."""
    directory = tmp_path / "disk"
    directory.mkdir()
    words = ("mount", "-t", "tmpfs", "-o", "size=64k,mode=0700", "tmpfs", directory)
    if subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a disk")
    yield directory
    subprocess.run(("umount", directory), check=True)


def fill(disk: Path) -> Path:
    """Take all the space that is left on a disk."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    return filler


@every_verb
def test_a_full_disk(liar: Liar, run: Run, small_disk: Path, verb: str) -> None:
    """Full before the call: exit 9 with the way out, and no key is requested."""
    filler = fill(small_disk)
    ran = run(line(verb, small_disk))
    assert_failed(ran, 9, "no space left on device")
    assert "free some space on that disk" in ran.err
    assert changes(liar) == []
    assert [*small_disk.iterdir()] == [filler]


@pytest.mark.parametrize(
    ("verb", "operation"),
    [
        ("create", "ImportKeyPair"),
        ("create --service-generated", "CreateKeyPair"),
        ("download-default", HANDED_OUT),
        ("delete --backup", HANDED_OUT),
    ],
)
def test_a_disk_that_fills_during_the_call(  # noqa: PLR0913, PLR0917  fixtures and cases
    account: Account, liar: Liar, run: Run, small_disk: Path, verb: str, operation: str
) -> None:
    """The space was taken before: the key is saved though nothing else fits."""

    def fill_up(call: Call) -> Reply:
        fill(small_disk)
        return account.response(call)

    liar.responses(operation, fill_up)
    ran = run(line(verb, small_disk))
    assert ran.exit_code == 0, ran.err
    assert "PRIVATE KEY" in (small_disk / VERBS[verb][1]).read_text()


@every_verb
def test_a_disk_that_is_read_only(liar: Liar, run: Run, small_disk: Path, verb: str) -> None:
    """Exit 9 with the way out, and no key is requested."""
    subprocess.run(("mount", "-o", "remount,ro", small_disk), check=True)
    ran = run(line(verb, small_disk))
    assert_failed(ran, 9, "read-only file system")
    assert "choose a directory on another" in ran.err
    assert changes(liar) == []


@every_key_verb
def test_a_directory_for_temporary_files_on_another_disk(
    run: Run, small_disk: Path, directory: Path, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not used: nothing of a key is ever written outside its own directory."""
    monkeypatch.setenv("TMPDIR", str(small_disk))
    stamp = small_disk.stat().st_mtime_ns
    assert run(line(verb, directory)).exit_code == 0
    assert small_disk.stat().st_mtime_ns == stamp
    assert list(small_disk.iterdir()) == []


LIMITED = """
import resource, sys
from lskeys.cli.process import main  # Python itself needs a fourth descriptor to load a file
name, value, *words = sys.argv[1:]
number = getattr(resource, name)
resource.setrlimit(number, (int(value), resource.getrlimit(number)[1]))
sys.argv = ["lskeys", *words]
main()
"""


def limited(words: str, limit: str, value: int) -> Ran:
    """Run a command line in a process of its own, with a lower limit."""
    return started(sys.executable, "-c", LIMITED, limit, str(value), *words.split())


def started(*command: str) -> Ran:
    """Run a command in a process of its own."""
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize("verb", ["create", "download-default", "delete --backup"])
def test_a_limit_on_file_sizes(liar: Liar, directory: Path, verb: str) -> None:
    """Met when the space is taken: exit 9 with the way out, and no key is requested."""
    ran = limited(line(verb, directory), "RLIMIT_FSIZE", 8192)
    assert_failed(ran, 9, "file too large")
    assert "ulimit -f" in ran.err
    assert (changes(liar), [*directory.iterdir()]) == ([], [])


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize("most", range(3, 16, 2))
def test_a_limit_on_open_files(liar: Liar, directory: Path, most: int) -> None:
    """Wherever it is met, no traceback and nothing left; the key is requested only if it fits."""
    ran = limited(f"download-default --out {directory}", "RLIMIT_NOFILE", most)
    left = sorted(each.name for each in directory.iterdir())
    assert "Traceback" not in ran.err
    assert (ran.exit_code, left) in [
        *((code, []) for code in (1, 4, 8, 9)),
        (0, [DEFAULT_FILE, f"{DEFAULT_FILE}.pub"]),
    ]
    assert ran.exit_code == 0 or ran.out == ""
    del liar


WITHOUT_PRIVILEGE = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Before a command, takes from root what lets it write where its permissions do not."""


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize("verb", ["create", "download-default", "rotate-default"])
@pytest.mark.parametrize("below", ["", "/a/b"])
def test_a_directory_without_write_permission(
    liar: Liar, directory: Path, verb: str, below: str
) -> None:
    """Exit 9 with where to look, in it and below it, and no key is requested."""
    directory.chmod(0o500)
    words = VERBS[verb][0].format(directory=f"{directory}{below}").split()
    before = WITHOUT_PRIVILEGE if os.geteuid() == 0 else ()
    ran = started(*before, sys.executable, "-m", "lskeys", *words)
    assert_failed(ran, 9, "permission denied")
    assert f"check its owner and permissions: ls -ld {directory}\n" in ran.err
    assert (changes(liar), [*directory.iterdir()]) == ([], [])
