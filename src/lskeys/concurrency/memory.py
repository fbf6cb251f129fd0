"""The most memory that this program ever had. Touches: the process, procfs."""

import re
import resource
import sys
from functools import cache
from pathlib import Path

_OWN_PEAK = re.compile(rb"^VmHWM:\s*([0-9]+) kB$", re.MULTILINE)

_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in what getrusage(2) counts memory in."""


def peak() -> int:
    """The peak in bytes, as far as it is this program's own.

    On Linux getrusage(2) also counts what a large parent had before it ran this program, until the
    program has more. The VmHWM of proc_pid_status(5) begins anew with the program, but takes far
    longer to read: 112 against 1 microseconds, among threads.
    """
    counted = _counted()
    return counted if counted > _of_parent() else _own() or counted


@cache
def _of_parent() -> int:
    """The peak that getrusage(2) has of the parent; 0 where it has none that is larger."""
    counted, own = _counted(), _own()
    return 0 if own is None or counted <= own else counted


def _counted() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT


def _own() -> int | None:
    """The VmHWM; None where the system has none."""
    try:
        found = _OWN_PEAK.search(Path("/proc/self/status").read_bytes())
    except OSError:
        return None
    return int(found[1]) * 1024 if found else None
