"""What commands share that save private keys: passphrases, replacing, the report.

Touches: what the runtime hands it.
"""

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lskeys.cli import ssh_instances
from lskeys.cli.runtime import Runtime
from lskeys.cli.runtime.hints import hint_with_account_options
from lskeys.config.paths import expanded, expanded_if_home
from lskeys.keypairs.results import SavedKey
from lskeys.keys import PrivateKey, passphrases
from lskeys.model import Secret
from lskeys.output.consent import confirm
from lskeys.ssh import user_config
from lskeys.text import lskeys_command

if TYPE_CHECKING:
    from lskeys.ssh.agent import Agent
    from lskeys.storage.key_reading import Opens


def given_passphrase(run: Runtime, file: Path | None, *, prompts: bool) -> Secret | None:
    """The passphrase of a key that is to be saved, read from a file; without a prompt yet."""
    passphrases.check(file, prompts=prompts, can_prompt=run.terminal.can_prompt)
    if file is None:
        return None
    with run.terminal.waiting("the passphrase", str(file)):
        return passphrases.read(expanded(file))


def opening_passphrases(run: Runtime, file: Path | None, *, prompts: bool) -> "Opens":
    """What opens encrypted key files: the passphrase in a file, else one typed for each."""
    prompt = run.terminal.prompt_secret if prompts and run.terminal.can_prompt else None
    with run.terminal.waiting("the passphrase", str(file)):
        return passphrases.for_key_files(file and expanded(file), prompt)


def load_into_agent(run: Runtime, agent: "Agent", key: PrivateKey, lifetime: str | None) -> None:
    """Load a private key into ssh-agent, which may have the user confirm it.

    Raises:
        LocalError: The agent did not take it.
    """
    with run.terminal.waiting("ssh-agent", ""):
        agent.add(key, lifetime)


def typed_passphrase(run: Runtime, *, prompts: bool) -> Secret | None:
    """The same typed twice, where one is wanted."""
    return passphrases.for_new_key(run.terminal.prompt_secret) if prompts else None


def confirm_replacing(run: Runtime, paths: Sequence[Path]) -> None:
    """Confirm that `--force` replaces files; without a terminal the option is consent."""
    if paths and run.terminal.can_prompt:
        details = [f"--force replaces {path}, which is kept next to the new file" for path in paths]
        action = "replace it" if len(paths) == 1 else f"replace these {len(paths)} files"
        confirm(run.terminal, run.options, action, details)


def warn_of_ssh_files(run: Runtime, path: Path, region: str, after: str = "") -> None:
    """Warn that ssh's files name a key file that holds another key, or will `after` something."""
    files = user_config.files_naming(ssh_instances.ssh_directory(run), path)
    if named := " and ".join(str(each) for each in files):
        new = f"which {'will hold' if after else 'holds'} the new key"
        run.terminal.warning(f"{named} refers to {path}, {new}; {after}update that file:")
        command = lskeys_command("ssh-config", "--write", region=region)
        run.terminal.note(hint_with_account_options(command, run.options))


def report_saved(run: Runtime, saved: SavedKey, whose: str, *, undone: str, encrypts: bool) -> None:
    """Say what became of a private key's file, whose key it is, and how that is known.

    `encrypts` says whether it was to have a passphrase.
    """
    if run.options.quiet:
        return
    proof = (
        f"fingerprint {saved.fingerprint} verified ({saved.fingerprint_type})"
        if saved.fingerprint_type
        else "unverified"
    )
    if saved.outcome == "would save":
        proof = undone
    outcome = f"{saved.outcome} (encrypted)" if saved.encrypted else saved.outcome
    run.terminal.note(f"{outcome} {saved.path}: {whose} of {saved.region}, {proof}")
    if encrypts and not saved.encrypted and saved.outcome != "would save":
        command = f"ssh-keygen -p -f {shlex.quote(str(saved.path))}"
        run.terminal.note(
            f"it was there without a passphrase, and has none; to give it one: {command}"
        )
    if saved.obstacle:
        run.terminal.note(f"it was the same key, which ssh could not load: {saved.obstacle}")
    if saved.kept:
        run.terminal.note(f"the file it replaced is {saved.kept}")
        if not saved.obstacle:  # else it is the same key
            warn_of_ssh_files(run, saved.path, saved.region)
    if saved.fingerprint_type is None and saved.outcome != "would save":
        run.terminal.hint("AWS reports no fingerprint, so lskeys cannot verify the key")


def hint_where_keys_are_found(run: Runtime, saved: Iterable[SavedKey]) -> None:
    """On a terminal, where later commands look for keys, if these are saved elsewhere."""
    if not run.terminal.can_prompt or run.options.quiet:
        return
    later = run.settings_without("out")
    searched = {
        path.resolve(): str(path)
        for each in (later.out.value, later.ssh_directory)
        if (path := expanded_if_home(each))
    }
    places = {each.path.parent.resolve() for each in saved if each.outcome != "would save"}
    for place in sorted(places - searched.keys()):
        found = f"later commands look for keys in {' and '.join(searched.values())}"
        if len(searched) == 1:  # else it would be instead of another directory
            command = f"export LSKEYS_OUT={shlex.quote(str(place))}"
            run.terminal.hint(f"{found}; to have them find this one: {command}")
        else:
            run.terminal.hint(f"{found}, not in {place}")
