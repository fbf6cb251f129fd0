"""What the user's own ssh configuration has: host names, and where Includes lead.

Touches: the disk, reading only. What cannot be read is passed over: ssh cannot read it either.
"""

import base64
import glob
import hmac
import os
import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lskeys import regular_files
from lskeys.ssh.config_reading import Directive, absolute_pattern, directives, matches_host
from lskeys.ssh.config_text import is_own

_MAX_DEPTH = 16  # as in readconf.c
_MAX_SIZE = 16 * 1024 * 1024  # bytes
_SYSTEM = Path("/etc/ssh")
_KNOWN_HOSTS = ("known_hosts", "known_hosts2")
_HAS_LETTERS = re.compile(r"\w")
_HOST_OF = re.compile(r"(?:ssh://)?(?:[^@/]*@)?\[?([^\]:/]+)\]?(?::\d+)?/?")
_OUTSIDE_WORDS = re.compile(r"[\s'\"`=,;|&<>()$]+")
_SAYS_THE_HOST = re.compile(r"%[Chkn]")
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_HASHED = re.compile(r"\|1\|([\w+/=]+)\|([\w+/=]+)", re.ASCII)


@dataclass(slots=True)
class UserConfig:
    """The hosts a user already has, and the Includes of the configuration.

    Attributes:
        patterns: Of Host and Match lines, those for every host left out.
        names: Hosts named elsewhere: by HostName, ProxyJump, known_hosts, /etc/hosts; lower case.
        hashes: Salt and hash of names in known_hosts.
        globs: The paths that are included, in whatever block.
        domains: What ssh tries behind a name, by CanonicalDomains.
        canonicalizes: Whether it does so, for some host at least.
        decides: Whether a command, by Match exec, decides which other hosts are the user's.
    """

    patterns: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    hashes: set[tuple[bytes, bytes]] = field(default_factory=set)
    globs: set[str] = field(default_factory=set)
    domains: set[str] = field(default_factory=set)
    canonicalizes: bool = False
    decides: bool = False

    def has(self, name: str) -> bool:
        """Whether a name is a host of the user's, like one of a pattern, or may be one."""
        return (
            self.decides
            or self.has_exactly(name)
            or any(matches_host(each, glob) for each in self._meant(name) for glob in self.patterns)
        )

    def has_exactly(self, name: str) -> bool:
        """Whether a host of this very name is the user's."""
        return any(self._has(each) for each in self._meant(name))

    def _meant(self, name: str) -> Iterator[str]:
        """The names that ssh takes one for."""
        yield name
        yield from (f"{name}.{domain}" for domain in self.domains if self.canonicalizes)

    def _has(self, name: str) -> bool:
        lower = name.lower()
        return (
            lower in self.names
            or lower in {each.lower() for each in self.patterns}
            or any(hmac.digest(salt, lower.encode(), "sha1") == made for salt, made in self.hashes)
        )

    def includes(self, file: Path) -> str | None:
        """The Include by which ssh may read a file as configuration; None if there is none.

        In doubt there is one: a link that leads there, a name that differs in case alone.
        """
        return next((each for each in sorted(self.globs) if _may_match(each, file)), None)


def read(directory: Path | None) -> UserConfig:
    """What the configuration in `~/.ssh`, and the system's, have; what lskeys wrote left out."""
    found = UserConfig()
    for base, prefix in ((directory, ""), (_SYSTEM, "ssh_")):
        if base is None:
            continue
        for _, content in _configurations(base / f"{prefix}config", base):
            _read_config(found, content, base)
        for name in _KNOWN_HOSTS:
            _read_known_hosts(found, base / f"{prefix}{name}")
    for line in _text(Path("/etc/hosts")).splitlines():
        found.names.update(word.lower() for word in line.partition("#")[0].split()[1:])
    return found


def files_naming(directory: Path | None, key: Path) -> Iterator[Path]:
    """The files that give a key file to ssh: what lskeys wrote, and the user's own."""
    if directory is None:
        return
    written = directory / "lskeys.config"
    read = {written: _content(written), **dict(_configurations(directory / "config", directory))}
    for file, content in read.items():
        lines = (each for each in directives(content) if each.keyword == "identityfile")
        if any(Path(word).name == key.name for line in lines for word in line.words):
            yield file


def _configurations(
    config: Path, base: Path, above: frozenset[Path] = frozenset()
) -> Iterator[tuple[Path, bytes]]:
    """A configuration and those that it includes, each with what is in it."""
    content = _content(config)
    yield config, content
    below = above | {config}
    if len(below) < _MAX_DEPTH and not is_own(content):
        for pattern in _included(content, base):
            for each in map(Path, _glob(pattern)):
                if each not in below:
                    yield from _configurations(each, base, below)


def _included(content: bytes, base: Path) -> list[str]:
    lines = [each for each in directives(content) if each.keyword == "include"]
    return [_pattern(word, base) for line in lines for word in line.words]


def _read_config(found: UserConfig, content: bytes, base: Path) -> None:
    if not is_own(content):
        found.globs.update(_included(content, base))
        for line in directives(content):
            _note_hosts(found, line, base)


def _note_hosts(found: UserConfig, line: Directive, base: Path) -> None:
    match line.keyword:
        case "host":
            found.patterns.update(_positive(line.words))
        case "match":
            patterns = [*_positive(_values(line.words, {"host", "originalhost"}))]
            found.patterns.update(patterns)
            commands = _values(line.words, {"exec", "!exec"})
            found.decides |= not patterns and any(map(_SAYS_THE_HOST.search, commands))
        case "hostname":
            found.names.update(word.lower() for word in line.words if "%" not in word)
        case "proxyjump" | "proxycommand":
            words = (each for word in line.words for each in _OUTSIDE_WORDS.split(word))
            found.names.update(
                host[1].lower() for each in words if (host := _HOST_OF.fullmatch(each))
            )
        case "userknownhostsfile" | "globalknownhostsfile":
            for file in (name for word in line.words for name in _glob(_pattern(word, base))):
                _read_known_hosts(found, Path(file))
        case "canonicaldomains":
            found.domains.update(line.words)
        case "canonicalizehostname":
            found.canonicalizes |= line.words[:1] not in {(), ("no",), ("false",)}


def _values(words: Iterable[str], criteria: Container[str]) -> Iterator[str]:
    """What a Match line has for some criteria: `host a,b`, in newer versions `host=a,b`, too."""
    criterion = ""
    for word in words:
        name, equals, value = word.partition("=")
        if criterion:
            yield from word.split(",")
            criterion = ""
        elif name.lower() in criteria:
            if equals:
                yield from value.split(",")
            else:
                criterion = name


def _positive(patterns: Iterable[str]) -> Iterator[str]:
    """The patterns that are neither excluded nor those of every host."""
    return (each for each in patterns if not each.startswith("!") and _HAS_LETTERS.search(each))


def _read_known_hosts(found: UserConfig, path: Path) -> None:
    for line in _text(path).splitlines():
        words = [word for word in line.split()[:2] if not word.startswith("@")]
        for name in words[0].split(",") if words and not words[0].startswith("#") else ():
            hashed = _HASHED.fullmatch(name)
            host = _HOST_OF.fullmatch(name)
            if hashed:
                _note_hash(found, hashed[1], hashed[2])
            elif host:
                found.names.add(host[1].lower())


def _note_hash(found: UserConfig, salt: str, made: str) -> None:
    try:
        found.hashes.add((base64.b64decode(salt), base64.b64decode(made)))
    except ValueError:
        return


def _pattern(word: str, base: Path) -> str:
    """The glob of a path, absolute where that is known: of a user that there is.

    What ssh inserts for a token may be anything; older versions insert nothing in an Include.
    """
    word = _VARIABLE.sub(lambda found: os.environ.get(found[1], "*"), word)
    word = re.sub("^%d(?=/)", "~", word)
    word = re.sub("%.", "*", word)
    return absolute_pattern(word, base) or os.path.expanduser(word)  # noqa: PTH111  does not raise


def _may_match(pattern: str, file: Path) -> bool:
    """Whether a glob may lead to a file, which need not be there yet."""
    head, _, tail = pattern.rpartition("/")
    if head.startswith("~"):  # of a user who is not known here
        return file.match(pattern.partition("/")[2] or tail)
    if matches_host(file.name, re.sub(r"\\(.)", r"\1", re.sub(r"\[[^/]*\]", "*", tail))):
        parents = (Path(each) for each in [*_glob(head), head] if each)
        if any(_is_same(each, file.parent) for each in parents):
            return True
    return any(_is_same(Path(each), file) for each in _glob(pattern))


def _glob(pattern: str) -> Iterator[str]:
    """The paths that an absolute glob leads to, as glob(3) reads it: a backslash escapes."""
    return glob.iglob(re.sub(r"\\(.)", r"[\1]", pattern))  # noqa: PTH207  absolute, read as text


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one == other or one.samefile(other)
    except OSError:
        return False


def _text(path: Path) -> str:
    return _content(path).decode(errors="replace")


def _content(path: Path) -> bytes:
    """What is in a regular file, or nothing: ssh would wait for a pipe, this does not."""
    try:
        return regular_files.read(path, _MAX_SIZE)[0]
    except (OSError, ValueError):
        return b""
