"""audit, through the command line."""

import json
import os
import tempfile
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from lskeys.audit import Code
from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Server
from tests.cli.conftest import Serve
from tests.conftest import CREATED, REGION, Ran, Run
from tests.support.changes import changes, operations
from tests.support.cli_keys import PASSPHRASE, encrypted_pem, other_pem, public_line, said, save
from tests.support.key_shapes import SHAPES
from tests.support.people import MALLORY, chown
from tests.support.printed_commands import be_a_user, type_command
from tests.support.special_files import put_unreadable

ELSEWHERE = "eu-west-1"
DEFAULT_FILE = f"LightsailDefaultKey-{REGION}.pem"
BEFORE = CREATED - timedelta(days=100)
UNUSED = "not used by any instance (not checked: snapshots, authorized_keys files)"
LOST = "private key not found locally; Lightsail does not keep it"
FIX_HINT = "lskeys: hint: --fix fixes loose-permissions, unusable-file, missing-public\n"


@cache
def ed25519(name: str) -> str:
    """A key in OpenSSH's own format, quick to make; another one for each name."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / name
        said("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path)
        return path.read_text()


def with_public(path: Path, text: str) -> Path:
    """A private key file with its public key next to it."""
    save(Path(f"{path}.pub"), public_line(text) + "\n", 0o644)
    return save(path, text)


def once_lightsails(path: Path, text: str) -> Path:
    """A private key whose .pub says, as lskeys writes it, which key pair it was of."""
    save(Path(f"{path}.pub"), f"{public_line(text)} {path.stem}@{REGION}\n", 0o644)
    return save(path, text)


def add_pair(account: Sandbox, name: str, text: str, region: str = REGION) -> None:
    """A pair with this key, and an instance that names it."""
    account.add_key_pairs(region, [name], public_line=public_line(text), created_at=CREATED)
    account.add_instance(region, f"on-{name}", key_pair_name=name)


@pytest.fixture
def directory(home: Path) -> Path:
    """The key directory."""
    made = home / ".ssh"
    made.mkdir(mode=0o700)
    return made


@pytest.fixture
def clean(account: Sandbox, server: Server, directory: Path, rsa_pem: str) -> Path:
    """An account and a disk with nothing wrong, personal keys among them; the directory."""
    assert server.requests == []
    account.add_default_key_pair(REGION, private_pem=rsa_pem, created_at=CREATED)
    account.add_instance(REGION, "blog", created_at=CREATED)
    add_pair(account, "web", ed25519("web"))
    with_public(directory / DEFAULT_FILE, rsa_pem)
    with_public(directory / "web.pem", ed25519("web"))
    save(directory / "id_ed25519", ed25519("personal"))
    save(directory / "id_old", encrypted_pem(other_pem()))
    save(directory / f"{DEFAULT_FILE}.old-20260101T000000Z", ed25519("kept"))
    save(directory / f"LightsailDefaultKey-{ELSEWHERE}.pem", ed25519("elsewhere"))
    save(directory / "config", "Host *\n", 0o644)
    return directory


@pytest.fixture
def everything_wrong(serve: Serve, account: Sandbox, directory: Path, rsa_pem: str) -> Path:
    """An account and a disk that give every finding once; the key directory."""
    serve("fingerprint-imported-ed25519=sha256-ssh", "fingerprint-imported-rsa=none")
    account.add_default_key_pair(REGION, private_pem=rsa_pem, created_at=CREATED)
    account.add_instance(REGION, "elder", created_at=BEFORE)
    account.add_key_pairs(
        REGION, ["ancient"], public_line=public_line(ed25519("ancient")), created_at=BEFORE
    )
    account.add_instance(REGION, "on-ancient", key_pair_name="ancient")
    add_pair(account, "blank", other_pem())
    add_pair(account, "lost", ed25519("lost"))
    add_pair(account, "web", ed25519("web"))
    add_pair(account, "web", ed25519("web"), ELSEWHERE)
    account.add_key_pairs(REGION, ["spare"], public_line=public_line(ed25519("spare")))
    add_pair(account, "twin", ed25519("spare"))
    save(directory / DEFAULT_FILE, rsa_pem)
    save(directory / "lost.pem", ed25519("not lost's"))
    save(directory / "secret.pem", encrypted_pem(other_pem()))
    once_lightsails(directory / "stray.pem", ed25519("stray"))
    ancient = with_public(directory / "ancient.pem", ed25519("ancient"))
    save(ancient, ed25519("ancient").replace("\n", "\r\n"))
    with_public(directory / "spare.pem", ed25519("spare"))
    with_public(directory / "web.pem", ed25519("web")).chmod(0o644)
    save(directory / "spare.pem.pub", public_line(ed25519("lost")), 0o644)
    put_unreadable(directory / "broken.pem")
    return directory


def expected(directory: Path) -> list[tuple[str, ...]]:
    """Every finding there, as text has it."""
    keys = {name: str(directory / f"{name}.pem") for name in ("lost", "secret", "stray", "web")}
    spare, default = str(directory / "spare.pem"), str(directory / DEFAULT_FILE)
    at_home = f"--region {REGION}"
    return [
        (
            "loose-permissions",
            "-",
            keys["web"],
            "private key accessible by others (mode 0644)",
            f"chmod 600 {keys['web']}",
            "error",
        ),
        (
            "unusable-file",
            REGION,
            str(directory / "ancient.pem"),
            "ssh cannot load it: its lines end in CRLF",
            f"lskeys audit --fix {at_home}",
            "error",
        ),
        (
            "unreadable-file",
            "-",
            str(directory / "broken.pem"),
            "cannot be read (input/output error), and may hold a key",
            f"ls -ld {directory / 'broken.pem'}",
            "error",
        ),
        (
            "mismatched-key",
            REGION,
            keys["lost"],
            f"named like the key of lost in {REGION}, but holds another key",
            f"lskeys fingerprint {keys['lost']} --match --all-regions",
            "warning",
        ),
        (
            "wrong-public",
            "-",
            f"{spare}.pub",
            "not the public key of the private key next to it",
            f"mv -n {spare}.pub {spare}.pub.wrong && ssh-keygen -y -f {spare} > {spare}.pub",
            "warning",
        ),
        (
            "stale-default",
            REGION,
            DEFAULT_PAIR,
            "newer than elder, which it opens only if added there",
            f"lskeys authorize elder --key-pair default {at_home}",
            "warning",
        ),
        (
            "orphaned-key",
            "-",
            keys["stray"],
            f"matches no key pair in {ELSEWHERE}, {REGION}",
            f"lskeys fingerprint {keys['stray']} --match --all-regions",
            "warning",
        ),
        (
            "duplicate-key",
            REGION,
            "spare",
            f"same key as twin in {REGION}",
            f"lskeys delete spare {at_home}",
            "warning",
        ),
        (
            "old-pair",
            REGION,
            "ancient",
            "120 days old (limit 90)",
            f"lskeys create ancient-2026-11-23 {at_home}",
            "warning",
        ),
        (
            "missing-public",
            REGION,
            default,
            "no public key file (.pub) next to it",
            f"ssh-keygen -y -f {default} > {default}.pub",
            "warning",
        ),
        ("missing-private", REGION, "lost", LOST, "-", "info"),
        (
            "no-fingerprint",
            REGION,
            "blank",
            "AWS reports no fingerprint, so no local key can be verified",
            "-",
            "info",
        ),
        (
            "hidden-key",
            "-",
            keys["secret"],
            "encrypted, and no public key file (.pub) shows which key it is",
            f"ssh-keygen -y -f {keys['secret']} > {keys['secret']}.pub",
            "info",
        ),
        ("shared-key", REGION, "web", f"same key as web in {ELSEWHERE}", "-", "info"),
        ("unused-pair", REGION, "spare", UNUSED, f"lskeys delete spare {at_home}", "info"),
    ]


AUDIT = f"audit -r {REGION} -r {ELSEWHERE} --max-age 90"


def found(run: Run, line: str) -> list[dict[str, Any]]:
    """The findings in the JSON document of a command line."""
    document = json.loads(run(f"{line} -o json").out)
    assert (document["errors"], document["schemaVersion"]) == ([], 1)
    return list(document["findings"])


def codes(run: Run, line: str = "audit") -> list[str]:
    """Only their codes."""
    return [each["code"] for each in found(run, line)]


def test_clean(clean: Path, server: Server, run: Run) -> None:
    """Where all is well there is no finding; two requests are sent, and the exit code is 0."""
    assert clean.is_dir()
    assert run("audit --max-age 21") == Ran(
        0, err=f"no findings in {REGION}: 2 key pairs, 8 local key files\n"
    )
    assert sorted(operations(server)) == ["GetInstances", "GetKeyPairs"]


def test_every_finding(everything_wrong: Path, run: Run) -> None:
    """A prepared disk and account give exactly the expected findings, all codes among them."""
    lines = ["\t".join(each) + "\n" for each in expected(everything_wrong)]
    assert run(AUDIT) == Ran(
        6,
        out="".join(lines),
        err=f"cannot read {everything_wrong / 'broken.pem'}: input/output error\n"
        f"lskeys: error: audit found 3 errors and 7 warnings in 2 regions\n{FIX_HINT}",
    )
    assert {each[0] for each in expected(everything_wrong)} == {code.value for code in Code}


def test_json(everything_wrong: Path, run: Run) -> None:
    """For machines: the same findings, region and name of the pair, the file where there is one.

    What the exit code 6 says is one JSON object, too.
    """
    ran = run(f"{AUDIT} -o json")
    document = json.loads(ran.out)
    assert list(document) == ["findings", "errors", "schemaVersion"]
    error = json.loads(ran.err.splitlines()[-1])
    assert (error["code"], error["exitCode"]) == ("Findings", 6)
    assert error["message"] == "audit found 3 errors and 7 warnings in 2 regions"
    by_code = {each["code"]: each for each in document["findings"]}
    assert by_code["missing-private"] == {
        "code": "missing-private",
        "severity": "info",
        "message": LOST,
        "region": REGION,
        "name": "lost",
    }
    file = str(everything_wrong / "lost.pem")
    assert by_code["mismatched-key"] == {
        "code": "mismatched-key",
        "severity": "warning",
        "message": f"named like the key of lost in {REGION}, but holds another key",
        "region": REGION,
        "name": "lost",
        "file": file,
        "command": f"lskeys fingerprint {file} --match --all-regions",
    }
    assert [each.get("command", "-") for each in document["findings"]] == [
        each[-2] for each in expected(everything_wrong)
    ]


def test_other_formats(everything_wrong: Path, run: Run) -> None:
    """A row per finding in csv, an object in jsonl, the subject with --quiet, and --query works."""
    rows = expected(everything_wrong)
    assert run(f"{AUDIT} -o csv").out.splitlines()[11] == (
        f"missing-private,{REGION},lost,{LOST},,info"
    )
    lines = run(f"{AUDIT} -o jsonl").out.splitlines()
    assert [json.loads(line)["code"] for line in lines] == [row[0] for row in rows]
    assert run(f"{AUDIT} -q").out.splitlines() == [row[2] for row in rows]
    assert run(f"{AUDIT} -o text --query 'findings[].code'").out.split() == [row[0] for row in rows]


def test_table_is_grouped(
    everything_wrong: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal a kind is a heading with its severity, a subject a line, a fix another."""
    save(everything_wrong / "a.pem", ed25519("a"), 0o640)
    monkeypatch.setenv("COLUMNS", "1000")
    lines = run(f"{AUDIT} --color never", terminal=True).out.splitlines()
    headings = [line for line in lines if line and not line.startswith(" ")]
    wanted = [f"{row[5]}: {row[0]}" for row in expected(everything_wrong)]
    assert {*wanted} <= {*headings}
    assert len(headings) == len({*headings})
    severities = [line.partition(":")[0] for line in headings]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)
    subjects = [line for line in lines if line.startswith("  ") and line[2] != " "]
    assert len(subjects) == len(wanted) + 2
    commands = [line.split(": ", 1) for line in lines if line.startswith("    ")]
    assert {lead.strip() for lead, _ in commands} == {"Fix", "Next"}


@pytest.mark.parametrize("code", Code)
def test_the_help_lists_every_code(run: Run, code: Code) -> None:
    """Each code has its line in the help."""
    assert f"* {code}: " in run("audit --help").out


FIXED = {
    Code.LOOSE_PERMISSIONS,
    Code.UNUSABLE_FILE,
    Code.WRONG_PUBLIC,
    Code.HIDDEN_KEY,
    Code.DUPLICATE_KEY,
    Code.UNUSED_PAIR,
    Code.MISSING_PUBLIC,
}
"""What its command fixes; that of the others is the first step to a decision."""


@pytest.mark.fault("L4")
def test_every_command_works(
    everything_wrong: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command, typed where it is printed, succeeds; what it promises to fix is fixed.

    `authorize` needs an instance with SSH: test_instances.py types it.
    """
    be_a_user(tmp_path, monkeypatch)
    assert everything_wrong.is_dir()
    findings = [each for each in found(run, AUDIT) if "command" in each]
    assert {each["code"] for each in findings} >= FIXED
    commands = {each["command"] for each in findings if "authorize" not in each["command"]}
    for command in sorted(commands, key=lambda each: "audit --fix" in each):  # fixes others, too
        type_command(run, command)
        left = [about(each) for each in found(run, AUDIT)]
        for each in findings:
            if each["command"] == command:
                assert (about(each) in left) is (each["code"] not in FIXED), command


OLD_CIPHER = "openssl pkcs8 -topk8 -v1 PBE-MD5-DES -provider default -provider legacy"


@pytest.mark.parametrize(
    ("shape", "mode", "public", "expected"),
    [
        ("as it is", 0o644, "none", ["loose-permissions", "missing-public"]),
        ("as it is", 0o644, "another", ["loose-permissions", "wrong-public"]),
        ("UTF-16", 0o600, "none", ["unusable-file", "missing-public"]),
        ("CRLF", 0o640, "another", ["loose-permissions", "unusable-file", "wrong-public"]),
    ],
)
@pytest.mark.parametrize("is_last_first", [False, True])
def test_several_faults_of_one_file(  # noqa: PLR0913  fixtures
    clean: Path,
    tmp_path: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    *,
    shape: str,
    mode: int,
    public: str,
    expected: list[str],
    is_last_first: bool,
) -> None:
    """Whichever command is typed first works, and when no more is printed, nothing is wrong."""
    be_a_user(tmp_path, monkeypatch)
    path = clean / "web.pem"
    path.write_bytes(SHAPES[shape](ed25519("web").encode()))
    path.chmod(mode)
    public_file = clean / "web.pem.pub"
    public_file.unlink()
    if public == "another":
        save(public_file, public_line(ed25519("another")) + "\n", 0o644)
    findings = found(run, "audit")
    assert [each["code"] for each in findings] == expected
    for _ in (*expected, "a missing .pub where a wrong one was"):
        if findings:
            type_command(run, findings[-1 if is_last_first else 0]["command"])
            findings = found(run, "audit")
    assert findings == []


def test_an_outdated_cipher(
    clean: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that no ssh decrypts is no copy; --fix leaves it, and the command makes it one."""
    be_a_user(tmp_path, monkeypatch)
    path = clean / DEFAULT_FILE
    said(*OLD_CIPHER.split(), "-passout", f"pass:{PASSPHRASE}", "-in", path, "-out", clean / "old")
    (clean / "old").rename(path)
    [finding] = found(run, "audit --fix --yes")
    assert finding["code"] == "unusable-file"
    assert run("delete default --fingerprint --yes").exit_code == 5
    type_command(run, finding["command"])
    line = said("ssh-keygen", "-y", "-P", PASSPHRASE, "-f", path).decode()
    assert line.split()[:2] == Path(f"{path}.pub").read_text().split()[:2]
    assert codes(run) == []


def about(finding: dict[str, Any]) -> tuple[str | None, ...]:
    """What makes a finding another one than the next."""
    return tuple(map(finding.get, ("code", "region", "name", "file")))


def test_default_keys_are_downloaded(clean: Path, run: Run) -> None:
    """The default key that is missing or mixed up is fixed by downloading it."""
    path = clean / DEFAULT_FILE
    path.unlink()
    [finding] = found(run, "audit")
    assert (finding["code"], finding["name"]) == ("missing-private", DEFAULT_PAIR)
    assert finding["command"] == f"lskeys download-default --region {REGION}"
    type_command(run, finding["command"])
    assert codes(run) == []
    with_public(path, ed25519("another"))
    both = found(run, "audit")
    assert [each["code"] for each in both] == ["mismatched-key", "missing-private"]
    for each in both:
        type_command(run, each["command"])
        assert codes(run) == []
    assert [len(list(clean.glob(f"{DEFAULT_FILE}{end}"))) for end in ("", ".old-*")] == [1, 2]


@pytest.mark.parametrize(
    "put",
    [
        Path.touch,
        Path.mkdir,
        os.mkfifo,
        lambda path: path.symlink_to("nowhere"),
        lambda path: path.write_text("-----BEGIN RSA PRIVATE KEY-----\nMII"),
    ],
)
def test_what_is_no_key_in_the_way(clean: Path, run: Run, put: Callable[[Path], object]) -> None:
    """A file that is cut off, or no file at all, is named, and moved before the download."""
    path = clean / DEFAULT_FILE
    path.unlink()
    put(path)
    [finding] = found(run, "audit")
    assert finding["message"] == f"private key not found locally; {path} holds no key"
    type_command(run, finding["command"])
    assert codes(run) == []


def test_an_old_default_pair_is_rotated(clean: Path, run: Run) -> None:
    """The command for an old default pair puts a new one in its place."""
    assert clean.is_dir()
    [finding] = [each for each in found(run, "audit --max-age 19") if each["name"] != "web"]
    assert finding["command"] == f"lskeys rotate-default --region {REGION}"
    type_command(run, finding["command"])
    [left] = [each for each in found(run, "audit --max-age 19") if each["name"] != "web"]
    assert left["code"] == "stale-default"
    opener = Path(left["message"].rpartition("; ")[2].removesuffix(" may open it"))
    assert opener in set(clean.glob(f"{DEFAULT_FILE}.old-*"))
    assert left["command"].startswith("lskeys authorize ")
    assert left["command"].endswith(f" --key-pair default --region {REGION}")


def test_keys_of_no_region(clean: Path, run: Run) -> None:
    """Where every region was queried, an orphaned or misnamed key is put aside."""
    with_public(clean / "web.pem", ed25519("another"))
    once_lightsails(clean / "stray.pem", ed25519("stray"))
    findings = found(run, "audit --all-regions")
    assert [(each["code"], Path(each.get("file", "")).name) for each in findings] == [
        ("mismatched-key", "web.pem"),
        ("orphaned-key", f"LightsailDefaultKey-{ELSEWHERE}.pem"),
        ("orphaned-key", "stray.pem"),
        ("missing-private", ""),
    ]
    assert findings[1]["message"] == "matches no key pair in any region"
    for each in findings[:-1]:
        type_command(run, each["command"])
    assert codes(run, "audit --all-regions") == ["missing-private"]
    assert (clean / "web.pem.other").read_text() == ed25519("another")
    assert (clean / "stray.pem.orphaned").read_text() == ed25519("stray")


def test_two_foreign_keys_in_turn(clean: Path, run: Run) -> None:
    """The command that puts a key aside works as often as it is needed, and keeps every key."""
    for word in ("first", "second"):
        with_public(clean / "web.pem", ed25519(word))
        [finding] = [
            each for each in found(run, "audit --all-regions") if each["code"] == "mismatched-key"
        ]
        type_command(run, finding["command"])
    kept = {name: (clean / f"{name}.other").read_text() for name in ("web.pem", "web.pem-2")}
    assert kept == {"web.pem": ed25519("first"), "web.pem-2": ed25519("second")}


def test_the_key_of_a_deleted_default_pair(clean: Path, run: Run) -> None:
    """It still opens the instances launched with it, so it is no orphan while there is one."""
    run("download-default -q")
    run("delete default --fingerprint --yes")
    orphans = {each["file"] for each in found(run, "audit") if each["code"] == "orphaned-key"}
    assert str(clean / DEFAULT_FILE) not in orphans


@pytest.mark.parametrize("profile", ["--profile work", ""])
def test_commands_query_the_same_account(
    account: Sandbox, server: Server, run: Run, home: Path, profile: str
) -> None:
    """Suggested commands have the options that choose the account."""
    keys = "aws_access_key_id = sandbox\naws_secret_access_key = sandbox\n"
    save(home / ".aws" / "config", f"[profile work]\n{keys}")
    account.add_key_pairs(REGION, ["spare"])
    ran = run(f"{profile} audit --ignore missing-private --endpoint-url {server.endpoint}")
    words = f"{profile} --endpoint-url {server.endpoint}".strip()
    assert ran.out.split("\t")[-2] == f"lskeys {words} delete spare --region {REGION}"


# ignoring


def test_ignored(everything_wrong: Path, run: Run) -> None:
    """Findings that may stay are left out, of every kind that is named; what is left decides."""
    assert everything_wrong.is_dir()
    kept = ("old-pair", "shared-key")
    ignored = " ".join(f"--ignore {code}" for code in Code if code not in kept)
    assert codes(run, f"{AUDIT} {ignored}") == list(kept)
    assert run(f"{AUDIT} {ignored} --ignore shared-key --ignore old-pair").exit_code == 0


# regions that fail


def test_no_key_is_an_orphan_while_a_region_is_silent(
    clean: Path, server: Server, run: Run
) -> None:
    """It may belong to a pair there."""
    once_lightsails(clean / "stray.pem", ed25519("stray"))
    assert codes(run, f"audit -r {REGION} -r {ELSEWHERE}") == ["orphaned-key"] * 2
    server.add_fault(f"GetKeyPairs@{ELSEWHERE}=AccessDeniedException")
    assert run(f"audit -r {REGION} -r {ELSEWHERE}").out == ""


def test_instances_are_denied(clean: Path, server: Server, run: Run) -> None:
    """Without instances nothing is reported about usage; the other findings are, with exit 7."""
    (clean / "web.pem").unlink()
    server.add_fault("GetInstances=AccessDeniedException")
    ran = run("audit")
    assert (ran.exit_code, ran.out) == (
        7,
        f"missing-private\t{REGION}\tweb\t{LOST}\t-\tinfo\n",
    )
    document = json.loads(run("audit -o json").out)
    assert [each["code"] for each in document["errors"]] == ["AccessDeniedException"]


# fixing


@pytest.fixture
def fixable(clean: Path) -> Path:
    """A directory with both kinds of what --fix fixes, and one it does not."""
    (clean / "web.pem.pub").unlink()
    (clean / "web.pem").chmod(0o640)
    (clean / "id_ed25519").chmod(0o604)
    clean.chmod(0o770)
    once_lightsails(clean / "stray.pem", ed25519("stray"))
    return clean


def stray(directory: Path) -> str:
    """The finding that is left, as text has it."""
    file = directory / "stray.pem"
    return (
        f"orphaned-key\t-\t{file}\tmatches no key pair in {REGION}"
        f"\tlskeys fingerprint {file} --match --all-regions\twarning\n"
    )


def notes(directory: Path, words: str) -> str:
    """The note about each that is fixed."""
    return "".join(
        f"{words} {code}: {file}\n"
        for code, file in (
            ("loose-permissions", directory),
            ("loose-permissions", directory / "id_ed25519"),
            ("loose-permissions", directory / "web.pem"),
            ("missing-public", directory / "web.pem"),
        )
    )


def modes(directory: Path) -> dict[str, str]:
    """Directory and files, with their permissions."""
    paths = sorted([directory, *directory.iterdir()])
    return {each.name: f"{each.stat().st_mode & 0o7777:o}" for each in paths}


def test_fix(fixable: Path, server: Server, run: Run) -> None:
    """Permissions and .pub are fixed and listed, the rest decides; no change is requested."""
    before = modes(fixable)
    assert run("audit --fix --yes") == Ran(
        6,
        out=stray(fixable),
        err=notes(fixable, "fixed") + f"lskeys: error: audit found 1 warning in {REGION}\n",
    )
    assert modes(fixable) == before | {
        ".ssh": "750",
        "id_ed25519": "600",
        "web.pem": "600",
        "web.pem.pub": "644",
    }
    assert (fixable / "web.pem.pub").read_text() == public_line(ed25519("web")) + "\n"
    assert (codes(run), changes(server)) == (["orphaned-key"], [])


def test_fix_of_everything(fixable: Path, run: Run) -> None:
    """Where nothing is left, the exit code is 0; --quiet does not list what was fixed."""
    (fixable / "stray.pem").unlink()
    assert run("audit --fix --yes -q") == Ran(0)
    assert codes(run) == []


def test_fix_prompts(fixable: Path, run: Run) -> None:
    """On a terminal what would be fixed is shown before the prompt."""
    prompt = notes(fixable, "would fix") + "Fix this? [y/N] "
    assert run("audit --fix", typed="y\n") == Ran(
        6,
        out=stray(fixable),
        err=f"{prompt}{notes(fixable, 'fixed')}lskeys: error: audit found 1 warning in {REGION}\n",
    )


def test_nothing_to_fix_needs_no_consent(clean: Path, run: Run) -> None:
    """Where nothing can be fixed, there is no prompt; what only informs is no failure."""
    (clean / "web.pem").unlink()
    assert run("audit --fix") == Ran(
        0,
        out=f"missing-private\t{REGION}\tweb\t{LOST}\t-\tinfo\n",
        err="--fix can fix none of these findings\n"
        f"no errors or warnings in {REGION}; 1 informational finding\n",
    )


def test_dry_run(fixable: Path, run: Run) -> None:
    """What would be fixed is listed; everything stays, and stays a finding."""
    before = modes(fixable)
    ran = run("audit --fix --dry-run")
    assert (ran.exit_code, len(ran.out.splitlines())) == (6, 5)
    assert ran.err == (
        notes(fixable, "would fix")
        + f"lskeys: error: audit found 3 errors and 2 warnings in {REGION}\n"
        + FIX_HINT.replace("unusable-file, ", "")
    )
    assert modes(fixable) == before


def test_ignored_is_not_fixed(fixable: Path, run: Run) -> None:
    """What is ignored is left alone."""
    run("audit --fix --yes --ignore missing-public")
    assert not (fixable / "web.pem.pub").exists()
    assert codes(run) == ["orphaned-key", "missing-public"]


def test_directories_that_others_could_swap(
    clean: Path, home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A parent that others may write in is a finding, which --fix fixes; one of theirs stays."""
    parent = home / "open"
    (parent / "keys").mkdir(mode=0o700, parents=True)
    parent.chmod(0o777)
    monkeypatch.setenv("LSKEYS_OUT", str(parent / "keys"))
    assert clean.is_dir()
    assert codes(run) == ["loose-permissions"]
    assert run("audit --fix --yes").exit_code == 0
    assert modes(home)["open"] == "755"
    chown(parent, MALLORY)
    ran = run("audit --fix --yes")
    assert (ran.exit_code, "belongs to the user 12346, who could" in ran.out) == (6, True)


def test_fix_that_fails(fixable: Path, home: Path, run: Run) -> None:
    """What cannot be fixed stays a finding, with an error, and the rest is fixed: exit 7."""
    (home / "open").mkdir()
    (home / "open").chmod(0o777)
    real = save(home / "open" / "elsewhere", ed25519("web"), 0o644)
    (fixable / "web.pem").unlink()
    (fixable / "web.pem").symlink_to(real)
    ran = run("audit --fix --yes --ignore orphaned-key --ignore missing-public")
    assert (ran.exit_code, ran.out.split("\t")[0]) == (7, "loose-permissions")
    assert f"lskeys: error: others may write in {home / 'open'}" in ran.err
    assert ran.err.splitlines()[-1] == "lskeys: error: 1 of 4 steps failed"
    assert modes(fixable)["id_ed25519"] == "600"
    assert oct(real.stat().st_mode) == "0o100644"


@pytest.mark.fault("M3")
@pytest.mark.parametrize(
    ("unreadable", "gone"),
    [
        (("web.pem",), ()),
        (("web.pem.pub",), ()),
        (("odd", f"{DEFAULT_FILE}.pub"), ()),
        (("directory",), ("web.pem", "web.pem.pub", DEFAULT_FILE, f"{DEFAULT_FILE}.pub")),
    ],
    ids=lambda names: "+".join(names) or "nothing",
)
@pytest.mark.parametrize("line", ["audit", "audit --fix --yes"])
def test_what_cannot_be_read_is_a_finding(  # noqa: PLR0913  a fixture is a parameter
    clean: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    *,
    unreadable: tuple[str, ...],
    gone: tuple[str, ...],
    line: str,
) -> None:
    """A file or a key directory that was not checked is an error; nothing is concluded from it."""
    for name in (*unreadable, *gone):
        (clean / name).unlink(missing_ok=True)
    if unreadable == ("directory",):
        monkeypatch.setenv("LSKEYS_OUT", str(clean / "directory"))
        (clean / "directory").symlink_to("directory")
    else:
        for name in unreadable:
            put_unreadable(clean / name)
    ran = run(line)
    assert [each.split("\t")[0:3] for each in ran.out.splitlines()] == [
        ["unreadable-file", "-", str(clean / name)] for name in sorted(unreadable)
    ]
    assert (ran.exit_code, "no findings" in ran.err) == (6, False)


def test_nothing_is_fixed_without_fix(fixable: Path, run: Run) -> None:
    """Without --fix nothing is changed, --yes or not."""
    before = modes(fixable)
    run("audit --yes")
    assert modes(fixable) == before
