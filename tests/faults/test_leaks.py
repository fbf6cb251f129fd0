"""Secrets are in their own files and nowhere else: not shown, not logged, not handed on."""

import base64
import errno
import logging
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from botocore.exceptions import HTTPClientError

from lskeys.cli.app import main
from lskeys.cli.runtime import Invocation
from lskeys.lightsail import error_table
from lskeys.lightsail.error_table import Request
from tests.conftest import NOW, REGION, Ran, Run, Stream
from tests.support.lying_server import RESET, Liar, Reply, refused, said
from tests.support.verb_cases import FORMATTED, HOST_KEY, VERB_CASES, Stage, VerbCase, named

pytestmark = pytest.mark.usefixtures("generous")

HELPERS = ("ssh-keygen", "openssl", "aws", "chmod", "ssh", "ssh-add", "sh", "stty", "less", "id")
"""What others call for such work, and lskeys does not."""

STARTS = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.system",
        "pty.spawn",
        "subprocess.Popen",
    }
)
SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIACANARYCANARY",
    "AWS_SECRET_ACCESS_KEY": "secret/canary+secret/canary+secret/canary",
    "AWS_SESSION_TOKEN": "token/canary+token/canary+token/canary",
}
WINDOW = 40


class Watch:
    """Sees what Python does below its own functions; can make one of these cases fail.

    Attributes:
        started: The programs started, each with its arguments and its environment.
        trap: Called with each event.
    """

    def __init__(self) -> None:
        self.started: list[tuple[str, str]] = []
        self.trap: Callable[[str, tuple[object, ...]], None] | None = None

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        """An audit hook (PEP 578); it stays for the life of the process."""
        if event in STARTS:
            program = Path(str(arguments[0])).name if arguments else ""
            self.started.append((program, repr(arguments)))
        if self.trap is not None:
            self.trap(event, arguments)


WATCH = Watch()
sys.addaudithook(WATCH)


@pytest.fixture
def watch() -> Iterator[Watch]:
    """What is done from here on."""
    WATCH.started.clear()
    yield WATCH
    WATCH.trap = None


def spellings(pem: str, public: str) -> list[bytes]:
    """How a private key's text could look somewhere: lines, base64 of them, its bytes, hex.

    The first 50 % of its bytes are public or structure; a part of the rest that a public line
    contains is no secret either.
    """
    body = [line for line in pem.splitlines() if not line.startswith("-----")]
    raw = base64.b64decode("".join(body))
    tail = raw[len(raw) // 2 :]
    own = body[1:] if raw.startswith(b"openssh-key") else body  # its first line is every key's
    found = [line[:WINDOW].encode() for line in own if len(line) >= WINDOW]
    for start in range(3):
        again = base64.b64encode(pem.encode()[start:])
        found += [again[at : at + WINDOW] for at in range(200, len(again) - WINDOW, 400)]
    found += [tail[at : at + 24] for at in range(0, len(tail) - 24, 24)]
    found += [each.hex().encode() for each in found[-2:]]
    return [each for each in found if each not in public.encode()]


class Search:
    """Looks for secrets wherever something could have left them.

    Args:
        place: The directory with home, temporary files and logs; the account in it does not count.
        secrets: What to look for.
    """

    def __init__(self, place: Path, secrets: list[bytes]) -> None:
        self.place = place
        self._secrets = secrets

    def shown(self, *texts: str) -> list[bytes]:
        """The secrets that are in any of these texts."""
        every = "\n".join(texts).encode(errors="surrogateescape")
        joined = every.replace(b"\\n", b"").replace(b"\n", b"")
        return [each for each in self._secrets if each in every or each in joined]

    def files(self) -> set[str]:
        """The files that have one of them."""
        found = set()
        for path in self.place.rglob("*"):
            name = str(path.relative_to(self.place))
            if path.is_file() and not name.startswith("account"):
                content = path.read_bytes()
                found |= {name} if any(each in content for each in self._secrets) else set()
        return found


@pytest.fixture
def search(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Search:
    """Every secret; temporary files have a directory, and hostile helpers come first."""
    for directory in ("tmp", "bin"):
        (tmp_path / directory).mkdir()
    for helper in HELPERS:
        (tmp_path / "bin" / helper).write_text(f"#!/bin/sh\n: >{tmp_path}/called\n")
        (tmp_path / "bin" / helper).chmod(0o700)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    every = [each for pem in stage.keys for each in spellings(pem, stage.own_line)]
    return Search(tmp_path, [*every, *(value.encode() for value in SECRETS.values())])


@pytest.fixture
def shown(run: Run, search: Search, caplog: pytest.LogCaptureFixture) -> Run:
    """Runs a line with `--debug` and every log open; no secret may be in what it shows."""
    caplog.set_level(logging.DEBUG)

    def run_line(line: str, *, key_on_stdout: bool = False, terminal: bool = False) -> Ran:
        ran = run(f"{line} --debug", terminal=terminal)
        stdout = "" if key_on_stdout else ran.out
        assert search.shown(stdout, ran.err, caplog.text) == []
        return ran

    return run_line


@pytest.fixture
def generous(liar: Liar, stage: Stage) -> Liar:
    """AWS hands out the default key wherever it hands out a key, and hides it elsewhere."""
    pem = stage.keys[0]
    pair = {"name": "new", "location": {"regionName": REGION}}
    liar.responses("CreateKeyPair", said({"keyPair": pair, "privateKeyBase64": pem}))
    algorithm, public_key = HOST_KEY.split()
    details = {
        "hostKeys": [{"algorithm": algorithm, "publicKey": public_key}],
        "privateKey": pem,
        "certKey": pem,
        "password": pem,
    }
    liar.responses("GetInstanceAccessDetails", said({"accessDetails": details}))
    return liar


KEPT = {"home/.ssh/web.pem", "home/.ssh/own"}
"""Where private keys lie before anything is done."""

DEFAULT_FILE = f"LightsailDefaultKey-{REGION}.pem"
NEW = {
    "create new --service-generated": {"home/.ssh/new.pem"},
    "download-default": {f"home/.ssh/{DEFAULT_FILE}"},
    "delete LightsailDefaultKeyPair --fingerprint --backup backup": {f"home/backup/{DEFAULT_FILE}"},
    "rotate-default": {f"home/.ssh/{DEFAULT_FILE}.old-20261123T120000Z"},
}
"""Where the default key is after a line has done its work."""


@pytest.mark.parametrize("output", ["table", "text", "csv", "json", "jsonl"])
@pytest.mark.parametrize("case", FORMATTED, ids=named(FORMATTED))
def test_a_key_is_in_its_file_alone(  # noqa: PLR0913  a fixture is a parameter
    case: VerbCase, output: str, *, generous: Liar, shown: Run, search: Search, watch: Watch
) -> None:
    """Whatever a verb does and shows, with every log open, no secret is anywhere else.

    Nor is any program started that could see it: those that need ssh start it, with no secret in
    its arguments or its environment.
    """
    # Its version, and what its configuration comes to.
    programs = ["ssh", "ssh"] if case.verb == "authorize" or "--write" in case.line else []
    for each in {*programs}:
        (search.place / "bin" / each).unlink()
    ran = shown(f"{case.unattended} -o {output}", terminal=True)
    assert ran.exit_code == case.exit_code, ran.err
    assert search.files() == KEPT | NEW.get(case.line, set())
    signed = [head["authorization"].rpartition("=")[2] for head in generous.heads]
    assert not [each for each in signed if each in ran.out + ran.err]
    assert [program for program, _ in watch.started] == programs
    assert search.shown(*(words for _, words in watch.started)) == []


@pytest.mark.parametrize("kind", ["ed25519", "rsa --bits 2048"])
def test_a_key_made_here(
    kind: str, shown: Run, liar: Liar, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A new key is in its file; its private key was in no request either."""
    ran = shown(f"create new --type {kind}")
    made = tmp_path / "home" / ".ssh" / "new.pem"
    public = made.with_name("new.pem.pub").read_text()
    mine = Search(tmp_path, spellings(made.read_text(), public))
    sent = [repr(call.members) for call in liar.calls]
    assert (ran.exit_code, mine.shown(ran.out, ran.err, caplog.text, *sent)) == (0, [])
    assert mine.files() == {"home/.ssh/new.pem"}


TO_STDOUT = ("download-default --file -", "create new --service-generated --file -")


@pytest.mark.parametrize("line", TO_STDOUT)
def test_a_key_on_stdout(line: str, shown: Run, search: Search, stage: Stage) -> None:
    """With `--file -` the key is all of stdout, and in no file, log or message."""
    ran = shown(line, key_on_stdout=True)
    assert (ran.exit_code, ran.out.strip()) == (0, stage.keys[0].strip())
    assert search.files() == KEPT


def test_a_key_made_here_for_stdout(
    run: Run, liar: Liar, tmp_path: Path, search: Search, caplog: pytest.LogCaptureFixture
) -> None:
    """A new key that no file is wanted for is in none, in no request, no log and no message."""
    caplog.set_level(logging.DEBUG)
    ran = run("create new --type ed25519 --file - --debug")
    assert (ran.exit_code, search.files()) == (0, KEPT)
    mine = Search(tmp_path, spellings(ran.out, str(liar.calls)))
    assert mine.shown(ran.err, caplog.text) == []
    assert mine.shown(ran.out) != []
    assert mine.files() == set()


HOLDING = tuple(case for case in VERB_CASES if case.holds_key)
HAND_OUT = frozenset({"CreateKeyPair", "DownloadDefaultKeyPair", "GetInstanceAccessDetails"})
FAILURES: dict[str, Reply] = {
    "refused": refused("OddException", "It is odd."),
    "denied": refused("AccessDeniedException", status=403),
    "lost": RESET,
    "html": Reply(b"<html>"),
}


@pytest.mark.parametrize("kind", FAILURES)
@pytest.mark.parametrize("case", HOLDING, ids=named(HOLDING))
def test_a_failing_service(
    case: VerbCase, kind: str, generous: Liar, shown: Run, search: Search
) -> None:
    """Whatever call fails, before a key was handed out or after, no secret shows."""
    for operation in case.operations:
        if operation not in HAND_OUT:
            generous.responses(operation, FAILURES[kind])
    for options in ("", "-o json"):
        assert shown(f"{case.unattended} {options}").exit_code != 1
    assert search.files() <= KEPT | NEW.get(case.line, set())


ODD_KEYS: dict[str, Callable[[str], object]] = {
    "list": lambda pem: [pem],
    "object": lambda pem: {"key": pem},
    "lines": lambda pem: pem.splitlines(),
    "cut off": lambda pem: pem[: len(pem) // 2],
    "without its end": lambda pem: pem.replace("-----END", "----END"),
    "one letter wrong": lambda pem: pem[:300] + ("A" if pem[300] != "A" else "B") + pem[301:],
    "twice encoded": lambda pem: base64.b64encode(base64.b64encode(pem.encode())).decode(),
    "of another kind": lambda pem: pem.replace("RSA PRIVATE", "DSA PRIVATE"),
    "with NULs": lambda pem: pem.replace("\n", "\n\0"),
    "with bidi": lambda pem: pem.replace("\n", "\u202e\n"),
    "with bidi under a header": lambda pem: pem.replace(
        "KEY-----\n", "KEY-----\nA: b\n\n\u202e", 1
    ),
    "with a surrogate": lambda pem: f"{pem[:400]}\ud800{pem[400:]}",
    "as a header": lambda pem: f"{pem.splitlines()[0]}\nProc-Type: {pem.splitlines()[5]}\n\n{pem}",
    "in a sentence": lambda pem: f"your key is {pem.replace(chr(10), ' ')}, keep it",
    "huge": lambda pem: pem * 2_000,
}
CALLS = {
    "download-default": "DownloadDefaultKeyPair",
    "create new --service-generated": "CreateKeyPair",
}


@pytest.mark.parametrize("shape", ODD_KEYS)
@pytest.mark.parametrize("line", CALLS)
def test_a_key_in_an_odd_form(  # noqa: PLR0913  a fixture is a parameter
    line: str, shape: str, *, generous: Liar, stage: Stage, shown: Run, search: Search
) -> None:
    """What is no key is not quoted, and not saved; where a key can be read from it, it is whole."""
    text = ODD_KEYS[shape](stage.keys[0])
    pair = {"name": "new", "location": {"regionName": REGION}}
    generous.responses(CALLS[line], said({"keyPair": pair, "privateKeyBase64": text}))
    ran = shown(line)
    assert ran.exit_code in {0, 8}, ran.err
    saved = NEW[line] if ran.exit_code == 0 else set()
    assert search.files() == KEPT | saved
    texts = [(stage.home.parent / each).read_text().strip() for each in saved]
    assert texts == [stage.keys[0].strip()] * len(saved)


# Unexpected exceptions

TOUCHES = ("os.link", "os.rename", "os.remove", "os.chmod", "open", "os.mkdir")
"""What writing verbs do with files, as Python names it."""


class Trap:
    """Raises an error in one of the system's calls for a key's file, with the key in its text."""

    def __init__(self, event: str, error: BaseException) -> None:
        self.sprung = False
        self._event = event
        self._error = error

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        """Raise it, once a key's file is touched in that way."""
        if event != self._event or self.sprung:
            return
        if any(DEFAULT_FILE in str(each) or "new.pem" in str(each) for each in arguments):
            self.sprung = True
            raise self._error


@pytest.mark.parametrize("event", TOUCHES)
@pytest.mark.parametrize("line", [*NEW])
def test_a_bug_quotes_no_key(line: str, event: str, stage: Stage, shown: Run, watch: Watch) -> None:
    """An unexpected error, deep below, with the key in its text, shows its place alone."""
    watch.trap = trap = Trap(event, ZeroDivisionError(stage.keys[0]))
    ran = shown(line if line in CALLS else f"{line} --yes")
    assert ran.exit_code == (1 if trap.sprung else 0), ran.err
    assert ("this is a bug in lskeys: ZeroDivisionError at " in ran.err) is trap.sprung


def test_the_traps_are_real(run: Run, watch: Watch) -> None:
    """Files are touched in those ways, else the test before would say nothing."""
    sprung = set()
    for event in TOUCHES:
        watch.trap = trap = Trap(event, OSError(errno.EIO, "broken"))
        run("create new --service-generated --force")
        sprung |= {event} if trap.sprung else set()
        watch.trap = None
    assert {"open", "os.link"} <= sprung


class Quoting(Stream):
    """A stdout that breaks with what was to be written in its error's text."""

    class Buffer:
        """Its bytes' way out."""

        def write(self, text: bytes) -> int:
            """Break."""
            raise RuntimeError(text.decode())

    @property
    def buffer(self) -> "Quoting.Buffer":  # type: ignore[override]  # part of a stream is enough
        """Where a key is written to."""
        return Quoting.Buffer()


@pytest.mark.parametrize("line", TO_STDOUT)
def test_a_stdout_that_quotes(line: str, search: Search) -> None:
    """No key is shown, even if stdout fails with the key in the text of its error."""
    stderr = Stream()
    invocation = Invocation(None, Quoting(), stderr, os.environ, lambda: NOW)
    assert main(shlex.split(f"{line} --debug"), invocation) == 1
    err = stderr.written()
    assert "lskeys: error: this is a bug in lskeys: RuntimeError at " in err
    assert search.shown(err) == []


def test_a_header_that_is_refused() -> None:
    """Whatever breaks in the HTTP client, and quotes the header it broke on, is not quoted."""
    broken = HTTPClientError(error=ValueError(f"Invalid header value b'{SECRETS}'"))
    error = error_table.from_botocore(broken, Request("cannot list key pairs", REGION), ())
    assert "canary" not in error.message.lower()
    assert "ValueError" in error.message


# The whole process

SABOTAGE = """\
import logging, os, sys
logging.basicConfig(filename=os.environ["HOME"] + "/log", level=logging.DEBUG)
def hook(event, arguments):
    if event == "os.link":
        raise ZeroDivisionError(open(os.environ["KEY"]).read())
sys.addaudithook(hook)
"""


@pytest.mark.parametrize("options", [(), ("-X", "dev")], ids=["usual", "development"])
def test_a_process_that_breaks_down(
    options: tuple[str, ...], search: Search, stage: Stage, tmp_path: Path
) -> None:
    """The program itself, in an environment that breaks it, shows and logs no key."""
    (tmp_path / "sabotage").mkdir()
    (tmp_path / "sabotage" / "sitecustomize.py").write_text(SABOTAGE)
    (tmp_path / "account" / "key").write_text(stage.keys[0])
    path = os.pathsep.join([str(tmp_path / "sabotage"), *filter(None, sys.path)])
    ended = subprocess.run(
        (sys.executable, *options, "-m", "lskeys", "download-default", "--debug"),
        env={**os.environ, "PYTHONPATH": path, "KEY": str(tmp_path / "account" / "key")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "lskeys: error: this is a bug in lskeys: ZeroDivisionError at " in ended.stderr
    assert "Traceback" not in ended.stderr
    assert (tmp_path / "home" / "log").stat().st_size > 0
    assert search.shown(ended.stdout, ended.stderr) == []
    assert search.files() == KEPT
    assert not (tmp_path / "called").exists()


CORES = """\
import ctypes, resource, runpy, sys
highest = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (highest, highest))
sys.argv = ["lskeys", sys.argv[1]]
try:
    runpy.run_module("lskeys", run_name="__main__")
except SystemExit:
    dumpable = ctypes.CDLL(None).prctl(3) if sys.platform == "linux" else "?"  # PR_GET_DUMPABLE
    print(*resource.getrlimit(resource.RLIMIT_CORE), dumpable)
"""


@pytest.mark.parametrize(("word", "is_dumpable"), [("fingerprint", "0"), ("--version", "1")])
def test_no_core_is_left(word: str, is_dumpable: str) -> None:
    """However large a memory dump may be where it is started, the program leaves none.

    On Linux a process that handles keys is not dumpable: a piped core pattern gets nothing either.
    """
    command = (sys.executable, "-c", CORES, word)
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    *limits, dumpable = ended.stdout.splitlines()[-1].split()
    assert (limits, dumpable in {is_dumpable, "?"}) == (["0", "0"], True)


@pytest.mark.parametrize(
    "line",
    [
        *("{}", "fingerprint {}", "import web {}", "create {}", "list -- {}", "show -- ' '{}"),
        *("delete web --fingerprint {}", "delete web --key={}", "ssh -- {}", "help {}", "-r {}"),
    ],
)
def test_a_private_key_on_the_command_line(run: Run, rsa_pem: str, line: str) -> None:
    """As a shell puts it there for `$(cat KEY)`: it is called that, and not repeated."""
    ran = run(line.format(shlex.quote(rsa_pem)))
    assert ran == Ran(
        2,
        err="lskeys: error: a private key was given, where a name or a file is expected\n"
        "lskeys: hint: name its file, or give - and paste it, then press Enter and Ctrl-D\n",
    )
