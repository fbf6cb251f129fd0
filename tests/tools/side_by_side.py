"""The same faults on the AWS CLI and on lskeys: what each did, as a table in Markdown.

    python -m tests.tools.side_by_side            prints the table
    python -m tests.tools.side_by_side FILE       writes it between the marks in FILE
    python -m tests.tools.side_by_side --check FILE

Both are run as people run them, in a shell, against the same sandbox with the same fault. The
AWS CLI is `aws` on PATH or what LSKEYS_TEST_AWS names, unmodified and with its own defaults.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from lskeys import keys, sandbox
from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Switches, Tag
from lskeys.sandbox.resources import KeyPair
from tests.support.lying_server import Call, Liar, Reply, pair, pairs

REGION = "us-east-1"
PATIENCE = 15.0
"""Seconds until a program counts as one that does not end."""

BEGIN, END = "<!-- written by make side-by-side -->", "<!-- end of what is written -->"

CREATE = "aws lightsail create-key-pair --key-pair-name web --query privateKeyBase64 --output text"
DOWNLOAD = "aws lightsail download-default-key-pair --query privateKeyBase64 --output text"
FINGERPRINT = (
    "aws lightsail get-key-pairs --include-default-key-pair"
    " --query 'keyPairs[0].fingerprint' --output text"
)

_SHORT = (
    (f"$({FINGERPRINT})", "$(aws lightsail get-key-pairs …)"),
    (" --query privateKeyBase64 --output text", " --query privateKeyBase64 …"),
    (" --key-pair-name", ""),
)
"""What a line is shortened by in the table."""

Prepare = Callable[[Sandbox, Path], None]


def _nothing(_account: Sandbox, _home: Path) -> None:
    """An account without key pairs, a home without files."""


def _default(account: Sandbox, _home: Path) -> None:
    account.add_default_key_pair(REGION)


def _web(account: Sandbox, _home: Path) -> None:
    account.add_key_pairs(REGION, ["web"])


def _hostile(account: Sandbox, _home: Path) -> None:
    account.add_key_pairs(REGION, ["web"], tags=[Tag("owner", "\x1b[2J\x1b]0;gone\x07")])


def _taken(_account: Sandbox, home: Path) -> None:
    old = home / "k.pem"
    old.touch(0o600)
    words = ("openssl", "genpkey", "-algorithm", "ed25519", "-out", str(old))
    subprocess.run(words, check=True, capture_output=True)


def _linked(_account: Sandbox, home: Path) -> None:
    (home / "k.pem").symlink_to("elsewhere")


@dataclass(frozen=True, slots=True)
class Case:
    """A fault, what is there before it, and what people type.

    `settings` are the sandbox's switches; `in_circles` takes the lying server in its place.
    """

    fault: str
    aws: str
    lskeys: str
    settings: tuple[str, ...] = ()
    prepare: Prepare = _nothing
    before: str = ""
    in_circles: bool = False


CASES = (
    Case(
        "the response to a creation is lost",
        f"{CREATE} > k.pem",
        "lskeys create web --service-generated --file k.pem",
        ("fault=CreateKeyPair=lost-answer*1",),
    ),
    Case(
        "the same, with a key made here",
        f"{CREATE} > k.pem",
        "lskeys create web --bits 2048 --file k.pem",
        ("fault=CreateKeyPair=lost-answer*1", "fault=ImportKeyPair=lost-answer*1"),
    ),
    Case(
        "the response to a creation is cut off",
        f"{CREATE} > k.pem",
        "lskeys create web --service-generated --file k.pem",
        ("fault=CreateKeyPair=half-body",),
    ),
    Case(
        "a captive portal responds to a creation, HTML with status 200",
        f"{CREATE} > k.pem",
        "lskeys create web --service-generated --file k.pem",
        ("fault=CreateKeyPair=html",),
    ),
    Case(
        "a captive portal responds to a list",
        "aws lightsail get-key-pairs",
        "lskeys list",
        ("fault=GetKeyPairs=html",),
        _web,
    ),
    Case(
        "the key comes as base64 of the PEM",
        f"{CREATE} > k.pem",
        "lskeys create web --service-generated --file k.pem",
        ("key-text=base64",),
    ),
    Case(
        "the key comes as PEM, and is decoded as its name says",
        f"{CREATE} | base64 -d > k.pem",
        "lskeys create web --service-generated --file k.pem",
    ),
    Case(
        "another key than the default pair's is handed out",
        f"{DOWNLOAD} > k.pem",
        "lskeys download-default --file k.pem",
        ("fault=DownloadDefaultKeyPair=wrong-key",),
        _default,
    ),
    Case(
        "there is no default pair to download",
        f"{DOWNLOAD} > k.pem",
        "lskeys download-default --file k.pem",
    ),
    Case(
        "umask 000",
        f"{DOWNLOAD} > k.pem",
        "lskeys download-default --file k.pem",
        (),
        _default,
        "umask 000",
    ),
    Case(
        "the disk takes no more (`ulimit -f 0`)",
        f"{CREATE} > k.pem",
        "lskeys create web --service-generated --file k.pem",
        before="trap '' XFSZ; ulimit -f 0",
    ),
    Case(
        "another key lies there already",
        f"{CREATE} > k.pem",
        "lskeys create web --service-generated --file k.pem",
        prepare=_taken,
    ),
    Case(
        "a symbolic link lies there",
        f"{CREATE} > k.pem",
        "lskeys create web --service-generated --file k.pem",
        prepare=_linked,
    ),
    Case(
        "the default pair is deleted, and its key was never saved",
        f"aws lightsail delete-key-pair --key-pair-name {DEFAULT_PAIR}"
        f' --expected-fingerprint "$({FINGERPRINT})"',
        f"lskeys delete {DEFAULT_PAIR} --fingerprint --yes",
        prepare=_default,
    ),
    Case(
        "the response to a deletion is lost",
        "aws lightsail delete-key-pair --key-pair-name web",
        "lskeys delete web --yes",
        ("fault=DeleteKeyPair=lost-answer*1",),
        _web,
    ),
    Case(
        "a tag holds escape sequences",
        "aws lightsail get-key-pairs --output text",
        "lskeys list -o text",
        prepare=_hostile,
    ),
    Case(
        "page tokens go in circles",
        "aws lightsail get-key-pairs",
        "lskeys list",
        in_circles=True,
    ),
    Case(
        "stdout is full",
        "aws lightsail get-key-pairs > /dev/full",
        "lskeys list > /dev/full",
        prepare=_web,
    ),
)


def main() -> int:
    """Print the table, or write or check the one in a file."""
    words = [word for word in sys.argv[1:] if word != "--check"]
    if shutil.which(_aws()) is None:
        sys.exit("no AWS CLI: put `aws` on PATH or its path in LSKEYS_TEST_AWS")
    table = "\n".join(rows())
    if not words:
        sys.stdout.write(f"{table}\n")
        return 0
    file = Path(words[0])
    before, begin, rest = file.read_text("utf-8").partition(BEGIN)
    written, end, after = rest.partition(END)
    if "--check" in sys.argv:
        return int(written.strip().splitlines()[1:] != table.splitlines()[1:])
    file.write_text(f"{before}{begin}\n{table}\n{end}{after}", "utf-8")
    return 0


def rows() -> Iterator[str]:
    """The table, line by line."""
    yield f"| fault | typed | AWS CLI {_version()} | lskeys |"
    yield "|---|---|---|---|"
    for case in CASES:
        ends = [tried(case, line) for line in (case.aws, case.lskeys)]
        typed = "<br>".join(f"`{_spelled(line)}`" for line in (case.aws, case.lskeys))
        yield f"| {case.fault} | {typed} | {ends[0]} | {ends[1]} |"


def tried(case: Case, line: str) -> str:
    """What one line of shell did, in a home and on an account of its own."""
    with TemporaryDirectory() as name:
        home = Path(name) / "home"
        home.mkdir(0o700)
        account = Sandbox(Path(name) / "account.sqlite3", seed=False)
        account.reset(Switches().changed(case.settings))
        case.prepare(account, home)
        with _endpoint(case, account) as endpoint:
            code, out = _run(f"{case.before or ':'}; {line}", endpoint, home)
        with account.service().store.reading() as transaction:
            found = transaction.page(REGION, 0, -1, noun=KeyPair)
        lines = {each.name: each.material.public_line for _, each in found}
        files = [each for each in sorted(home.glob("[!.]*")) if each.suffix != ".pub"]
        said = [_ending(code), *_printed(line, code, out), *(_file(each, lines) for each in files)]
        if "k.pem" in line and not files:
            said.append("no file")
        return "; ".join([*said, *([] if case.in_circles else _pairs(lines))])


def _ending(code: int | None) -> str:
    return f"does not end in {PATIENCE:.0f} s" if code is None else f"exit {code}"


def _printed(line: str, code: int | None, out: bytes) -> Iterator[str]:
    if b"\x1b" in out:
        yield "they reach the terminal"
    elif b"x1b" in out:
        yield "they are shown spelled out"
    elif code == 0 and not out.strip() and line.count(">") == 0:
        yield "nothing is printed"


def _file(path: Path, lines: Mapping[str, str]) -> str:
    if path.is_symlink():
        return f"`{path.name}` is still the link"
    content = path.read_bytes()
    named = f"`{path.name}` ({path.stat().st_mode & 0o777:04o})"
    material = keys.read_local(content) if content.startswith(b"-----BEGIN") else None
    if not content:
        return f"{named} is empty"
    if material is None or material.public is None:
        return f"{named} is no key"
    key = " ".join(material.public.line().split()[:2])
    known = any(" ".join(line.split()[:2]) == key for line in lines.values())
    return f"{named} is {'the' if known else 'another'} key"


def _pairs(lines: Mapping[str, str]) -> Iterator[str]:
    for name in lines:
        yield f"{'the default pair' if name == DEFAULT_PAIR else f'pair `{name}`'} exists"
    if not lines:
        yield "no pair exists"


@contextmanager
def _endpoint(case: Case, account: Sandbox) -> Iterator[str]:
    if not case.in_circles:
        with sandbox.serve(account) as server:
            yield server.endpoint
        return
    with Liar().running() as liar:
        liar.responses("GetKeyPairs", _in_circles)
        yield liar.endpoint


def _in_circles(call: Call) -> Reply:
    return pairs(pair("web"), token="b" if call.members.get("pageToken") == "a" else "a")


def _run(line: str, endpoint: str, home: Path) -> tuple[int | None, bytes]:
    """The exit code of a line of shell, None where it does not end, and what it printed."""
    aws = Path(_aws())
    environ = {
        "PATH": f"{aws.parent}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "AWS_PAGER": "",
        "AWS_EC2_METADATA_DISABLED": "true",
        **sandbox.environment(endpoint),
    }
    with subprocess.Popen(
        ["/bin/sh", "-c", line],
        cwd=home,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            out, _ = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return None, b""
    return process.returncode, out


def _aws() -> str:
    return os.environ.get("LSKEYS_TEST_AWS") or shutil.which("aws") or "aws"


def _version() -> str:
    said = subprocess.run([_aws(), "--version"], capture_output=True, text=True, check=True).stdout
    return said.split()[0].partition("/")[2]


def _spelled(line: str) -> str:
    for long, short in _SHORT:
        line = line.replace(long, short)
    return line.replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
