"""Hands commands their tools, each built on first use; the only part with imports inside.

Touches: whatever the tool it hands out touches.
"""

from lskeys.cli.runtime.invocation import Invocation, SharedOptions
from lskeys.cli.runtime.runtime import Runtime

__all__ = ["Invocation", "Runtime", "SharedOptions"]
