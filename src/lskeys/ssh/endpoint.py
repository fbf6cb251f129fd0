"""An instance as one session reaches it: logins, and files that only they read.

Touches: the instance, by ssh; the disk.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lskeys.model import Instance, TemporaryAccess
from lskeys.ssh.client import SshClient, Target
from lskeys.ssh.login import Login
from lskeys.ssh.login_log import Attempt
from lskeys.ssh.session_files import SessionFiles
from lskeys.text import one_line
from lskeys.values import replace

TEMPORARY_KEY = "temporary"
"""The name of a temporary key's file; its certificate lies next to it, where ssh looks for it."""


@dataclass(frozen=True, slots=True)
class SshEndpoint:
    """An instance as a run reaches it.

    Attributes:
        target: Where it is, and which host keys it has.
        keys: The local keys that may open it, likeliest first.
        files: Where this session has its files.
    """

    instance: Instance
    target: Target
    keys: tuple[Path, ...]
    files: SessionFiles

    def login(self, client: SshClient, keys: Sequence[Path], name: str) -> Login:
        """Logins with these keys."""
        return Login(client, self.target, keys, self.files.path / f"{name}.log")

    def proof(self, client: SshClient, private: Path) -> Attempt:
        """A login with this key alone, not with a certificate of it."""
        link = self.without_certificate(private)
        found = self.login(client, (link,), "proof").attempt()
        reason = one_line(found.reason.replace(str(link), str(private)), limit=400)
        remedy = found.remedy and found.remedy.replace(
            shlex.quote(str(link)), shlex.quote(str(private))
        )
        return replace(found, reason=reason, remedy=remedy, key=found.key and private)

    def without_certificate(self, key: Path) -> Path:
        """The key under another name, next to which ssh finds no certificate."""
        link = self.files.link("key", key)
        self.files.link("key.pub", key.with_name(f"{key.name}.pub"))
        return link


def save_temporary(files: SessionFiles, access: TemporaryAccess) -> Path:
    """Put a temporary key and its certificate where only this session's ssh reads them."""
    files.write(f"{TEMPORARY_KEY}-cert.pub", access.certificate.encode() + b"\n")
    return files.write(TEMPORARY_KEY, access.private_text.reveal())
