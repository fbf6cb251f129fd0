"""An account of one region with keys made beforehand, fast enough to be created for each case."""

import base64
import hashlib
from dataclasses import dataclass, field
from functools import cache

from tests.support.cli_keys import fingerprint, openssh, public_line
from tests.support.cli_keys import said as printed
from tests.support.lying_server import Call, Liar, Reply, pair, pairs, refused, said

DEFAULT_PAIR = "LightsailDefaultKeyPair"
HOST_KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIN05tAg73CiGstiiF6IY2YCJjxxtIDlgQAeDwOnpo+c7"
OPERATIONS = (
    *("GetKeyPairs", "GetKeyPair", "GetInstances", "GetInstanceAccessDetails"),
    *("ImportKeyPair", "CreateKeyPair", "DownloadDefaultKeyPair", "DeleteKeyPair", "TagResource"),
)


@cache
def small_pem(_which: str) -> str:
    """An RSA key in PKCS#1, of the size that is read a thousand times in no time."""
    return printed("openssl", "genrsa", "-traditional", "1024").decode()


def own_pem() -> str:
    """The key of the default pair there is at first."""
    return small_pem("own")


def other_pem() -> str:
    """The key of the default pair that is made after it."""
    return small_pem("other")


def third_pem() -> str:
    """The key that CreateKeyPair hands out."""
    return small_pem("third")


def stray_pem() -> str:
    """A key of no pair, which lies where another is to go; in OpenSSH's format."""
    return openssh(small_pem("stray"))


@dataclass
class Region:
    """What there is; AWS's operations change it.

    Attributes:
        fingerprints: Of each key pair, by name, as reported.
        default: The default pair's private key, None where there is no such pair.
        instances: Names of instances that name the default pair.
    """

    fingerprints: dict[str, str] = field(default_factory=dict)
    default: str | None = None
    instances: tuple[str, ...] = ()

    @classmethod
    def with_default(cls, *, instances: tuple[str, ...] = ()) -> "Region":
        """One whose default pair has the account's own key."""
        return cls({DEFAULT_PAIR: fingerprint(own_pem(), "md5-spki")}, own_pem(), instances)

    def serve(self, liar: Liar) -> None:
        """Have a server respond for it from now on."""
        for operation in OPERATIONS:
            liar.responses(operation, self.response)

    def response(self, call: Call) -> Reply:  # noqa: PLR0911  one for each operation
        """Its response to a call, which may change it."""
        name = call.members.get("keyPairName", "")
        match call.operation:
            case "GetKeyPairs":
                return pairs(*(self._raw(each) for each in self.fingerprints))
            case "GetInstances":
                return said({"instances": [_instance(each) for each in self.instances]})
            case "GetInstanceAccessDetails":
                return said({"accessDetails": {"hostKeys": [_HOST_KEY]}})
            case "DownloadDefaultKeyPair":
                return said(self._handed_out_default())
            case "ImportKeyPair" | "CreateKeyPair" if name in self.fingerprints:
                return refused("InvalidInputException", "Some names are already in use: " + name)
            case "ImportKeyPair":
                blob = base64.b64decode(call.members["publicKeyBase64"].split()[1])
                digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
                self.fingerprints[name] = f"SHA256:{digest}"
                return said({"operation": {}})
            case "CreateKeyPair":
                self.fingerprints[name] = fingerprint(third_pem(), "sha1-pkcs8")
                return said({"keyPair": self._raw(name), **_handed_out(third_pem())})
            case _ if name not in self.fingerprints:
                return refused("NotFoundException", f"The KeyPair does not exist: {name}")
            case "DeleteKeyPair":
                return self._deleted(name, call.members.get("expectedFingerprint"))
            case _:
                return said({"keyPair": self._raw(name)})

    def _raw(self, name: str) -> dict[str, object]:
        return pair(name, fingerprint=self.fingerprints[name])

    def _handed_out_default(self) -> dict[str, object]:
        if self.default is None:
            self.default = other_pem()
            self.fingerprints[DEFAULT_PAIR] = fingerprint(self.default, "md5-spki")
        return _handed_out(self.default)

    def _deleted(self, name: str, expected: object) -> Reply:
        if expected is not None and expected != self.fingerprints[name]:
            return refused("InvalidInputException", "The expected fingerprint does not match")
        del self.fingerprints[name]
        if name == DEFAULT_PAIR:
            self.default = None
        return said({"operation": {}})


_HOST_KEY = {"algorithm": "ssh-ed25519", "publicKey": HOST_KEY}


def _handed_out(pem: str) -> dict[str, object]:
    return {"publicKeyBase64": public_line(pem), "privateKeyBase64": pem}


def _instance(name: str) -> dict[str, object]:
    return {
        "name": name,
        "publicIpAddress": "203.0.113.10",
        "username": "ubuntu",
        "blueprintId": "ubuntu_24_04",
        "sshKeyName": DEFAULT_PAIR,
    }
