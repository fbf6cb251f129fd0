"""Many threads and processes on one store."""

import multiprocessing
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lskeys.sandbox import DEFAULT_PAIR, Sandbox
from lskeys.sandbox.store import Store
from tests.support.aws_clients import Running, Start

SHOW = """
import sys
from pathlib import Path
from lskeys.sandbox import Sandbox, serve
sandbox = Sandbox(Path(sys.argv[1]))
pair = sandbox.service().default_pair("us-east-1")
print(pair.identifier)
"""


def test_first_use_by_several_processes(tmp_path: Path) -> None:
    """Processes that start together in an empty directory all see the same seeded account."""
    path = tmp_path / "new" / "account.db"
    started = [
        subprocess.Popen([sys.executable, "-c", SHOW, str(path)], stdout=subprocess.PIPE)
        for _ in range(8)
    ]
    said = {each.communicate()[0] for each in started}
    assert [each.returncode for each in started] == [0] * 8
    assert len(said) == 1


def test_two_servers_on_one_store(start: Start) -> None:
    """What is made through one server is seen through the other."""
    one, other = start(), start()
    one.client().create_key_pair(keyPairName="made")
    assert other.names() == ["made"]
    other.client().delete_key_pair(keyPairName="made")
    assert one.names() == []


def test_one_default_pair_many_downloads(running: Running) -> None:
    """Downloads that all find no default pair all get the same one."""

    def download(_: int) -> str:
        return running.client().download_default_key_pair()["privateKeyBase64"]

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(download, range(8)))) == 1
    assert running.names() == [DEFAULT_PAIR]


def write_forty(path: Path, first: int) -> None:
    """Add forty pairs, each in its own transaction."""
    for number in range(first, first + 40):
        Sandbox(path).add_key_pairs("us-east-1", [f"key-{number}"])


def test_processes_that_write_lose_nothing(running: Running) -> None:
    """Four processes write in parallel while a fifth reads; no write is lost."""
    context = multiprocessing.get_context("spawn")
    arguments = [(running.sandbox.path, first) for first in (0, 40, 80, 120)]
    writers = [context.Process(target=write_forty, args=each) for each in arguments]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        running.names()
    assert [writer.exitcode for writer in writers] == [0] * 4
    assert len(running.names()) == 160


TAKE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
"""


def test_opening_drops_no_lock(tmp_path: Path) -> None:
    """A second use in the same process leaves the first one's lock, seen from another process.

    Closing a file descriptor drops all of a process's POSIX locks on that file.
    """
    path = tmp_path / "account.db"
    Sandbox(path, seed=False).prepare()
    with Store(path).writing():
        Sandbox(path, seed=False).prepare()
        taken = subprocess.run(
            [sys.executable, "-c", TAKE, str(path)], capture_output=True, check=False
        )
    assert b"database is locked" in taken.stderr
