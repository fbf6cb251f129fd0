"""show, through the command line."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lskeys.sandbox import DEFAULT_PAIR, Sandbox, Server, Tag
from tests.conftest import CREATED, NOW, REGION, Ran, Run
from tests.support.changes import changes, operations
from tests.support.cli_keys import (
    PASSPHRASE,
    encrypted_pem,
    fingerprint,
    other_pem,
    public_line,
    save,
)

BEFORE = CREATED - timedelta(days=100)
ARN = "arn:aws:lightsail:us-east-1:123456789012:KeyPair/"


def facts(out: str) -> dict[str, list[str]]:
    """The values of each name in a block of text."""
    known: dict[str, list[str]] = {}
    for line in out.splitlines():
        name, _, value = line.partition("\t")
        known.setdefault(name, []).append(value)
    return known


def shown(run: Run, line: str) -> Any:  # noqa: ANN401  JSON
    """The pair in the JSON document of a command line that succeeds."""
    ran = run(f"{line} -o json")
    assert (ran.exit_code, ran.err) == (0, "")
    return json.loads(ran.out)["keyPair"]


def test_text_is_a_name_and_a_value_a_line(
    account: Sandbox, server: Server, run: Run, home: Path, rsa_pem: str
) -> None:
    """In a pipe: what is known of the pair, a value a line behind its name, none as a dash."""
    line = public_line(rsa_pem)
    tags = [Tag("stage", "test"), Tag("old")]
    account.add_key_pairs(REGION, ["web"], public_line=line, tags=tags, created_at=CREATED)
    account.add_instance(REGION, "web-2", key_pair_name="web")
    account.add_instance(REGION, "web-1", key_pair_name="web")
    account.add_instance(REGION, "blog")
    key = save(home / ".ssh" / "whatever", rsa_pem)
    public = save(home / ".ssh" / "x.pub", line, 0o644)
    save(home / ".ssh" / "stranger", other_pem())
    ran = run("show web")
    known = facts(ran.out)
    [arn], [support_code] = known.pop("arn"), known.pop("support-code")
    assert (ran.exit_code, ran.err) == (0, "")
    assert arn.startswith(ARN)
    assert support_code.endswith("/web")
    assert known == {
        "name": ["web"],
        "region": [REGION],
        "account": ["123456789012"],
        "created": ["2026-11-02T12:00:00.123Z"],
        "fingerprint": [fingerprint(rsa_pem, "md5-spki")],
        "fingerprint-type": ["md5-spki"],
        "tags": ["stage=test", "old"],
        "used-by": ["web-1", "web-2"],
        "outdated-instances": ["-"],
        "identity-files": ["-"],
        "private-files": [str(key)],
        "public-files": [str(public)],
        "unproven-files": ["-"],
        "possible-files": ["-"],
        "fix-commands": ["-"],
    }
    assert sorted(operations(server)) == ["GetInstances", "GetKeyPair"]


def test_table_is_a_block(account: Sandbox, server: Server, run: Run) -> None:
    """On a terminal: headings with their values, the default key pair marked, ages shown."""
    account.add_default_key_pair(REGION, created_at=CREATED)
    account.add_instance(REGION, "old", created_at=BEFORE)
    account.add_instance(REGION, "new", created_at=NOW)
    account.add_instance(REGION, "old-too", created_at=BEFORE, key_pair_name="web")
    lines = run(f"show {DEFAULT_PAIR} --color never", terminal=True).out.splitlines()
    assert lines[:2] == [
        f"NAME                {DEFAULT_PAIR} * (outdated)",
        "REGION              us-east-1",
    ]
    assert "CREATED             2026-11-02T12:00:00.123Z (20d)" in lines
    assert lines[7:10] == [
        "USED BY             new",
        "                    old",
        "OUTDATED INSTANCES  old",
    ]
    assert server.requests


def test_json_is_in_the_shape_of_the_aws_cli(
    account: Sandbox, server: Server, run: Run, home: Path, rsa_pem: str
) -> None:
    """JSON has the members of `aws lightsail get-key-pair`, and ours next to them."""
    account.add_default_key_pair(REGION, private_pem=rsa_pem, created_at=CREATED)
    account.add_instance(REGION, "blog", created_at=BEFORE)
    key = save(home / ".ssh" / "key", rsa_pem, 0o640)
    pair = shown(run, f"show {DEFAULT_PAIR}")
    old = {
        "name": "blog",
        "createdAt": BEFORE.isoformat(timespec="microseconds"),
        "identityFiles": [str(key)],
    }
    assert pair.pop("arn").startswith(ARN)
    assert pair.pop("supportCode").endswith(DEFAULT_PAIR)
    assert pair == {
        "name": DEFAULT_PAIR,
        "createdAt": "2026-11-02T12:00:00.123000+00:00",
        "location": {"availabilityZone": "all", "regionName": REGION},
        "resourceType": "KeyPair",
        "tags": [],
        "fingerprint": fingerprint(rsa_pem, "md5-spki"),
        "fingerprintType": "md5-spki",
        "fingerprintForm": "md5-spki",
        "isDefault": True,
        "account": "123456789012",
        "usedBy": ["blog"],
        "outdatedInstances": [old],
        "olderInstances": [old],
        "localFiles": [str(key)],
        "localKeys": [
            {
                "path": str(key),
                "holds": "private",
                "half": "private",
                "encrypted": False,
                "mode": "0640",
                "permissionsOk": False,
                "fixCommand": f"chmod 600 {key}",
                "mend": f"chmod 600 {key}",
                "algorithm": "ssh-rsa",
                "bits": 2048,
                "fingerprints": {
                    "md5-spki": fingerprint(rsa_pem, "md5-spki"),
                    "md5-ssh": "MD5:" + fingerprint(rsa_pem, "md5-ssh"),
                    "sha256-ssh": fingerprint(rsa_pem, "sha256-ssh"),
                    "sha1-pkcs8": fingerprint(rsa_pem, "sha1-pkcs8"),
                },
                "fingerprintType": "md5-spki",
                "fingerprintForm": "md5-spki",
            }
        ],
    }
    assert sorted(operations(server)) == ["GetInstances", "GetKeyPairs"]


@pytest.mark.parametrize(
    ("mode", "kind", "fix"),
    [
        (0o600, "private", None),
        (0o400, "private", None),
        (0o604, "private", "chmod 600 "),
        (0o640, "private", "chmod 600 "),
        (0o644, "public", None),
        (0o600, "public", None),
        (0o664, "public", "chmod go-w "),
    ],
)
def test_permissions(  # noqa: PLR0913  fixtures
    account: Sandbox,
    server: Server,
    run: Run,
    *,
    home: Path,
    rsa_pem: str,
    mode: int,
    kind: str,
    fix: str | None,
) -> None:
    """A private key is for its owner alone, a public one not for others to change."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(rsa_pem))
    text = rsa_pem if kind == "private" else public_line(rsa_pem)
    path = save(home / ".ssh" / "a key", text, mode)
    [key] = shown(run, "show web")["localKeys"]
    assert (key["half"], key.get("mend")) == (kind, fix and f"{fix}'{path}'")
    assert server.requests


def test_an_encrypted_key_that_its_neighbour_speaks_for(
    account: Sandbox, server: Server, run: Run, home: Path, rsa_pem: str
) -> None:
    """An encrypted PEM is called unproven: only the name of its .pub says whose it is."""
    account.add_key_pairs(REGION, ["web"], public_line=public_line(rsa_pem))
    key = save(home / ".ssh" / "id", encrypted_pem(other_pem()))
    public = save(home / ".ssh" / "id.pub", public_line(rsa_pem))
    known = facts(run("show web").out)
    files = [known[f"{each}-files"] for each in ("private", "public", "unproven")]
    assert files == [["-"], [str(public)], [str(key)]]
    assert PASSPHRASE not in str(known)
    assert server.requests


def test_files_that_do_not_show_their_key(
    account: Sandbox, server: Server, run: Run, home: Path, rsa_pem: str
) -> None:
    """A file named after the pair that does not show its key is shown with the reason."""
    account.add_key_pairs(REGION, ["web", "db"], public_line=public_line(rsa_pem))
    path = save(home / ".ssh" / "web.pem", encrypted_pem(rsa_pem))
    why = "it is encrypted and does not show its public key"
    details = shown(run, "show web")
    assert details["localKeys"] == []
    assert details["possibleFiles"] == [{"path": str(path), "reason": why}]
    assert facts(run("show web").out)["possible-files"] == [f"{path}: {why}"]
    assert "POSSIBLE FILES" in run("show web -o table").out
    assert "POSSIBLE FILES" not in run("show db -o table").out
    assert run("create made --service-generated -q --out made").exit_code == 0
    public = save(home / ".ssh" / "made.pem.pub", (home / "made/made.pem.pub").read_text())
    why = "AWS reports the SHA-1 of the private key, which is not in this file"
    assert shown(run, "show made")["possibleFiles"] == [{"path": str(public), "reason": why}]
    assert server.requests


def test_wherever_it_is(account: Sandbox, server: Server, run: Run) -> None:
    """With several regions: a block for each that has it, a list in JSON, no failure."""
    for region in (REGION, "eu-west-1"):
        account.add_key_pairs(region, ["web"])
    regions = "-r us-east-1 -r us-west-2 -r eu-west-1"
    ran = run(f"show web {regions}")
    assert (ran.exit_code, ran.err) == (0, "")
    assert [facts(block)["region"] for block in ran.out.split("\n\n")] == [
        [REGION],
        ["eu-west-1"],
    ]
    document = json.loads(run(f"show web {regions} -o json").out)
    found = [each["location"]["regionName"] for each in document["keyPairs"]]
    assert found == [REGION, "eu-west-1"]
    assert changes(server) == []


def test_no_default_pair(server: Server, run: Run) -> None:
    """A region without a default key pair is reported, and gets none by the look-up."""
    ran = run(f"show {DEFAULT_PAIR}")
    assert (ran.exit_code, ran.out, changes(server)) == (3, "", [])
    assert ran.err.endswith(
        "lskeys: hint: to find regions that have one: lskeys list --include-default --all-regions\n"
    )


def test_instances_that_may_not_be_seen(account: Sandbox, server: Server, run: Run) -> None:
    """Who may not list instances still sees the pair; it is partial, and no user is invented."""
    account.add_key_pairs(REGION, ["web"])
    server.add_fault("GetInstances=AccessDeniedException")
    ran = run("show web -o json")
    document = json.loads(ran.out)
    assert ran.exit_code == 7
    assert "usedBy" not in document["keyPair"]
    assert "olderInstances" not in document["keyPair"]
    assert [each["code"] for each in document["errors"]] == ["AccessDeniedException"]


def test_strangers(account: Sandbox, server: Server, run: Run, home: Path) -> None:
    """A local key that does not have the fingerprint is not the pair's, whatever its name."""
    account.add_key_pairs(REGION, ["web"])
    save(home / ".ssh" / "web.pem", other_pem())
    assert run("show web --query keyPair.localFiles -o json") == Ran(0, "[]\n")
    assert server.requests
