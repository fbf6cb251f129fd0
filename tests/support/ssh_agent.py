"""A running ssh-agent."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ssh_agent() -> Iterator[str]:
    """An empty agent, by its socket."""
    with tempfile.TemporaryDirectory() as directory:  # short: a socket's path has a limit
        socket = f"{directory}/agent"
        running = subprocess.Popen(
            ("ssh-agent", "-D", "-a", socket), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert running.stdout is not None
        running.stdout.readline()  # printed once the socket is there
        try:
            yield socket
        finally:
            running.terminate()
            running.communicate()
