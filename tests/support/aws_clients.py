"""A running sandbox as tests see it, and what it refuses."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from lskeys.sandbox import ACCESS_KEY_ID, HOME_REGION, SECRET_ACCESS_KEY, Sandbox, Server

if TYPE_CHECKING:
    from mypy_boto3_lightsail import LightsailClient

ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=5)


AWS_CLI = os.environ.get("LSKEYS_TEST_AWS") or shutil.which("aws")
needs_aws_cli = pytest.mark.skipif(
    AWS_CLI is None, reason="no AWS CLI: put `aws` on PATH or its path in LSKEYS_TEST_AWS"
)


def run_aws_cli(environ: Mapping[str, str], *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run `aws lightsail …` to its end."""
    assert AWS_CLI is not None
    usual = {"PATH": os.environ["PATH"], "AWS_PAGER": "", "AWS_DEFAULT_OUTPUT": "json"}
    command = (AWS_CLI, "lightsail", *words)
    return subprocess.run(
        command, env={**usual, **environ}, capture_output=True, text=True, check=False
    )


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A key pair another program made: the private file, and the public line without comment."""

    path: Path
    public_line: str

    @property
    def pem(self) -> str:
        """The private key."""
        return self.path.read_text()


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as a client sees it."""

    code: str
    message: str
    status: int


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox, its server, and boto3 clients of it."""

    sandbox: Sandbox
    server: Server
    session: boto3.Session

    def client(self, region: str = HOME_REGION, *, read_timeout: float = 20) -> LightsailClient:
        """A client that sends each request once."""
        return self.session.client(
            "lightsail",
            region_name=region,
            endpoint_url=self.server.endpoint,
            aws_access_key_id=ACCESS_KEY_ID,
            aws_secret_access_key=SECRET_ACCESS_KEY,
            config=ONCE.merge(Config(read_timeout=read_timeout)),
        )

    def names(self, region: str = HOME_REGION) -> list[str]:
        """The names of all key pairs of a region, the default one included."""
        pages = self.client(region).get_paginator("get_key_pairs")
        found = pages.paginate(includeDefaultKeyPair=True)
        return [pair["name"] for page in found for pair in page["keyPairs"]]


Start = Callable[..., Running]


def refusal(call: Callable[..., object], **arguments: object) -> Refusal:
    """Send a request that must be refused."""
    try:
        call(**arguments)
    except ClientError as error:
        return Refusal(
            error.response["Error"]["Code"],
            error.response["Error"]["Message"],
            error.response["ResponseMetadata"]["HTTPStatusCode"],
        )
    raise AssertionError("it was not refused")


def exchange(server: Server, *pieces: bytes) -> bytes:
    """Send bytes to the server and read until it closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        for piece in pieces:
            connection.sendall(piece)
        received = b""
        while part := connection.recv(65536):
            received += part
    return received
