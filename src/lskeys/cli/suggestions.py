"""What was probably meant: words of other tools, near misses, regions in the wrong place. Pure.

A suggestion never does more than what was typed: where something is changed, no option is
suggested that widens the change or takes a safeguard away.
"""

import re
from collections.abc import Iterable

from lskeys.text import did_you_mean, nearest

_COMMANDS = {
    **dict.fromkeys(("describe", "get", "info", "view", "cat", "inspect"), "show"),
    **dict.fromkeys(("remove", "del", "destroy", "erase"), "delete"),
    **dict.fromkeys(("add", "upload", "put", "push", "register"), "import"),
    **dict.fromkeys(("new", "generate", "gen", "make", "keygen"), "create"),
    **dict.fromkeys(("download", "default", "fetch", "pull", "save"), "download-default"),
    **dict.fromkeys(("rotate", "renew", "replace"), "rotate-default"),
    **dict.fromkeys(("get-key-pairs", "describe-key-pairs", "keypair", "key-pair"), "list"),
    "get-key-pair": "show",
    **{f"{word}-key-pair": word for word in ("create", "import", "delete")},
    **{f"{word}-resource": word for word in ("tag", "untag")},
    **{f"get-{word}": word for word in ("instances", "regions")},
    **dict.fromkeys(("keys", "key-pairs", "keypairs", "pairs", "search", "find"), "list"),
    **dict.fromkeys(("check", "verify", "doctor", "lint", "status"), "audit"),
    **dict.fromkeys(("settings", "configure", "env", "whoami"), "config"),
    **dict.fromkeys(("connect", "login", "shell"), "ssh"),
    **dict.fromkeys(("servers", "vms", "hosts", "machines"), "instances"),
    **dict.fromkeys(("label", "labels", "tags"), "tag"),
    **dict.fromkeys(("hash", "md5", "sha256"), "fingerprint"),
    **dict.fromkeys(("policy", "permissions", "iam"), "iam-policy"),
    **dict.fromkeys(("emulator", "mock", "demo", "local"), "sandbox"),
    "fix": "audit --fix",
    "version": "--version",
}
_EXPLAINED = {
    "rename": "a key pair cannot be renamed: import its public key under the new name, then "
    "delete the old key pair",
    "lightsail": "all commands are Lightsail's: leave the word out",
    "export": "only default private keys can be downloaded: lskeys download-default",
    **dict.fromkeys(
        ("update", "edit", "set", "modify"),
        "only tags of a key pair can be changed: lskeys tag NAME KEY=VALUE",
    ),
}
_OPTIONS = {
    "--json": "-o json",
    "--jsonl": "-o jsonl",
    "--csv": "-o csv",
    "--text": "-o text",
    "--table": "-o table",
    "--format": "--output",
    "--verbose": "--debug",
    "--endpoint": "--endpoint-url",
    "--account": "--profile",
    "--output-dir": "--out",
    "--no-color": "--color never",
    "--all": "--all-regions",
    "-v": "-V",
}
_ENDANGERING = frozenset(
    {"--yes", "--force", "--no-backup", "--create", "--all-regions", "--all-profiles", "--unused"}
)
_REGION = re.compile(
    r"(?<![\w./-])(?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-[a-z]+)+-\d(?=[a-f]?(?![\w./-]))"
)


def for_command(word: str, known: Iterable[str]) -> str | None:
    """A hint for a command that does not exist."""
    words = [*known]
    meant = _COMMANDS.get(word.lower())
    if word.lower() in _EXPLAINED and "delete" in words:
        return _EXPLAINED[word.lower()]
    if meant and (meant.split()[0] in words or meant.startswith("-")) and "delete" in words:
        return f"did you mean lskeys {meant}?"
    return did_you_mean(word, words)


def for_option(word: str, known: Iterable[str]) -> str | None:
    """A hint for an option that does not exist, of a command with these options."""
    options = [*known]
    is_changing = "--yes" in options and word != "--yes"
    if is_changing and any(each.startswith(word) for each in _ENDANGERING):
        return None
    meant = _OPTIONS.get(word)
    if meant and (meant.split()[0] in options or meant[1:2] != "-"):
        return f"did you mean {meant}?"
    safe = [each for each in options if not (is_changing and each in _ENDANGERING)]
    if is_changing and _nearest(word, options) in _ENDANGERING:
        return None
    near = _nearest(word, safe)
    return f"did you mean {near}?" if near else None


def _nearest(word: str, options: Iterable[str]) -> str | None:
    """The option that is spelled nearly like a word; the dashes are no likeness."""
    if len(word) == len("-o"):  # a letter is like nothing
        return None
    by_name = {each.lstrip("-"): each for each in options if each.startswith("--")}
    return by_name.get(nearest(word.lstrip("-"), by_name) or "")


def for_argument(text: str) -> str | None:
    """A hint where a word of a message, or a name, is a region's."""
    region = region_in(text)
    return f"to choose a region: -r {region}" if region else None


def region_in(text: str) -> str | None:
    """The first word that is a region's name, or an availability zone's without its letter."""
    found = _REGION.search(text)
    return found[0] if found else None
