"""What is wrong between this disk and the account, and what mends it. Pure.

A rule is a function from the evidence to findings; those of `pairs` look from the account to the
disk, those of `files` from the disk to the account.
"""

from collections.abc import Collection

from lskeys.audit import file_rules as files
from lskeys.audit import key_pair_rules as pairs
from lskeys.audit.finding import MENDABLE, Code, Finding
from lskeys.audit.inventory import Evidence
from lskeys.audit.remedies import Lskeys
from lskeys.keys.matching import KeyFolder

__all__ = ["MENDABLE", "Code", "Evidence", "Finding", "KeyFolder", "Lskeys", "judge"]

_RULES = (*files.RULES, *pairs.RULES)


def judge(evidence: Evidence, ignored: Collection[Code] = ()) -> tuple[Finding, ...]:
    """Every finding, by code in the order of `Code`, then by region and subject.

    The order of what was found in the account and on the disk makes no difference.
    """
    found = {finding for rule in _RULES for finding in rule(evidence)}
    return tuple(sorted(each for each in found if each.code not in ignored))
