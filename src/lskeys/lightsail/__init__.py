"""Amazon Lightsail over the network: the only home of botocore. Touches: what its parts touch."""

from lskeys.lightsail.account import AccountSession
from lskeys.lightsail.client import Lightsail
from lskeys.lightsail.profiles import profiles
from lskeys.lightsail.session import ConnectionSettings, SessionHooks

__all__ = ["AccountSession", "ConnectionSettings", "Lightsail", "SessionHooks", "profiles"]
