"""The only door to boto3. Touches: the network, and AWS's own configuration through boto3."""

from lskeys.lightsail.account import Account, Connection, connect
from lskeys.lightsail.gateway import Lightsail

__all__ = ["Account", "Connection", "Lightsail", "connect"]
