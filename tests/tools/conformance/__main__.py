# ruff: noqa: T201  it prints
"""Takes every client through every operation and writes the table into a document.

    python -m tests.tools.conformance docs/sandbox.md [DIRECTORY]

Clients are installed below DIRECTORY, `.tools/conformance` by default. Exits with 1 if a client
that is here cannot use an operation.
"""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from lskeys.sandbox import Sandbox, environment, serve
from tests.tools.conformance.clients import CLIENTS, Client, NotHereError, path
from tests.tools.conformance.steps import fill, first_operation, steps

_BEGIN, _END = "<!-- conformance: begin -->\n", "<!-- conformance: end -->\n"

Column = tuple[Client, str, Mapping[str, bool]]
"""A client, its version, and whether each operation worked."""


def main(document: Path, tools: Path) -> int:
    """Write the table; 1 if it has a gap."""
    columns: list[Column] = []
    for client in CLIENTS:
        try:
            columns.append(_column(client, tools))
        except NotHereError as error:
            print(f"{client.name}: left out: {error}", file=sys.stderr)
            continue
        _, version, worked = columns[-1]
        failed = [name for name, works in worked.items() if not works]
        print(f"{client.name} {version}: {len(worked) - len(failed)} of {len(worked)}", *failed)
    before, _, rest = document.read_text().partition(_BEGIN)
    _, _, after = rest.partition(_END)
    document.write_text(before + _BEGIN + _table(columns) + _END + after)
    return int(any(not all(worked.values()) for _, _, worked in columns))


def _column(client: Client, tools: Path) -> Column:
    directory = tools / client.name.replace(" ", "-")
    version = client.install(directory)
    with tempfile.TemporaryDirectory() as home:
        account = Sandbox(Path(home) / "sandbox.sqlite3", seed=False)
        fill(account)
        every = steps(first_operation(account))
        with serve(account) as server:
            environ = {"PATH": path(), "HOME": home, **environment(server.endpoint)}
            found = client.run(directory, every, environ)
    return client, version, {name: member in found.get(name, ()) for name, _, member in every}


def _table(columns: list[Column]) -> str:
    rows = [
        ["", *(client.name for client, _, _ in columns)],
        ["---"] + ["---"] * len(columns),
        ["Version", *(version for _, version, _ in columns)],
        ["Package", *(client.source for client, _, _ in columns)],
        ["Needs", *(client.option or "the environment" for client, _, _ in columns)],
    ]
    operations = sorted(columns[0][2]) if columns else []
    rows += [
        [name, *("yes" if each[name] else "NO" for _, _, each in columns)] for name in operations
    ]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


if __name__ == "__main__":
    tools = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(".tools/conformance").absolute()
    sys.exit(main(Path(sys.argv[1]), tools))
