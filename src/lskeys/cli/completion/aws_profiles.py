"""The names of AWS profiles, from the section headers of AWS's files. Touches: the disk (reading).

Only completion reads them this way; commands leave AWS's configuration to botocore.
"""

import os
from collections.abc import Iterator, Mapping

from lskeys import regular_files

_MAX_SIZE = 1_000_000


def profiles(environ: Mapping[str, str]) -> tuple[str, ...]:
    """All profiles of the configuration and credentials files, without duplicates."""
    config = _headers(environ.get("AWS_CONFIG_FILE") or "~/.aws/config")
    credentials = _headers(environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials")
    names = dict.fromkeys([*filter(None, map(_profile, config)), *credentials])
    return tuple(name for name in names if name and name.isprintable())


def _headers(path: str) -> Iterator[str]:
    try:
        content, _ = regular_files.read(os.path.expanduser(path), _MAX_SIZE)
    except (OSError, ValueError):
        return
    for line in content.decode(errors="replace").splitlines():
        if line.startswith("[") and "]" in line:
            yield line[1 : line.index("]")].strip()


def _profile(header: str) -> str | None:
    """The profile of a section header; None for other sections."""
    word, _, name = header.partition(" ")
    if word == "profile":
        return name.strip().strip("\"'")
    return header if header == "default" else None
