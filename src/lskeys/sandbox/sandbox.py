"""The emulated account on this computer: prepared, filled, reset. Touches: the disk."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lskeys.sandbox.host_keys import read_host_keys
from lskeys.sandbox.keys import (
    KeyMaterial,
    Origin,
    make_ed25519,
    make_rsa,
    read_imported,
    read_private,
)
from lskeys.sandbox.launching import new_instance
from lskeys.sandbox.resources import DEFAULT_PAIR, KeyPair, State, StaticIp, Tag, new_identifier
from lskeys.sandbox.seed import seed as fill_with_seed
from lskeys.sandbox.service import Service
from lskeys.sandbox.sshd import SSH_PORT
from lskeys.sandbox.store import Store
from lskeys.sandbox.switches import Switches, switches_from_text, switches_to_text
from lskeys.sandbox.temporary_access import AUTHORITY, authority_line, make_authority
from lskeys.sandbox.transaction import Transaction

_SWITCHES = "switches"
_GENERATION = "generation"


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Sandbox:
    """An emulated account in a file; nothing is touched before it is first used.

    Args:
        path: The SQLite file. Its directory is made with 0700, the file with 0600.
        make_key: Makes the RSA keys of new key pairs.
        switches: They are used instead of those kept in the file.
        settings: They change those kept in the file, such as `page-size=5`.
        seed: Whether a new account has something in it.

    Every method may raise SandboxError (another version's file, which `reset` fixes, or no
    sandbox at all) and OSError.
    """

    def __init__(  # noqa: PLR0913  each has its default, and tests name what they mean
        self,
        path: Path,
        *,
        now: Callable[[], datetime] = _utc_now,
        make_key: Callable[[], KeyMaterial] = make_rsa,
        switches: Switches | None = None,
        settings: Iterable[str] = (),
        seed: bool = True,
    ) -> None:
        self.path = path
        self._now = now
        self._make_key = make_key
        self._switches = switches
        self._settings = tuple(settings)
        self._seed = seed
        self._store = Store(path)

    def prepare(self) -> None:
        """Make the file with its first content, unless it is there."""
        self._store.prepare(self._filling(Switches()))

    def reset(self, switches: Switches | None = None) -> None:
        """Begin anew; these switches are kept for every later use of the file."""
        self._store.reset(self._filling(switches or Switches()))

    def switches(self) -> Switches:
        """The switches in force: those given, else those kept in the file with the settings.

        ValueError if a setting is none.
        """
        if self._switches is not None:
            return self._switches
        self.prepare()
        kept = self._setting(_SWITCHES)
        return (switches_from_text(kept) if kept else Switches()).changed(self._settings)

    def service(self) -> Service:
        """The account with its rules, ready to be put on a wire; ValueError as `switches`."""
        self.prepare()
        # Read before the switches: a reset in between is noticed.
        generation = self._setting(_GENERATION)
        return Service(
            self._store, self.switches(), self._now, self._make_key, generation=generation
        )

    def renewed(self, service: Service) -> Service:
        """The same service, or after a reset the one with its switches."""
        is_same = self._setting(_GENERATION) == service.generation
        return service if is_same else self.service()

    def add_key_pairs(
        self,
        region: str,
        names: Iterable[str],
        *,
        public_line: str | None = None,
        tags: Iterable[Tag] = (),
        created_at: datetime | None = None,
    ) -> None:
        """Put imported pairs there that share one key, thousands in one transaction.

        NameTakenError if a name is any resource's; then none is added.
        """
        made = (Origin.IMPORTED_ED25519, make_ed25519())
        origin, material = read_imported(public_line) if public_line else made
        moment, kept_tags = created_at or self._now(), tuple(tags)
        self.prepare()
        with self._store.writing() as transaction:
            for name in names:
                transaction.add(KeyPair(region, name, moment, origin, material, kept_tags))

    def add_default_key_pair(
        self, region: str, *, private_pem: str | None = None, created_at: datetime | None = None
    ) -> None:
        """Put a default pair there, with this RSA private key or a new one."""
        material = read_private(private_pem) if private_pem else self._make_key()
        moment = created_at or self._now()
        self.prepare()
        with self._store.writing() as transaction:
            transaction.add(KeyPair(region, DEFAULT_PAIR, moment, Origin.DEFAULT, material))

    def add_instance(  # noqa: PLR0913  each has its default, and tests name what they mean
        self,
        region: str,
        name: str,
        *,
        key_pair_name: str = DEFAULT_PAIR,
        blueprint_id: str = "ubuntu_24_04",
        created_at: datetime | None = None,
        address: str | None = "203.0.113.1",
        port: int = SSH_PORT,
        state: str = State.RUNNING,
        host_keys: Iterable[str] | None = None,
        **others: Any,  # noqa: ANN401  as their names say
    ) -> None:
        """Put an instance there; with the address and port of a real sshd, that stands for it.

        Its address is None or an IPv6 address for one that is IPv6-only; `port` is opened in place
        of 22; `host_keys` are OpenSSH lines. `others` are those of `new_instance`; with `static_ip`
        the address is a static one of that name.

        Raises:
            ValueError: There is no such blueprint or state.
            NameTakenError: A name is taken.
        """
        moment = created_at or self._now()
        is_ipv6 = address is not None and ":" in address
        instance = new_instance(
            region,
            name,
            moment,
            blueprint_id=blueprint_id,
            key_pair_name=key_pair_name,
            state=State(state),
            host_keys=None if host_keys is None else read_host_keys(host_keys, moment),
            ipv4=None if is_ipv6 else address,
            **({"ipv6": address if is_ipv6 else None} | others),
        )
        opened = tuple(port if each == SSH_PORT else each for each in instance.ports)
        self.prepare()
        with self._store.writing() as transaction:
            transaction.add(replace(instance, ports=opened))
            if instance.static_ip and address:
                transaction.add(StaticIp(region, instance.static_ip, moment, address))

    @property
    def authority_line(self) -> str:
        """The public key that signs temporary access, for sshd's TrustedUserCAKeys."""
        self.prepare()
        authority = self._setting(AUTHORITY)
        assert authority is not None
        return authority_line(authority)

    def _setting(self, name: str) -> str | None:
        with self._store.reading() as transaction:
            return transaction.setting(name)

    def _filling(self, switches: Switches) -> Callable[[Transaction], None]:
        def fill(transaction: Transaction) -> None:
            transaction.set_setting(_SWITCHES, switches_to_text(switches))
            transaction.set_setting(_GENERATION, new_identifier())
            transaction.set_setting(AUTHORITY, make_authority())
            if self._seed:
                fill_with_seed(transaction, self._now())

        return fill
