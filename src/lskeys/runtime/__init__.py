"""Hands commands their tools, each built on first use; the only part with imports inside.

Touches: whatever the tool it hands out touches.
"""

from lskeys.runtime.launch import Asked, Launch
from lskeys.runtime.runtime import Runtime

__all__ = ["Asked", "Launch", "Runtime"]
