"""Real sshd processes on localhost, and what ssh itself reads in a configuration."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.ssh_agent import ssh_agent
from tests.support.sshd_lab import Lab, Server, lab


def ssh_options(config: Path, alias: str) -> dict[str, str]:
    """What ssh itself reads for a host in a configuration; the first of each option."""
    ended = subprocess.run(
        ["ssh", "-G", "-F", config, "--", alias], capture_output=True, text=True, check=True
    )
    words = [line.partition(" ") for line in ended.stdout.splitlines()]
    return {keyword: value for keyword, _, value in reversed(words)}


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Lab]:
    """No server yet."""
    with lab(tmp_path) as running:
        yield running


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty ssh-agent."""
    with ssh_agent() as socket:
        monkeypatch.setenv("SSH_AUTH_SOCK", socket)
        yield


@pytest.fixture
def sshd(servers: Lab) -> Server:
    """A server that no key opens yet."""
    return servers.add()
