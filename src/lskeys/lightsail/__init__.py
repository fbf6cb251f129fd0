"""The only door to botocore, whose clients boto3 hands out. Touches: what its parts touch."""

from lskeys.lightsail.account import Account, Connection, connect
from lskeys.lightsail.client import Lightsail

__all__ = ["Account", "Connection", "Lightsail", "connect"]
