"""Temporary access that the sandbox grants opens a real sshd, as Lightsail's opens an instance."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest

from lskeys.sandbox import Sandbox, serve
from tests.conftest import REGION
from tests.support.aws_clients import Running
from tests.support.sshd_lab import USER
from tests.support.sshd_lab import Server as Sshd


@pytest.mark.parametrize(
    ("age", "trusted", "opens"),
    [(0, True, True), (0, False, False), (11, True, False), (-11, True, False)],
)
def test_temporary_access(
    sshd: Sshd, tmp_path: Path, age: int, *, trusted: bool, opens: bool
) -> None:
    """Key and certificate open a server that trusts the authority, for ten minutes."""
    moment = datetime.now(UTC) - timedelta(minutes=age)
    account = Sandbox(tmp_path / "account.sqlite3", now=lambda: moment, seed=False)
    account.add_instance(REGION, "web", username=USER, address=sshd.address, port=sshd.port)
    if trusted:
        (tmp_path / "authority").write_text(f"{account.authority_line}\n")
        sshd.configure(f"TrustedUserCAKeys {tmp_path}/authority")
    with serve(account) as server:
        client = Running(account, server, boto3.Session()).client()
        details = client.get_instance_access_details(instanceName="web")["accessDetails"]
    key, certificate = tmp_path / "key", tmp_path / "key-cert.pub"
    key.touch(mode=0o600)
    key.write_text(details["privateKey"])
    certificate.write_text(details["certKey"] + "\n")
    assert details["privateKey"].startswith("-----BEGIN RSA PRIVATE KEY-----\n")
    assert details["certKey"].startswith("ssh-rsa-cert-v01@openssh.com ")
    assert abs(details["expiresAt"] - (moment + timedelta(minutes=10))) < timedelta(seconds=1)
    assert sshd.opens(key) == opens
