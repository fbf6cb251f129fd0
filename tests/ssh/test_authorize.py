"""Keys let in and taken away on real sshd processes: always one is left that opens."""

import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from lskeys.errors import LskeysError, RefusedError, RemoteError
from lskeys.keys.matching import LocalKey
from lskeys.model import Instance, Secret, TemporaryAccess
from lskeys.ssh import authorized_keys, client
from lskeys.ssh.authorize import (
    Authorization,
    NewKey,
    NotOpenedError,
    OldKey,
    authorize,
)
from lskeys.ssh.authorized_keys import PublicLine, public_line
from lskeys.ssh.client import Target
from lskeys.ssh.endpoint import SshEndpoint
from lskeys.ssh.session_files import session_files
from lskeys.storage import key_reading
from tests.support.sshd_lab import USER, Lab, Server, make_key

WEB = Instance("web", "us-east-1")


@dataclass(frozen=True, slots=True)
class Setup:
    """A server that the old key opens, and a new key for it."""

    server: Server
    port: int
    old: LocalKey
    new: LocalKey
    runtime: Path

    def authorize(
        self,
        *,
        keys: tuple[LocalKey, ...] | None = None,
        removes: bool = False,
        private: bool = True,
        public: bool = False,
        temporary: Callable[[], TemporaryAccess] | None = None,
    ) -> Authorization:
        """Let the new key in, with the old one, and perhaps take that away."""
        new = NewKey(
            public_line(self.new, "me@here"),
            blob(self.new),
            self.new.path if private else None,
            self.new.path.with_name("new.pub") if public else None,
        )
        old = [OldKey(blob(self.old), self.old.path)] if removes else []
        opening = tuple(each.path for each in ((self.old,) if keys is None else keys))
        with session_files(self.runtime) as files:
            line = f"{self.server.address} {self.server.host_key}\n"
            known = files.write("known_hosts", line.encode())
            endpoint = SshEndpoint(
                WEB, Target(self.server.address, USER, self.port, known), opening, files
            )
            return authorize(client.find(os.environ), endpoint, new, old, temporary)

    @property
    def lines(self) -> list[str]:
        """What is in authorized_keys."""
        return self.server.authorized_keys.read_text().splitlines()

    @property
    def left(self) -> set[str]:
        """Which of the two keys open the server."""
        names = {line_of(self.old).split()[1]: "old", line_of(self.new).split()[1]: "new"}
        return {names[each] for each in self.server.blobs}


def blob(key: LocalKey) -> bytes:
    """The wire bytes of a key."""
    assert key.blob
    return key.blob


def line_of(key: LocalKey) -> str:
    """The public line of a key."""
    return key.path.with_name(key.path.name + ".pub").read_text().strip()


@pytest.fixture
def setup(servers: Lab, tmp_path: Path) -> Setup:
    """A server that the old key opens."""
    server = servers.add()
    for name in ("old", "new"):
        make_key(tmp_path / name)
    old, new = key_reading.read(tmp_path / "old"), key_reading.read(tmp_path / "new")
    found = Setup(server, servers.port, old, new, tmp_path / "run")
    server.authorize(line_of(found.old))
    return found


def test_both_keys(setup: Setup) -> None:
    """The new key is added and proved, the file before it is kept; again, nothing is touched."""
    path = setup.server.authorized_keys
    assert setup.authorize() == Authorization(
        WEB, "authorized", setup.old.path, is_proved=True, file=str(path)
    )
    assert setup.lines == [line_of(setup.old), f"{line_of(setup.new)} me@here"]
    kept = path.with_name("authorized_keys.lskeys-old")
    assert kept.read_text() == f"{line_of(setup.old)}\n"
    before = path.stat()
    again = setup.authorize()
    assert (again.outcome, again.is_proved) == ("unchanged", True)
    assert path.stat() == before
    assert not list(setup.runtime.iterdir())


def test_only_the_new_key(setup: Setup) -> None:
    """With the old key named, it is removed after the new one was proved; no draft is left.

    Other lines stay, whatever the encoding of their comments.
    """
    setup.server.configure("""ForceCommand LC_ALL=C.UTF-8 exec sh -c "$SSH_ORIGINAL_COMMAND\"""")
    others = "# José\nssh-ed25519 AAAA José\n\n".encode("latin-1")
    path = setup.server.authorized_keys
    path.write_bytes(others + path.read_bytes())
    assert setup.authorize(removes=True).removed is True
    assert path.read_bytes() == others + f"{line_of(setup.new)} me@here\n".encode()
    path.write_bytes(path.read_bytes().removeprefix(others))
    assert setup.left == {"new"}
    assert setup.authorize(removes=True).removed is False
    names = sorted(each.name for each in setup.server.authorized_keys.parent.iterdir())
    assert names == ["authorized_keys", "authorized_keys.lskeys-old"]


@pytest.mark.parametrize(
    ("before", "mode", "directory"),
    [
        ("{old}", 0o400, 0o700),
        ("# mine\n\n{old}\r\n", 0o600, 0o777),
        ("{old} comment with spaces\n", 0o644, 0o700),
        ('from="127.0.0.0/8",no-pty {old}\n', 0o666, 0o775),
        ("{old}\n# {new}\n", 0o600, 0o700),
        ("{old}\n{old}\n", 0o640, 0o700),
    ],
)
def test_shapes_of_the_file(setup: Setup, before: str, mode: int, directory: int) -> None:
    """Whatever the file is like, its lines stay, the key is a line of its own, and it is private.

    A read-only file is written, and file and directory are closed to others.
    """
    path = setup.server.authorized_keys
    text = before.format(old=line_of(setup.old), new=line_of(setup.new))
    path.write_bytes(text.encode())
    path.chmod(mode)
    path.parent.chmod(directory)
    done = setup.authorize()
    assert (done.outcome, done.is_proved) == ("authorized", True)
    after = path.read_bytes().decode()
    assert after.startswith(text)
    assert after.removeprefix(text).strip().startswith(line_of(setup.new))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o022 == 0


@pytest.mark.parametrize("options", ['from="192.0.2.1"', "cert-authority"])
def test_a_key_with_options(setup: Setup, options: str) -> None:
    """A key that is restricted there stays so, and this is reported; no other is removed."""
    before = f"{line_of(setup.old)}\n{options} {line_of(setup.new)}\n"
    setup.server.authorized_keys.write_text(before)
    with pytest.raises(RefusedError, match="but does not open it") as failure:
        setup.authorize(removes=True)
    assert failure.value.hint == "the key has options there: remove them, or add another key"
    assert setup.server.authorized_keys.read_text() == before


def test_a_key_that_stays_with_options(setup: Setup) -> None:
    """A key that opens it, but with options there (they may end, or restrict it), replaces none."""
    before = f"{line_of(setup.old)}\nno-pty {line_of(setup.new)}\n"
    setup.server.authorized_keys.write_text(before)
    assert setup.authorize().outcome == "unchanged"
    with pytest.raises(RefusedError, match=r"has options in .*, so no other is removed"):
        setup.authorize(removes=True)
    assert setup.server.authorized_keys.read_text() == before


@pytest.mark.parametrize("is_in_first", [True, False])
def test_an_old_key_in_another_place(setup: Setup, *, is_in_first: bool) -> None:
    """It is removed from each file that sshd reads; one that still opens it is not called removed.

    sshd reads two files if its configuration names none (sshd_config(5)).
    """
    first = setup.server.authorized_keys
    second, third = first.with_name("authorized_keys2"), first.with_name("third")
    setup.server.configure(f"AuthorizedKeysFile {first} {second} {third}")
    if not is_in_first:
        first.write_text(f"{line_of(setup.new)}\n")
    shutil.copy(setup.old.path.with_name("old.pub"), second)
    assert setup.authorize(removes=True).removed is True
    assert (setup.left, second.read_text()) == ({"new"}, "")
    shutil.copy(setup.old.path.with_name("old.pub"), third)
    with pytest.raises(RemoteError, match=r"/old still opens it"):
        setup.authorize(removes=True)
    setup.old.path.write_bytes(setup.old.path.read_bytes().replace(b"\n", b"\r\n"))
    with pytest.raises(RemoteError, match=r"/old still opens it"):  # which ssh cannot load
        setup.authorize(removes=True)
    third.unlink()
    assert setup.authorize(removes=True).removed is False


def test_an_old_key_that_cannot_be_tried(setup: Setup) -> None:
    """It is not called removed where the last login came to nothing."""
    key = setup.server.directory / "host_key"
    tool = setup.server.directory / "bin" / "rm"
    tool.write_text(f'#!/bin/sh\n[ "$2" = "${{2%undo}}" ] || echo > {key}\n/bin/rm "$@"\n')
    tool.chmod(0o700)
    with pytest.raises(RemoteError, match=r"/old was removed from it, but whether it still"):
        setup.authorize(removes=True)
    assert setup.left == {"new"}


def test_a_certificate_is_no_proof(setup: Setup, tmp_path: Path) -> None:
    """A key is not proved by its certificate, which may end: it is added."""
    make_key(tmp_path / "ca")
    words = ("ssh-keygen", "-q", "-s", tmp_path / "ca", "-I", "x", "-n", USER)
    subprocess.run((*words, setup.new.path.with_name("new.pub")), check=True)
    setup.server.configure(f"TrustedUserCAKeys {tmp_path}/ca.pub")
    assert setup.authorize(removes=True).outcome == "authorized"
    assert setup.left == {"new"}


@pytest.mark.usefixtures("agent")
def test_a_key_in_an_agent(setup: Setup, tmp_path: Path) -> None:
    """A key whose private half only ssh-agent has is proved by its public file."""
    setup.new.path.rename(tmp_path / "elsewhere")
    assert setup.authorize(private=False, public=True).outcome == "added"
    subprocess.run(("ssh-add", "-q", tmp_path / "elsewhere"), check=True)
    assert setup.authorize(private=False, public=True, removes=True).removed is True
    assert setup.left == {"new"}


def test_an_encrypted_key_that_is_there(setup: Setup) -> None:
    """It needs no access to add it, only its passphrase; nothing is changed."""
    setup.server.authorize(line_of(setup.new))
    before = setup.server.authorized_keys.stat().st_ctime_ns
    subprocess.run(
        ("ssh-keygen", "-q", "-p", "-N", "a passphrase", "-f", setup.new.path), check=True
    )
    with pytest.raises(RefusedError, match=r"it accepts .*/new, which ssh cannot use") as failure:
        setup.authorize(keys=())
    assert failure.value.hint == f"ssh-add {setup.new.path}, then run the same command again"
    assert setup.server.authorized_keys.stat().st_ctime_ns == before


def test_two_factors(setup: Setup) -> None:
    """An instance that wants more than a key cannot be changed by a program: its user can."""
    setup.server.configure(
        "AuthenticationMethods publickey,keyboard-interactive", "KbdInteractiveAuthentication yes"
    )
    with pytest.raises(RefusedError, match=r"/old, and wants more: keyboard-inter") as failure:
        setup.authorize()
    assert failure.value.hint == (
        "add the line to its authorized_keys by hand: lskeys ssh web --region us-east-1"
    )
    setup.server.authorize(line_of(setup.new))
    with pytest.raises(RefusedError, match="is there, but is not proved: it accepts") as failure:
        setup.authorize()
    assert failure.value.hint == "to log in with it: lskeys ssh web --region us-east-1"


def test_nul_bytes(setup: Setup) -> None:
    """A file that the tools of a shell do not read as text is left as it is."""
    path = setup.server.authorized_keys
    path.write_bytes(before := path.read_bytes() + b"\0\n")
    with pytest.raises(RemoteError, match="authorized_keys contains NUL bytes"):
        setup.authorize(removes=True)
    assert path.read_bytes() == before


def test_a_link(setup: Setup) -> None:
    """Where the file is a link, what it leads to is changed, and the link stays."""
    path = setup.server.authorized_keys
    path.rename(path.with_name("real"))
    path.symlink_to("real")
    assert setup.authorize().is_proved
    assert path.is_symlink()
    assert setup.left == {"old", "new"}
    path.unlink()
    path.symlink_to("gone/keys")
    setup.server.configure(f"AuthorizedKeysFile {path.with_name('real')}")
    (path.with_name("authorized_keys2")).symlink_to("gone/keys")
    with pytest.raises(RemoteError, match=r"cannot follow the link .*authorized_keys2"):
        setup.authorize(removes=True, private=False)


@pytest.mark.parametrize("shell", ["dash", "busybox", "bash"])
def test_shells(setup: Setup, shell: str) -> None:
    """Any POSIX shell does it, with the tools of its system."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"no {shell}")
    tools = setup.server.directory / "bin"
    (tools / "sh").symlink_to(program)
    if shell == "busybox":
        applets = subprocess.run((program, "--list"), capture_output=True, text=True, check=True)
        for name in set(applets.stdout.split()) - {"sh", "busybox"}:
            (tools / name).symlink_to(program)
    setup.server.configure(f'ForceCommand {tools}/sh -c "$SSH_ORIGINAL_COMMAND"')
    assert setup.authorize(removes=True).removed is True
    assert setup.left == {"new"}


def test_refused(setup: Setup) -> None:
    """Where no key opens it, temporary access is what would."""
    setup.server.authorize()
    with pytest.raises(NotOpenedError, match=r"no local key opens it: .*Permission denied"):
        setup.authorize()


def test_temporary_access(setup: Setup, tmp_path: Path) -> None:
    """A certificate of the CA that the instance trusts opens it; nothing of it stays here.

    One that is not valid by the instance's clock is refused, and this is reported.
    """
    make_key(tmp_path / "ca")
    make_key(tmp_path / "short")
    words = ("ssh-keygen", "-q", "-s", tmp_path / "ca", "-I", "x", "-n", USER)
    subprocess.run((*words, "-V", "20200101:20200102", tmp_path / "short.pub"), check=True)
    setup.server.configure(f"TrustedUserCAKeys {tmp_path}/ca.pub")
    setup.server.authorize()

    def access() -> TemporaryAccess:
        certificate = (tmp_path / "short-cert.pub").read_text().strip()
        return TemporaryAccess(Secret((tmp_path / "short").read_bytes()), certificate, ())

    with pytest.raises(
        RefusedError, match=r"temporary access is refused, too: .*Permission denied"
    ):
        setup.authorize(temporary=access)
    subprocess.run((*words, tmp_path / "short.pub"), check=True)
    done = setup.authorize(temporary=access)
    assert (done.outcome, done.opened_by, done.is_proved) == ("authorized", None, True)
    assert setup.left == {"new"}
    assert not list(setup.runtime.iterdir())


def test_without_the_private_key(setup: Setup) -> None:
    """A key whose private key is elsewhere is added, and not called proved; nothing is removed."""
    done = setup.authorize(private=False)
    assert (done.outcome, done.is_proved) == ("added", False)
    with pytest.raises(RefusedError, match="could not be proved, so no other is removed"):
        setup.authorize(private=False, removes=True)
    assert setup.left == {"old", "new"}


def test_a_forced_command(setup: Setup) -> None:
    """Where the remote command is not run, this is reported, and nothing is changed."""
    setup.server.configure("ForceCommand echo hello")
    with pytest.raises(RemoteError, match="the login works, but runs no command"):
        setup.authorize()
    assert setup.left == {"old"}


@pytest.mark.parametrize("step", ["before", "while it waits", "at the end"])
def test_a_lost_connection(setup: Setup, step: str) -> None:
    """It is not taken for a forced command, nor for an instance that is as it was."""
    tools = setup.server.directory / "bin"
    if step == "before":
        setup.server.configure("ForceCommand kill -9 $PPID")
    elif step == "while it waits":
        (tools / "mv").write_text('#!/bin/sh\n/bin/mv "$@"; kill -9 0\n')
        (tools / "mv").chmod(0o700)
    else:
        (tools / "rm").write_text('#!/bin/sh\n[ "$2" = "${2%undo}" ] || kill -9 0\n/bin/rm "$@"\n')
        (tools / "rm").chmod(0o700)
    with pytest.raises(RemoteError, match="the connection was lost; what was to be") as failure:
        setup.authorize(removes=True)
    assert failure.value.hint == "run the same command again"


def test_what_a_start_file_prints(setup: Setup) -> None:
    """Words of a .bashrc are not taken for a response, not even without a line end."""
    setup.server.configure("""ForceCommand printf 'hello '; exec sh -c "$SSH_ORIGINAL_COMMAND\"""")
    assert setup.authorize(removes=True).removed is True
    assert setup.left == {"new"}


def test_an_encrypted_new_key(setup: Setup) -> None:
    """It is let in, and not proved; the command that is named lets the next run prove it."""
    path = setup.new.path
    subprocess.run(("ssh-keygen", "-q", "-p", "-N", "a passphrase", "-f", path), check=True)
    with pytest.raises(
        RefusedError, match=r"but is not proved: it accepts .* passphrase"
    ) as failure:
        setup.authorize()
    assert failure.value.hint == f"ssh-add {path}, then run the same command again"
    assert setup.left == {"old", "new"}


@pytest.mark.parametrize(
    ("config", "included", "file"),
    [
        ("", "", "home/.ssh/{usual}"),
        ("authorizedkeysfile {top}/keys/%u .ssh/authorized_keys\n", "", "keys/{user}"),
        ("AuthorizedKeysFile .keys/%U/%%\n", "", "home/.keys/{uid}/%"),
        ("AuthorizedKeysFile {top}/x/y .there # mine\n", "", "home/.there"),
        ("AuthorizedKeysFile {top}/home/.there/y .new/keys\n", "", "home/.new/keys"),
        ('AuthorizedKeysFile = "%h/.ssh/mine"\n', "", "home/.ssh/mine"),
        ("{include}AuthorizedKeysFile none\n", "AuthorizedKeysFile .keys\n", "home/.keys"),
        ("Include other.d/*\n", "AuthorizedKeysFile .keys\n", "home/.ssh/{usual}"),
        ("", "AuthorizedKeysFile .keys\n", "home/.ssh/{usual}"),
        (
            "{include}AuthorizedKeysFile .a\n",
            "Match User git\n AuthorizedKeysFile .b\n",
            "home/.a",
        ),
        ("#AuthorizedKeysFile .a\nMatch all\n AuthorizedKeysFile .b\n", "", "home/.ssh/{usual}"),
    ],
)
def test_the_file_that_sshd_reads(
    setup: Setup, tmp_path: Path, config: str, included: str, file: str
) -> None:
    """sshd_config(5) says which files it reads; what it says for other users is passed over.

    Of several, the key is put into the first that is there, else into the first that can be.
    """
    etc = tmp_path / "etc"
    (etc / "sshd_config.d").mkdir(parents=True)
    include = "Include sshd_config.d/*.conf\n"
    (etc / "sshd_config").write_text(config.format(top=tmp_path, include=include))
    (etc / "sshd_config.d" / "a.conf").write_text(included)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".there").touch()
    line = public_line(setup.new, "")
    script = authorized_keys.add(line, "mark").replace("/etc/ssh", str(etc))
    environment = {**os.environ, "HOME": str(tmp_path / "home")}
    subprocess.run("sh", check=True, input=script.encode(), env=environment)
    expected = tmp_path / file.format(user=USER, uid=os.getuid(), usual="authorized_keys")
    assert expected.read_text() == f"{line}\n"


def test_several_in_parallel(tmp_path: Path) -> None:
    """Keys that are added at the same time are all kept, and no draft is left."""
    lines = [PublicLine("ssh-ed25519", f"key{number}", "") for number in range(8)]
    environment = {**os.environ, "HOME": str(tmp_path)}
    (tmp_path / ".ssh").mkdir()
    kept = tmp_path / ".ssh" / "authorized_keys"
    kept.write_text("ssh-ed25519 mine\n" * 100)
    adding = []
    for line in lines:
        script = subprocess.Popen("sh", stdin=subprocess.PIPE, text=True, env=environment)
        assert script.stdin
        script.stdin.write(authorized_keys.add(line, "mark"))
        adding.append(script)
    for script in adding:
        assert script.stdin
        script.stdin.close()
    assert [script.wait(60) for script in adding] == [0] * len(lines)
    assert set(kept.read_text().splitlines()) == {"ssh-ed25519 mine", *map(str, lines)}
    names = {each.name for each in kept.parent.iterdir()}
    assert names == {kept.name, f"{kept.name}.lskeys-old"}


def test_authorized_keys_elsewhere(setup: Setup) -> None:
    """Where sshd reads another file than is there to be found, the failing proof says so."""
    elsewhere = setup.server.directory / "elsewhere"
    shutil.copy(setup.server.authorized_keys, elsewhere)
    setup.server.configure(f"AuthorizedKeysFile {elsewhere}")
    with pytest.raises(RefusedError, match=r"does not open it: .*Permission denied"):
        setup.authorize(removes=True)
    assert setup.left == {"old", "new"}


def test_a_changed_host_key(setup: Setup, servers: Lab) -> None:
    """An instance with another host key is sent nothing, not even the new key."""
    (setup.server.directory / "host_key").unlink()
    make_key(setup.server.directory / "host_key")
    with pytest.raises(RefusedError, match="its host key differs"):
        setup.authorize()
    servers.close()
    with pytest.raises(RemoteError, match=r"cannot be reached: .*Connection refused"):
        setup.authorize()


def test_a_lock_out_is_taken_back(setup: Setup) -> None:
    """If the new key opens only while the old one is there, both are there again.

    A file that sshd reads under two names is changed once, and so put back as it was.
    """
    path = setup.server.authorized_keys
    path.with_name("authorized_keys2").symlink_to(path.name)
    (setup.server.directory / "bin" / "mv").write_text(
        f"#!/bin/sh\n/bin/mv \"$@\"; grep -qF '{line_of(setup.old)}' {path} || : > {path}\n"
    )
    (setup.server.directory / "bin" / "mv").chmod(0o700)
    with pytest.raises(RemoteError, match="so both are there"):
        setup.authorize(removes=True)
    assert setup.left == {"old", "new"}


def test_a_full_disk(setup: Setup) -> None:
    """Where nothing can be written, the file stays as it was, and nothing is left next to it."""
    setup.server.configure(
        """ForceCommand trap '' XFSZ; ulimit -f 0; exec sh -c "$SSH_ORIGINAL_COMMAND\""""
    )
    before = setup.server.authorized_keys.read_bytes()
    with pytest.raises(RemoteError, match="is the disk full"):
        setup.authorize()
    assert setup.server.authorized_keys.read_bytes() == before
    assert [each.name for each in setup.server.authorized_keys.parent.iterdir()] == [
        "authorized_keys"
    ]


def test_a_directory_without_write_permission(setup: Setup) -> None:
    """Only root can write there, and this is reported."""
    directory = setup.server.authorized_keys.parent
    directory.chmod(0o500)
    if os.geteuid() == 0:
        assert setup.authorize().is_proved
        return
    with pytest.raises(RemoteError, match="cannot write in"):
        setup.authorize()


TOOLS = ("cat", "chmod", "cp", "grep", "id", "mkdir", "mv", "readlink", "rm", "sed", "tail")
KILLER = """\
#!/bin/sh
echo {name} >> {book}
if [ "$(/usr/bin/wc -l < {book})" -eq {step} ]; then kill -9 0; fi
exec {program} "$@"
"""
EVERY = 1 if os.environ.get("LSKEYS_FULL_SWEEP") else 10
"""Of the steps, one in so many is swept; those that change the file always."""


def killing(setup: Setup, step: int) -> Path:
    """Have everything on the server killed before a step of the scripts; the steps' names."""
    tools, book = setup.server.directory / "bin", setup.server.directory / "steps"
    book.write_text("")
    for name in TOOLS:
        program = shutil.which(name)
        (tools / name).write_text(KILLER.format(name=name, book=book, step=step, program=program))
        (tools / name).chmod(0o700)
    return book


def test_killed_at_every_step(setup: Setup) -> None:
    """Whenever the session is lost, a key opens it, and the next run ends with the new one."""
    book = killing(setup, 0)
    assert setup.authorize(removes=True).removed is True
    steps = book.read_text().split()
    points = [
        number
        for number, name in enumerate(steps, 1)
        if name in {"mv", "cp", "rm", "chmod"} or number % EVERY == 0
    ]
    failed = 0
    for step in points:
        setup.server.authorize(line_of(setup.old))
        killing(setup, step)
        try:
            setup.authorize(removes=True)
        except LskeysError:
            failed += 1
        assert setup.left in ({"old"}, {"old", "new"}, {"new"}), step
        killing(setup, 0)
        both = (setup.old, setup.new)
        assert setup.authorize(removes=True, keys=both).removed is not None
        assert setup.left == {"new"}, step
    assert failed > len(points) / 2
