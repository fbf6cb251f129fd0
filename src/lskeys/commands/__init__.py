"""The verbs: one file each. This folder is the help page."""

from collections.abc import Callable
from dataclasses import dataclass

from typer.core import TyperCommand

from lskeys.commands import (
    audit,
    config,
    create,
    delete,
    download_default,
    fingerprint,
    import_,
    regions,
    rotate_default,
    sandbox,
    show,
    ssh_config,
    tag,
    untag,
)
from lskeys.commands import list as list_
from lskeys.options import OptionalValue


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of the program: its word, what it runs, a short alias."""

    word: str
    run: Callable[..., None]
    alias: str | None = None
    kind: type[TyperCommand] = TyperCommand


VERBS = (
    Verb("list", list_.list_key_pairs, alias="ls"),
    Verb("show", show.show_key_pair),
    Verb("create", create.create_key_pair),
    Verb("import", import_.import_key_pair),
    Verb("download-default", download_default.download_default),
    Verb("delete", delete.delete_key_pairs, alias="rm", kind=OptionalValue),
    Verb("rotate-default", rotate_default.rotate_default),
    Verb("tag", tag.tag_key_pair),
    Verb("untag", untag.untag_key_pair),
    Verb("fingerprint", fingerprint.fingerprint_keys),
    Verb("audit", audit.audit_keys),
    Verb("ssh-config", ssh_config.ssh_config),
    Verb("regions", regions.list_regions),
    Verb("config", config.show_config),
)

GROUPS = (sandbox.group,)
