"""Keeps the memory of a program that handles keys out of core files. Touches: the process."""

import contextlib
import sys

_PR_SET_DUMPABLE = 4  # prctl(2)


def forbid_core_dumps() -> None:
    """Have Linux write no core of this process, and let no other of the same user read its memory.

    A limit of 0 on core files, which every run sets, does not stop a core that the system pipes to
    a program (core(5), core_pattern).
    """
    if sys.platform != "linux":
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):  # a libc without prctl
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
