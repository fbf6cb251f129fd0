"""Faults to order: how one is spelled, and how often each still strikes. Pure, but for a lock."""

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from lskeys.sandbox.operation_names import SUPPORTED
from lskeys.sandbox.regions import check_region

EFFECTS = {
    "lost-answer": "the operation is done, then the connection is cut",
    "reset": "the connection is cut before anything is done",
    "hang": "nothing is done and there is no response until the client disconnects",
    "half-body": "the operation is done, its response is cut off in the middle",
    "html": "nothing is done, HTML comes with status 200, as from a captive portal",
    "empty": "the operation is done, its response has no body",
    "bad-json": "the operation is done, its response is not valid JSON",
    "http-503": "nothing is done, HTML comes with status 503, as from a proxy",
    "wrong-key": "another key than the key pair's is returned",
    "mismatched-halves": "the private key does not belong to the public key",
}
"""What can go wrong besides an AWS error, in which nothing is done either."""

_HANDS_OUT_KEYS = ("CreateKeyPair", "DownloadDefaultKeyPair")
_KEY_EFFECTS = ("wrong-key", "mismatched-halves")
_EVERY = "*"
_SPELLING = re.compile(r"([^@=]+)(?:@([^=]+))?=([^=*]+)(?:\*(.+))?")
_ERROR_CODE = re.compile(r"[A-Z][A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: which operation, where (None: everywhere), what, how often (None: always).

    Its text is `OPERATION[@REGION]=FAULT[*TIMES]`; OPERATION may be `*`, FAULT is one of
    `EFFECTS` or an AWS error code.
    """

    operation: str
    effect: str
    region: str | None = None
    times: int | None = None

    def __str__(self) -> str:
        where = f"@{self.region}" if self.region else ""
        often = f"*{self.times}" if self.times else ""
        return f"{self.operation}{where}={self.effect}{often}"

    def strikes(self, operation: str, region: str) -> bool:
        """Whether it is meant for this operation in this region."""
        return self.operation in (operation, _EVERY) and self.region in (region, None)


def parse_fault(text: str) -> Fault:
    """Read a fault from its text.

    Raises:
        ValueError: it is none; the message says which part and what is possible.
    """
    spelled = _SPELLING.fullmatch(text)
    if spelled is None:
        raise ValueError(f"a fault is spelled OPERATION[@REGION]=FAULT[*TIMES], not {text!r}")
    operation, region, effect, often = spelled.groups()
    if operation not in (*SUPPORTED, _EVERY):
        raise ValueError(f"no operation {operation!r}; there are * {' '.join(SUPPORTED)}")
    check_region(region)
    if effect not in EFFECTS and not _ERROR_CODE.fullmatch(effect):
        raise ValueError(f"no fault {effect!r}; give an AWS error code or {' '.join(EFFECTS)}")
    if effect in _KEY_EFFECTS and operation not in _HANDS_OUT_KEYS:
        raise ValueError(f"{operation} returns no key; {' and '.join(_HANDS_OUT_KEYS)} do")
    if often is not None and not (often.isascii() and often.isdigit() and int(often) > 0):
        raise ValueError(f"how often is a number from 1, not {often!r}")
    return Fault(operation, effect, region, int(often) if often else None)


class Faults:
    """The faults of one running server; each with TIMES strikes that often, then no more."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self._lock = threading.Lock()
        self._left = [(fault, fault.times) for fault in faults]

    def add(self, fault: Fault) -> None:
        """Order one more, behind those there are."""
        with self._lock:
            self._left.append((fault, fault.times))

    def strike(self, operation: str, region: str) -> str | None:
        """The effect of the first fault that is meant for this, which is used up by one."""
        with self._lock:
            for position, (fault, left) in enumerate(self._left):
                if not fault.strikes(operation, region) or left == 0:
                    continue
                self._left[position] = (fault, None if left is None else left - 1)
                return fault.effect
        return None
