"""The only door to botocore, whose clients boto3 hands out. Touches: what its parts touch."""

from lskeys.lightsail.account import AccountSession, ConnectionSettings, connect
from lskeys.lightsail.client import Lightsail

__all__ = ["AccountSession", "ConnectionSettings", "Lightsail", "connect"]
