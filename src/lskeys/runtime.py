"""Hands commands their tools, each built on first use; the only file with imports inside.

Touches: whatever the tool it hands out touches.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO, TypeVar

from lskeys.errors import (
    LocalError,
    LskeysError,
    RefusedError,
    RemoteError,
    SetupError,
    UsageError,
    several,
)
from lskeys.harmless import one_line
from lskeys.model import Answer, KeyPair, NewPair, Region, SavedKey, Secret, attempt
from lskeys.names import Destination
from lskeys.sheet import Sheet
from lskeys.terminal import Terminal

if TYPE_CHECKING:
    from lskeys.config import Settings
    from lskeys.findings import Finding, KeyFolder
    from lskeys.journal import Journal
    from lskeys.keystore import Folder
    from lskeys.lightsail import Account, Lightsail
    from lskeys.localkeys import Opens
    from lskeys.matching import LocalKey
    from lskeys.provenance import Surroundings
    from lskeys.rotation_plan import Plan
    from lskeys.rotation_report import Rotation
    from lskeys.sandbox import Server
    from lskeys.sshconfig import FileChange

T = TypeVar("T")

STREAM = "-"
"""The word that stands for stdin where a file can be named."""

_MODE_OF_A_PIPE = 0o600
_REGION = re.compile(r"[a-z]{2,8}(-[a-z0-9]{1,16}){1,4}")
_DIRECTORY_REGION = "us-east-1"
"""Asked for the list of regions where no region is set; it holds no answer but that one."""


@dataclass(frozen=True, slots=True)
class Launch:
    """What the program was started with: streams, environment and clock."""

    stdin: TextIO | None
    stdout: TextIO | None
    stderr: TextIO | None
    environ: Mapping[str, str]
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the shared options said, before and after the verb together."""

    profile: str | None = None
    regions: tuple[str, ...] = ()
    all_regions: bool = False
    endpoint_url: str | None = None
    sandbox: bool = False
    timeout: float = 60.0
    output: str | None = None
    query: str | None = None
    quiet: bool = False
    color: str | None = None
    no_input: bool = False
    debug: bool = False
    dry_run: bool = False
    yes: bool = False


@dataclass
class Runtime:
    """The tools of one run."""

    launch: Launch
    asked: Asked
    _closing: ExitStack = field(default_factory=ExitStack)

    def close(self) -> None:
        """Give back what was opened."""
        self._closing.close()

    @cached_property
    def settings(self) -> "Settings":
        """Every setting, decided."""
        from lskeys import config

        asked = self.asked
        flags = config.Flags(
            profile=asked.profile,
            regions=(config.ALL_REGIONS,) if asked.all_regions else asked.regions,
            output=asked.output,
            color=asked.color,
            sandbox=asked.sandbox,
        )
        return config.settle(flags, self.launch.environ, config.read(config.config_path()))

    @cached_property
    def terminal(self) -> Terminal:
        """The three streams."""
        launch, asked = self.launch, self.asked
        return Terminal(
            launch.stdin,
            launch.stdout,
            launch.stderr,
            launch.environ,
            color=self.settings.color.value,
            no_input=asked.no_input,
            debug=asked.debug,
            json_errors=self.settings.output.value in {"json", "jsonl"},
        )

    @cached_property
    def account(self) -> "Account":
        """The AWS account, or the sandbox's: the same calls over the same wire."""
        from lskeys import config
        from lskeys.lightsail import Connection, connect

        asked = self.asked
        endpoint_url, access_key = asked.endpoint_url, None
        if self.settings.sandbox.value:
            if endpoint_url is not None:
                raise UsageError(
                    "the sandbox and --endpoint-url exclude each other",
                    hint="leave one of them out",
                )
            endpoint_url, access_key = self._sandbox
        connection = Connection(
            profile=None if access_key else self.settings.profile.value,
            endpoint_url=endpoint_url,
            access_key=access_key,
            timeout=asked.timeout,
            cache=config.cache_path(),
        )
        return connect(connection, self.terminal.trace)

    @cached_property
    def _sandbox(self) -> tuple[str, tuple[str, str]]:
        from lskeys import sandbox

        server = self._closing.enter_context(self.sandbox_server())
        if not self.asked.quiet:
            self.terminal.note("this is the sandbox, not AWS")
        return server.endpoint, (sandbox.ACCESS_KEY_ID, sandbox.SECRET_ACCESS_KEY)

    @property
    def sandbox_path(self) -> Path:
        """The file the sandbox keeps its account in."""
        from lskeys import config

        return config.sandbox_path()

    def sandbox_server(self, *, port: int = 0, settings: Sequence[str] = ()) -> "Server":
        """A server of the sandbox's account; it answers inside `with`."""
        from lskeys import sandbox

        account = sandbox.Sandbox(self.sandbox_path, now=self.launch.now)
        try:
            switches = account.switches().changed(settings)
            changed = sandbox.Sandbox(self.sandbox_path, now=self.launch.now, switches=switches)
            return sandbox.serve(changed, port=port)
        except ValueError as error:
            raise UsageError(f"--set: {one_line(str(error))}") from None
        except sandbox.SandboxError as error:
            raise LocalError(
                one_line(str(error)), hint="run lskeys sandbox reset, or move the file away"
            ) from None

    def sandbox_environment(self, port: int) -> Mapping[str, str]:
        """The variables that point any AWS tool at a sandbox served on this port."""
        from lskeys import sandbox

        return sandbox.environment(f"http://127.0.0.1:{port}")

    def reset_sandbox(self, settings: Sequence[str]) -> Path:
        """Begin the sandbox anew, unless this is a dry run; its file."""
        from lskeys import sandbox

        try:
            switches = sandbox.Switches().changed(settings)
        except ValueError as error:
            raise UsageError(f"--set: {one_line(str(error))}") from None
        if not self.asked.dry_run:
            account = sandbox.Sandbox(self.sandbox_path, now=self.launch.now)
            try:
                account.reset(switches)
            except sandbox.SandboxError as error:
                raise LocalError(one_line(str(error)), hint="move that file away") from None
        return self.sandbox_path

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """The regions to ask: flag, environment, file, profile; never a silent default.

        Raises:
            SetupError: None is set, or one cannot be a region's name.
        """
        from lskeys.config import ALL_REGIONS

        if ALL_REGIONS in self.settings.regions.value:
            return tuple(region.name for region in self.directory)
        if not self._home:
            raise SetupError(
                "no region is set",
                hint="give --region NAME or --all-regions, or set AWS_REGION; "
                "to look around: lskeys --sandbox list",
            )
        return self._home

    @cached_property
    def _home(self) -> tuple[str, ...]:
        """The regions that are set by name, the profile's own among them; perhaps none."""
        from lskeys.config import ALL_REGIONS

        names = self.settings.regions.value
        named = tuple(dict.fromkeys(name for name in names if name != ALL_REGIONS))
        home = named or tuple(filter(None, [self._profile_region]))
        for name in home:
            _check_region(name)
        return home

    @property
    def _profile_region(self) -> str | None:
        if self.settings.regions.value and self.settings.regions.value != ("all",):
            return None
        if not self.settings.sandbox.value:
            return self.account.profile_region
        from lskeys.sandbox import HOME_REGION

        return HOME_REGION

    @property
    def surroundings(self) -> "Surroundings":
        """What the settings depend on beside themselves; nothing is asked of AWS."""
        from lskeys import config
        from lskeys.provenance import Surroundings

        aws = attempt("", self._aws_choices)
        profile, region = aws.value or (None, None)
        path = config.config_path()
        return Surroundings(
            aws_profile=profile,
            home=region,
            output="table" if self.terminal.shows_tables else "text",
            config_file=path,
            is_there=path.exists(),
            key_folders=self.key_folders,
            trouble=aws.error,
        )

    def _aws_choices(self) -> tuple[str | None, str | None]:
        """The profile and region that AWS's own configuration, or the sandbox, chooses."""
        profile = None if self.settings.sandbox.value else self.account.profile
        return profile, self._profile_region

    @cached_property
    def directory(self) -> tuple[Region, ...]:
        """The regions Lightsail has for this account; where it does not tell, botocore's list."""
        home = self._home[0] if self._home else _DIRECTORY_REGION
        try:
            found = self.account.lightsail(home).regions()
        except LskeysError as error:
            if not isinstance(error, RemoteError) and error.code != "AccessDeniedException":
                raise
            self.terminal.note(f"{error.message}; using the list that came with botocore")
            return tuple(Region(name) for name in self.account.known_regions)
        by_name = {region.name: region for region in found}
        for name in by_name:
            _check_region(name)
        return tuple(by_name.values())

    def ask(
        self, question: "Callable[[Lightsail], T]", wanted: Sequence[str] | None = None
    ) -> list[Answer[T]]:
        """Ask regions, all wanted ones by default, at once; answers in the regions' order."""
        from lskeys import regions

        answers: list[Answer[T]] = []
        wanted = self.regions if wanted is None else wanted
        account = self.account  # made once, before there are threads that would each make one
        for answer in regions.ask(wanted, lambda name: question(account.lightsail(name))):
            answers.append(answer)
            if len(wanted) > 1:
                self.terminal.progress(f"{len(answers)} of {len(wanted)} regions answered")
        self.terminal.done()
        return answers

    def ask_for(
        self, name: str, question: "Callable[[Lightsail], T]"
    ) -> tuple[list[T], list[LskeysError]]:
        """Ask the wanted regions about a key pair; what those say that have it, and what failed.

        Raises:
            MissingError: None of them has it; the nearest name is told.
        """
        from lskeys import lookup

        answers = self.ask(question)
        found, failures = lookup.sift(answers)
        absences = [answer.error for answer in answers if answer.error]
        if found or failures or not absences:
            return found, failures
        there = self.ask(lambda lightsail: lightsail.key_pairs(include_default=True))
        pairs = [pair for answer in there for pair in answer.value or ()]
        raise lookup.missing(name, self.regions, pairs, absences[0])

    def open_folder(self, path: Path) -> "AbstractContextManager[Folder]":
        """The folder keys are saved in, held; names what an interrupted run left there."""
        from lskeys import keystore

        for leftover in keystore.leftovers(path):
            self.terminal.note(
                f"an interrupted run left {leftover}, which may hold a private key: remove it"
            )
        return keystore.open_folder(path, now=self.launch.now, wait=self.asked.timeout)

    def check_destination(
        self, path: Path, pair: KeyPair | None, *, creates: bool = False, force: bool = False
    ) -> None:
        """Refuse, without changing anything, what saving a key there would refuse."""
        from lskeys import default_pair

        default_pair.foresee(path, pair=pair, creates=creates, force=force)

    def fetch_default(  # noqa: PLR0913  see default_pair.fetch
        self,
        lightsail: "Lightsail",
        folder: "Folder",
        name: str,
        *,
        pair: KeyPair | None,
        creates: bool = False,
        force: bool = False,
    ) -> SavedKey:
        """Download a region's default key, verify it and save it (`default_pair.fetch`)."""
        from lskeys import default_pair

        return default_pair.fetch(lightsail, folder, name, pair=pair, creates=creates, force=force)

    def destination(self, out: Path | None, file: str | None) -> Destination:
        """Where private keys go: `--file`, `-` being stdout, else `--out`, else the setting.

        Raises:
            UsageError: Both are given, or one file for several regions.
            RefusedError: stdout is a terminal.
        """
        from lskeys.config import expanded

        if file is None:
            return Destination(expanded(out) if out else self.settings.out.value)
        if out is not None:
            raise UsageError("--out and --file exclude each other", hint="choose one")
        if len(self.regions) > 1:
            raise UsageError(
                f"--file is for one region, and {len(self.regions)} are asked",
                hint="use --out DIR, which gets a file for each region",
            )
        if file != STREAM:
            path = expanded(Path(file))
            return Destination(path.parent, path.name)
        if self.terminal.shows_tables:
            raise RefusedError(
                "a private key is not shown on a terminal",
                hint="redirect stdout, or use --file PATH",
            )
        return Destination(None)

    def look_for(self, lightsail: "Lightsail", new: NewPair, path: Path | None) -> SavedKey | None:
        """A key pair and its key that an earlier run made (`creation.look`)."""
        from lskeys import creation

        return creation.look(lightsail, new, path, dry_run=self.asked.dry_run)

    def create(
        self,
        lightsail: "Lightsail",
        new: NewPair,
        path: Path | None,
        passphrase: Secret | None,
    ) -> SavedKey:
        """Make a key pair; its private key is saved, or without a path written to stdout."""
        from lskeys import creation

        if path is None:
            return creation.reveal(lightsail, new, passphrase, self.terminal.secret)
        with self.open_folder(path.parent) as folder:
            self.terminal.progress("making the key")
            try:
                return creation.save(lightsail, folder, path.name, new, passphrase)
            finally:
                self.terminal.done()

    @cached_property
    def journal(self) -> "Journal":
        """What remembers rotations under way."""
        from lskeys import config
        from lskeys.journal import Journal

        return Journal(config.state_path() / "rotations")

    def endpoint_of(self, lightsail: "Lightsail") -> str:
        """Who is asked; the sandbox has another port every time, and is known by its file."""
        if self.settings.sandbox.value:
            return f"sandbox {self.sandbox_path}"
        return lightsail.endpoint

    def rotate_default(self, lightsail: "Lightsail", plan: "Plan", *, force: bool) -> "Rotation":
        """Put a new default pair in the old one's place (`rotation.carry_out`)."""
        from lskeys import rotation

        with self.open_folder(plan.entry.path.parent) as folder:
            return rotation.carry_out(lightsail, folder, plan, self.journal, force=force)

    def reveal_default(
        self, lightsail: "Lightsail", *, pair: KeyPair | None, creates: bool
    ) -> str | None:
        """Download a region's default key, verify it and write it to stdout.

        Returns:
            The form in which it has the reported fingerprint; None means "unverified".
        """
        from lskeys import default_pair

        verified, _ = default_pair.obtain(lightsail, pair, creates=creates)
        self.terminal.secret(verified.private_key.pem)
        return verified.match.form if verified.match else None

    def plan_own_file(self, path: Path, lines: Iterable[str]) -> "FileChange":
        """What it takes to give a file of our own these lines."""
        from lskeys import sshconfig, sshfiles

        return sshfiles.plan_own(path, sshconfig.own_file(lines))

    def plan_include(self, config: Path, file: Path) -> "FileChange":
        """What it takes to have the user's ssh config include a file."""
        from lskeys import sshfiles

        return sshfiles.plan_include(config, file)

    def write_file(self, change: "FileChange") -> None:
        """Make a planned change, whole or not at all."""
        from lskeys import sshfiles

        sshfiles.write(change, wait=self.asked.timeout)

    def keys_in(self, *folders: Path) -> "tuple[LocalKey, ...]":
        """Every key in these folders."""
        from lskeys import localkeys

        return localkeys.find(folders)

    def key_file(self, path: Path) -> "LocalKey":
        """The key in one named file."""
        from lskeys import localkeys
        from lskeys.config import expanded

        return localkeys.read(expanded(path))

    def key_given(self, word: str, opens: "Opens") -> "LocalKey":
        """The key in a named file, or in stdin for `-`; `opens` gives its passphrase."""
        from lskeys import localkeys
        from lskeys.config import expanded

        if word != STREAM:
            return localkeys.read(expanded(Path(word)), opens)
        return localkeys.read_content(Path(STREAM), self.read_stdin(), _MODE_OF_A_PIPE, opens)

    def read_stdin(self) -> bytes:
        """What is piped in, up to a little more than any key has.

        Raises:
            LocalError: stdin is closed or cannot be read.
        """
        from lskeys.keymaker import SIZE_LIMIT

        if self.launch.stdin is None:
            raise LocalError("stdin is closed", hint="pipe the key in, or name a file")
        try:
            return self.launch.stdin.buffer.read(SIZE_LIMIT + 1)
        except OSError as error:
            raise LocalError(f"cannot read stdin: {(error.strerror or 'error').lower()}") from None

    def passphrase_for(self, file: Path | None, *, asks: bool) -> "Opens":
        """Gives the passphrase of a key file: that of `file`, one that is typed, or none."""
        from lskeys import passphrases
        from lskeys.config import expanded

        if file is not None:
            known = passphrases.read(expanded(file))
            return lambda _: known
        if not asks:
            return lambda _: None
        return self._typed_passphrase

    def _typed_passphrase(self, path: Path) -> Secret | None:
        typed = self.terminal.ask_secret(f"Passphrase of {path} (empty to go without):")
        return typed if typed.reveal() else None

    def check_passphrase(self, file: Path | None, *, asks: bool) -> None:
        """Refuse `--passphrase` where `--passphrase-file` is given, too, or nobody can be asked."""
        if asks and file is not None:
            raise UsageError(
                "--passphrase and --passphrase-file exclude each other", hint="choose one"
            )
        if asks and not self.terminal.can_ask:
            raise RefusedError(
                "--passphrase asks, and there is nobody to ask", hint="use --passphrase-file FILE"
            )

    def new_passphrase(self, file: Path | None, *, asks: bool) -> Secret | None:
        """The passphrase for a new key: that of `file`, one that is typed twice, or none."""
        from lskeys import passphrases
        from lskeys.config import expanded

        if file is not None:
            return passphrases.read(expanded(file))
        if not asks:
            return None
        typed = self.terminal.ask_secret("Passphrase for the new key:")
        return passphrases.agreed(typed, self.terminal.ask_secret("The same again:"))

    @cached_property
    def local_keys(self) -> "tuple[LocalKey, ...]":
        """Every key in the key folders: where keys are put, and `~/.ssh`."""
        return self.keys_in(*self.key_folders)

    @property
    def key_folders(self) -> tuple[Path, ...]:
        """The folders searched for local keys."""
        from lskeys.config import expanded

        return (self.settings.out.value, expanded(Path("~/.ssh")))

    @property
    def folders_seen(self) -> "tuple[KeyFolder, ...]":
        """The key folders that are there: who may write in them, and what lies in them."""
        from lskeys import localkeys

        return localkeys.survey(self.key_folders)

    def mend(self, finding: "Finding") -> None:
        """Mend what a finding is about, if it is of those that lskeys mends itself."""
        from lskeys import keystore
        from lskeys.findings import Code

        file = finding.file
        assert file is not None
        if finding.code is Code.MISSING_PUBLIC:
            keystore.complete(file)
        elif file.is_dir():
            keystore.close_folder(file)
        else:
            keystore.close_file(file)

    def with_local_files(self, pairs: Sequence[KeyPair]) -> list[KeyPair]:
        """The pairs with `local_files` known: the files in the key folders that hold them."""
        from lskeys.matching import match_all

        matched = match_all(pairs, self.local_keys).pairs
        return [
            replace(each.pair, local_files=tuple(str(match.key.path) for match in each.matches))
            for each in matched
        ]

    def check_query(self) -> None:
        """Refuse a `--query` that is no JMESPath, before anything is asked."""
        if self.asked.query is None:
            return
        import jmespath

        try:
            jmespath.compile(self.asked.query)
        except (jmespath.exceptions.JMESPathError, ValueError, RecursionError) as error:
            raise UsageError(
                f"--query is not JMESPath: {one_line(str(error), limit=200)}",
                hint="try --query 'keyPairs[].name'",
            ) from None

    def show(self, sheet: Sheet[Any]) -> None:
        """Put what was found on stdout, in the format that was asked for."""
        from lskeys.render import plain

        is_table = self.terminal.shows_tables and not sheet.view.is_lines
        output = self.settings.output.value or ("table" if is_table else "text")
        if self.asked.query is not None:
            self.terminal.result(plain.QUERIED[output](self._queried(sheet)))
        elif self.asked.quiet:
            self.terminal.result(plain.names(sheet))
        elif output in plain.FORMATS:
            self.terminal.result(plain.FORMATS[output](sheet))
        else:
            from lskeys.render.table import table

            terminal = self.terminal
            lines = table(
                sheet,
                self.launch.now(),
                width=terminal.width,
                colored=terminal.colored,
                ascii_only=terminal.ascii_only,
            )
            terminal.result(lines)

    def _queried(self, sheet: Sheet[Any]) -> object:
        import jmespath

        try:
            return jmespath.search(self.asked.query or "@", sheet.document)
        except (jmespath.exceptions.JMESPathError, RecursionError) as error:
            raise UsageError(f"--query failed: {one_line(str(error), limit=200)}") from None

    def fail_if(self, failures: Sequence[LskeysError], succeeded: int, noun: str) -> None:
        """Raise what sums up the failures, after showing each; nothing for none."""
        if failures:
            self._fail(failures, succeeded, noun)

    def _fail(self, failures: Sequence[LskeysError], succeeded: int, noun: str) -> NoReturn:
        if len(set(failures)) == 1 and not succeeded:  # such as credentials, wanted by every region
            raise failures[0]
        if self.settings.output.value not in {"json", "jsonl"}:
            for failure in failures:
                self.terminal.error(failure)
        raise several(failures, succeeded, noun)


def _check_region(name: str) -> None:
    if not _REGION.fullmatch(name):
        raise SetupError(
            f"{one_line(name, limit=80) or 'an empty word'} is not a region's name",
            hint="a region looks like eu-west-1",
        )
