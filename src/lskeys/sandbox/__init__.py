"""A local Lightsail emulator, independent of the rest of lskeys. Touches: localhost, the disk."""

from lskeys.sandbox.client_environment import (
    OLD_TOOLS,
    environment,
    environment_with_sandbox,
    exports,
)
from lskeys.sandbox.credentials import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from lskeys.sandbox.errors import SandboxError
from lskeys.sandbox.faults import EFFECTS, Fault, parse_fault
from lskeys.sandbox.keys import FingerprintType, KeyText, Origin
from lskeys.sandbox.regions import HOME_REGION, REGIONS
from lskeys.sandbox.resources import DEFAULT_PAIR, Tag
from lskeys.sandbox.sandbox import Sandbox
from lskeys.sandbox.server import Server
from lskeys.sandbox.shapes import ACCOUNT
from lskeys.sandbox.switches import Switches
from lskeys.sandbox.transaction import NameTakenError
from lskeys.sandbox.wire import Request, Wire

__all__ = [
    "ACCESS_KEY_ID",
    "ACCOUNT",
    "DEFAULT_PAIR",
    "EFFECTS",
    "HOME_REGION",
    "OLD_TOOLS",
    "REGIONS",
    "SECRET_ACCESS_KEY",
    "Fault",
    "FingerprintType",
    "KeyText",
    "NameTakenError",
    "Origin",
    "Request",
    "Sandbox",
    "SandboxError",
    "Server",
    "Switches",
    "Tag",
    "environment",
    "environment_with_sandbox",
    "exports",
    "parse_fault",
    "serve",
]


def serve(sandbox: Sandbox, *, port: int = 0, patience: float = 10.0) -> Server:
    """Bind a server to the sandbox's account; it serves inside `with`, or in `run_forever`.

    `port` 0 takes any free one. `patience` is how many seconds a client may take to send a
    request or to receive a response. OSError if the port is taken.
    """
    wire = Wire(sandbox.service(), sandbox.renewed)
    return Server(wire, port=port, patience=patience)
