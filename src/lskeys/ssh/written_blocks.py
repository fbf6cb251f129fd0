"""What is in the files that lskeys wrote for ssh, and what of it stays when they are renewed. Pure.

A block is known by the comment above it: name, region and account of its instance. A pin is known
by the address its line begins with, which its block names.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lskeys.keys import grammar
from lskeys.model import HostKey, Instance
from lskeys.ssh.config_reading import Directive, directives
from lskeys.ssh.config_text import block, known_hosts_line
from lskeys.ssh.hosts import Host

_HEAD = re.compile(r"# (\S+) in ([a-z0-9-]+)(?:, account (\d+))?(?:, key pair .*)?")
_WORDS_OF_A_PIN = 3  # address, algorithm, key; the alias behind them is for people


@dataclass(frozen=True, slots=True)
class WrittenBlock:
    """A Host block as it stands in the file; `account` is None where it was not known."""

    name: str
    region: str
    account: str | None
    alias: str
    address: str
    lines: tuple[str, ...]

    def is_of(self, instance: Instance) -> bool:
        """Whether it is an earlier block of an instance."""
        return (self.name, self.region) == (instance.name, instance.region) and _may_be_one(
            self.account, instance.account
        )


@dataclass(frozen=True, slots=True)
class CurrentRegion:
    """What a region has now: the account it is of, the names of all its instances, the profile."""

    account: str | None
    names: frozenset[str]
    profile: str = ""


@dataclass(frozen=True, slots=True)
class BlockChanges:
    """The blocks that stay as they are, and those that go with nothing in their place."""

    kept: tuple[WrittenBlock, ...]
    gone: tuple[WrittenBlock, ...]


@dataclass(frozen=True, slots=True)
class WrittenFiles:
    """What is written already.

    Attributes:
        blocks: Those of instances.
        pins: Their lines by address.
        foreign: The first line of whatever else ssh reads in the file with the blocks.
    """

    blocks: tuple[WrittenBlock, ...] = ()
    pins: Mapping[str, Sequence[str]] = field(default_factory=dict)
    foreign: tuple[str, ...] = ()

    def pins_of(self, instance: Instance) -> tuple[HostKey, ...]:
        """The host keys an instance was known by so far, whatever its address is now."""
        addresses = {each.address for each in self.blocks if each.is_of(instance)}
        lines = (line for address in sorted(addresses) for line in self.pins.get(address, ()))
        return grammar.host_keys(HostKey(*line.split(" ")[1:3]) for line in lines)

    def renewed(
        self, fresh: Sequence[Instance], now: Mapping[str, Sequence[CurrentRegion]]
    ) -> BlockChanges:
        """What stays of the blocks besides those of the instances that are written anew.

        Those stay that are of another region or account than was queried, and of instances that
        are still there. Where one profile is queried and does not say whose account it is, a file
        with the blocks of one account is taken for that account's.

        `now` is what the regions have that responded, of each profile queried.
        """
        addresses = {grammar.address(each.public_ip or "") for each in fresh}
        accounts = {each.account for each in self.blocks if each.account}
        profiles = {each.profile for regions in now.values() for each in regions}
        is_the_one = len(accounts) <= 1 and len(profiles) <= 1
        kept: list[WrittenBlock] = []
        gone: list[WrittenBlock] = []
        for each in self.blocks:
            if any(each.is_of(instance) for instance in fresh):
                continue
            queried = [
                region
                for region in now.get(each.region, ())
                if (is_the_one or region.account) and _may_be_one(each.account, region.account)
            ]
            is_named = any(each.name in region.names for region in queried)
            stays = not queried or (is_named and each.address not in addresses)
            (kept if stays else gone).append(each)
        return BlockChanges(tuple(kept), tuple(gone))


def read(blocks: bytes, known_hosts: bytes) -> WrittenFiles:
    """What is in a file with blocks and in one with pins, both ours.

    They are read as ssh reads them, whatever an editor or a copy made of line ends and blanks.
    """
    found: list[WrittenBlock] = []
    foreign: list[str] = []
    for group in _groups(blocks.decode(errors="replace")):
        one = _read_block(group)
        if one:
            found.append(one)
        else:
            foreign.extend([each.text.strip() for each in group if each.read][:1])
    pins: dict[str, list[str]] = {}
    for words in (line.split() for line in known_hosts.decode(errors="replace").split("\n")):
        if len(words) >= _WORDS_OF_A_PIN and not words[0].startswith("#"):
            pins.setdefault(words[0], []).append(" ".join(words))
    return WrittenFiles(tuple(found), pins, tuple(foreign))


def blocks_and_kept(
    hosts: Iterable[Host], kept: Iterable[WrittenBlock], known_hosts: Path
) -> list[str]:
    """The lines of the blocks of hosts, and of those that stay, in the order of aliases."""
    every = {each.alias: each.lines for each in kept}
    every |= {each.alias: tuple(block(each, known_hosts)) for each in hosts}
    lines: list[str] = []
    for alias in sorted(every):
        lines += [*([""] if lines else []), *every[alias]]
    return lines


def pins_and_kept(hosts: Iterable[Host], written: WrittenFiles, renewal: BlockChanges) -> list[str]:
    """The known_hosts lines of hosts, and those that stay, in the order of aliases.

    Lines are removed whose block is rewritten or removed; those of our other files stay.
    """
    new = [(each.alias, known_hosts_line(each, key)) for each in hosts for key in each.host_keys]
    replaced = {line.partition(" ")[0] for _, line in new}
    stays = {each.address for each in renewal.kept}
    replaced |= {each.address for each in written.blocks if each.address not in stays}
    old = [
        (line.rpartition(" ")[2], line)
        for address, lines in written.pins.items()
        if address not in replaced
        for line in lines
    ]
    return [line for _, line in sorted([*old, *new], key=lambda each: each[0])]


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    read: Directive | None


def _groups(text: str) -> Iterator[list[_Line]]:
    """The lines from the comments above one Host or Match to the next; empty ones are left out."""
    group: list[_Line] = []
    above: list[_Line] = []
    for line in (line.rstrip() for line in text.split("\n") if line.strip()):
        read = next(directives(line.encode()), None)
        above.append(_Line(line, read))
        if read and read.keyword in {"host", "match"}:
            yield group
            group = []
        if read:
            group += above
            above = []
    yield group


def _read_block(group: Sequence[_Line]) -> WrittenBlock | None:
    heads = [(at, _HEAD.fullmatch(line.text.strip())) for at, line in enumerate(group)]
    options = {line.read.keyword: line.read.words for line in reversed(group) if line.read}
    alias, address = options.get("host"), options.get("hostname")
    start, head = next((each for each in reversed(heads) if each[1]), (0, None))
    if not head or not alias or not address:
        return None
    lines = tuple(line.text for line in group[start:])
    return WrittenBlock(head[1], head[2], head[3], alias[0], address[0], lines)


def _may_be_one(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other
