"""Hands commands their tools, each built on first use; the only part with imports inside.

Touches: whatever the tool it hands out touches.
"""

from lskeys.cli.runtime.launch import Asked, Launch
from lskeys.cli.runtime.runtime import Runtime

__all__ = ["Asked", "Launch", "Runtime"]
