"""Every module of lskeys, loaded: forks of a process that imported this start without delay."""

import pkgutil
from importlib import import_module

import lskeys

MODULES = [
    import_module(module.name)
    for module in pkgutil.walk_packages(lskeys.__path__, "lskeys.")
    if not module.name.endswith("__main__")
]
"""All but the door."""
