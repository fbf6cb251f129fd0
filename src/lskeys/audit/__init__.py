"""Local keys against the account: inventory, rules, findings, remedies. Pure.

A rule is a function from the inventory to findings: those of `key_pair_rules` look from the account
to local files, those of `file_rules` the other way.
"""

from collections.abc import Collection

from lskeys.audit import file_rules, key_pair_rules
from lskeys.audit.finding import Code, Finding, Severity
from lskeys.audit.inventory import Inventory
from lskeys.audit.remedies import LskeysCommands
from lskeys.keys.matching import DirectoryListing

__all__ = [
    "Code",
    "DirectoryListing",
    "Finding",
    "Inventory",
    "LskeysCommands",
    "Severity",
    "run_rules",
]

_RULES = (*file_rules.RULES, *key_pair_rules.RULES)


def run_rules(inventory: Inventory, ignored: Collection[Code] = ()) -> tuple[Finding, ...]:
    """Every finding, by code in the order of `Code`, then by region and subject.

    The result does not depend on the order of the key pairs and files in the inventory.
    """
    found = {finding for rule in _RULES for finding in rule(inventory)}
    return tuple(sorted(each for each in found if each.code not in ignored))
