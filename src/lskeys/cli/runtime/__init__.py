"""The tools of one run, each built on first use; the only place with imports in functions.

Touches: whatever the tool it hands out touches.
"""

from lskeys.cli.runtime.invocation import Invocation, SharedOptions
from lskeys.cli.runtime.runtime import Runtime

__all__ = ["Invocation", "Runtime", "SharedOptions"]
