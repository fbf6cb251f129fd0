"""The tools of one run. Touches: whatever the tool it hands out touches."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from lskeys.cli import completion as words
from lskeys.cli.completion.recorder import Seen
from lskeys.cli.runtime import output as showing
from lskeys.cli.runtime import sandbox as sandboxes
from lskeys.cli.runtime.launch import Asked, Launch
from lskeys.cli.runtime.regions import Whereabouts
from lskeys.errors import LocalError, LskeysError, MissingError, RefusedError, UsageError, several
from lskeys.keypairs.names import Destination
from lskeys.model import Answer, KeyPair, Sighting, attempt
from lskeys.output.result import Sheet
from lskeys.output.terminal import Terminal

if TYPE_CHECKING:
    from lskeys.config.settings import ConfigFile, Settings
    from lskeys.keys.matching import LocalKey
    from lskeys.lightsail import Account, Lightsail
    from lskeys.storage import Folder
    from lskeys.storage.key_search import Opens

T = TypeVar("T")

STREAM = "-"
"""The word that stands for stdin where a file can be named."""

_MODE_OF_A_PIPE = 0o600


@dataclass
class Runtime:
    """The tools of one run.

    `whose` is said before what an account tells, where it is one of several.
    """

    launch: Launch
    asked: Asked
    whose: str = ""
    _closing: ExitStack = field(default_factory=ExitStack)
    _named: set[Path] = field(default_factory=set)
    _seen: Seen = field(default_factory=Seen)

    def close(self) -> None:
        """Give back what was opened; remember for TAB which names were seen."""
        self._closing.close()
        self._remember()

    def _witness(self, sighting: Sighting) -> None:
        self._seen.witness(sighting)

    def _remember(self) -> None:
        if self._seen:
            self._seen.keep(self.launch.environ, self.asked)
            self._seen = Seen()

    def forget_sandbox(self) -> None:
        """Forget for TAB what the sandbox had, which begins anew."""
        words.forget(words.path_in(self.launch.environ), words.SANDBOX)

    @cached_property
    def settings(self) -> "Settings":
        """Every setting, decided."""
        from lskeys.config import settings as config

        asked = self.asked
        flags = config.Flags(
            profile=asked.profile,
            regions=(config.ALL_REGIONS,) if asked.all_regions else asked.regions,
            output=asked.output,
            color=asked.color,
            sandbox=asked.sandbox,
            endpoint_url=asked.endpoint_url,
            timeout=asked.timeout,
            no_input=asked.no_input,
            debug=asked.debug,
        )
        return config.settle(flags, self.launch.environ, _config_file(config.config_path()))

    @cached_property
    def terminal(self) -> Terminal:
        """The three streams."""
        launch, settings = self.launch, self.settings
        return Terminal(
            launch.stdin,
            launch.stdout,
            launch.stderr,
            launch.environ,
            color=settings.color.value,
            no_input=settings.no_input.value,
            debug=settings.debug.value,
            json_errors=settings.output.value in {"json", "jsonl"},
        )

    @cached_property
    def account(self) -> "Account":
        """The AWS account, or the sandbox's: the same calls over the same wire."""
        from lskeys.config import settings as config
        from lskeys.lightsail import Connection, connect

        settings = self.settings
        endpoint_url, access_key = settings.endpoint_url.value, None
        if settings.sandbox.value:
            if self.asked.endpoint_url is not None:
                raise UsageError(
                    "the sandbox and --endpoint-url exclude each other",
                    hint="leave one of them out",
                )
            endpoint_url, access_key = self._sandbox
        connection = Connection(
            profile=None if access_key else settings.profile.value,
            endpoint_url=endpoint_url,
            access_key=access_key,
            timeout=settings.timeout.value,
            cache=config.cache_path(),
        )
        return connect(connection, self.terminal.trace, self._witness)

    @cached_property
    def _sandbox(self) -> tuple[str, tuple[str, str]]:
        from lskeys import sandbox
        from lskeys.config.settings import sandbox_path

        running = sandboxes.server(sandbox_path(), self.launch.now)
        server = self._closing.enter_context(running)
        if not self.asked.quiet:
            self.terminal.note("this is the sandbox, not AWS")
        return server.endpoint, (sandbox.ACCESS_KEY_ID, sandbox.SECRET_ACCESS_KEY)

    @cached_property
    def where(self) -> Whereabouts:
        """The regions of this account."""
        return Whereabouts(
            self.settings,
            account=lambda: self.account,
            note=lambda text: self.terminal.note(f"{self.whose}{text}"),
        )

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions to ask; SetupError where none is set."""
        return self.where.wanted

    def ask(
        self, question: "Callable[[Lightsail], T]", wanted: Sequence[str] | None = None
    ) -> list[Answer[T]]:
        """Ask regions, all wanted ones by default, at once; answers in the regions' order."""
        from lskeys import concurrency as regions

        answers: list[Answer[T]] = []
        wanted = self.regions if wanted is None else wanted
        account = self.account  # made once, before there are threads that would each make one
        for answer in regions.ask(wanted, lambda name: question(account.lightsail(name))):
            answers.append(answer)
            if len(wanted) > 1:
                self.terminal.progress(
                    f"{self.whose}{len(answers)} of {len(wanted)} regions answered"
                )
        self.terminal.done()
        return answers

    def stream(
        self, question: "Callable[[Lightsail], Iterator[Sequence[T]]]"
    ) -> "Iterator[Answer[Sequence[T]]]":
        """Ask the regions at once for their pages, each of which is an answer as soon as it is due.

        What was written is handed on before a page is waited for.
        """
        from lskeys import concurrency as regions

        account = self.account  # made once, before there are threads that would each make one
        for answer in regions.stream(self.regions, lambda name: question(account.lightsail(name))):
            yield answer
            self.terminal.flush()

    @property
    def streams(self) -> bool:
        """Whether the format shows items as they come, so that none has to wait for the last."""
        return showing.streams(self.terminal, self.asked, output=self.settings.output.value)

    def show_pages(self, sheet: Sheet[T], pages: "Iterable[Sequence[T]]") -> None:
        """Put pages on stdout as they come, in a format that streams."""
        output = self.settings.output.value
        showing.show_pages(sheet, pages, self.terminal, self.asked, output=output)

    @cached_property
    def accounts(self) -> "tuple[Runtime, ...]":
        """A runtime for each profile that was named; this one where there are not several.

        Raises:
            UsageError: The sandbox, which has one account, is to be asked for several.
        """
        if not self.has_several_accounts:
            return (self,)
        if self.settings.sandbox.value:
            raise UsageError(
                "the sandbox has one account, and no profiles", hint="leave --profile out"
            )
        accounts = tuple(
            Runtime(self.launch, replace(self.asked, profiles=(name,)), f"profile {name}: ")
            for name in self.asked.profiles
        )
        for each in accounts:
            self._closing.callback(each.close)
        return accounts

    def ask_accounts(self, question: "Callable[[Lightsail], T]") -> list[Answer[T]]:
        """Ask the wanted regions of each account; one that fails hides no other."""
        return self.each_account(lambda account: account.ask(question))

    def each_account(self, answers: "Callable[[Runtime], list[Answer[T]]]") -> list[Answer[T]]:
        """The answers of each account, which say whose they are where there are several."""
        if not self.has_several_accounts:
            return answers(self)
        return [answer for account in self.accounts for answer in _signed(account, answers)]

    @property
    def has_several_accounts(self) -> bool:
        """Whether several are asked, which are then told apart."""
        return len(self.asked.profiles) > 1

    def ask_for(
        self, name: str, question: "Callable[[Lightsail], T]"
    ) -> tuple[list[Answer[T]], list[LskeysError]]:
        """Ask the wanted regions about a key pair; what those say that have it, and what failed.

        Raises:
            MissingError: None of them has it; the nearest name is told.
        """
        from lskeys.keypairs import lookup

        answers = self.ask_accounts(question)
        found, failures = lookup.sift(answers)
        absences = [answer.error for answer in answers if answer.error]
        if found or failures or not absences:
            return found, failures
        raise self.missing(name, absences[0])

    def missing(self, name: str, error: LskeysError) -> MissingError:
        """The error for a name that no wanted region knows; the nearest that one knows is told."""
        from lskeys.keypairs import lookup

        where = self.asked.profiles if self.has_several_accounts else self.regions
        there, _ = self.every_pair
        return lookup.missing(name, where, there, error)

    @cached_property
    def every_pair(self) -> tuple[tuple[KeyPair, ...], tuple[LskeysError, ...]]:
        """Every pair of the wanted regions that answer, and what the others said."""
        answers = self.ask_accounts(lambda lightsail: lightsail.key_pairs(include_default=True))
        pairs = (
            replace(pair, profile=answer.profile)
            for answer in answers
            for pair in answer.value or ()
        )
        return tuple(pairs), tuple(answer.error for answer in answers if answer.error)

    def open_folder(self, path: Path) -> "AbstractContextManager[Folder]":
        """The folder keys are saved in, held; names what an interrupted run left there."""
        from lskeys import keys as keymaker
        from lskeys import storage as keystore

        keymaker.load()
        self.name_leftovers(path)
        return keystore.open_folder(path, now=self.launch.now, wait=self.settings.timeout.value)

    def name_leftovers(self, folder: Path) -> None:
        """Tell, once, what an interrupted run left in a folder that is about to be written in."""
        from lskeys import storage as keystore

        for leftover in sorted({*keystore.leftovers(folder)} - self._named):
            self._named.add(leftover)
            self.terminal.note(
                f"an interrupted run left {leftover}, which may hold a private key: remove it"
            )

    def destination(self, out: Path | None, file: str | None) -> Destination:
        """Where private keys go: `--file`, `-` being stdout, else `--out`, else the setting.

        Raises:
            UsageError: Both are given, or one file for several regions.
            RefusedError: stdout is a terminal.
        """
        from lskeys import keys as keymaker
        from lskeys.config.settings import expanded

        keymaker.load()
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

    def key_given(self, word: str, opens: "Opens") -> "LocalKey":
        """The key in a named file, or in stdin for `-`; `opens` gives its passphrase."""
        from lskeys.config.settings import expanded
        from lskeys.storage import key_search as localkeys

        if word != STREAM:
            return localkeys.read(expanded(Path(word)), opens)
        return localkeys.read_content(Path(STREAM), self.read_stdin(), _MODE_OF_A_PIPE, opens)

    def read_stdin(self) -> bytes:
        """What is piped in, up to a little more than any key has.

        Raises:
            LocalError: stdin is closed or cannot be read.
        """
        from lskeys.keys import SIZE_LIMIT

        if self.launch.stdin is None:
            raise LocalError("stdin is closed", hint="pipe the key in, or name a file")
        try:
            return self.launch.stdin.buffer.read(SIZE_LIMIT + 1)
        except OSError as error:
            raise LocalError(f"cannot read stdin: {(error.strerror or 'error').lower()}") from None

    @cached_property
    def local_keys(self) -> "tuple[LocalKey, ...]":
        """Every key in the key folders: where keys are put, and `~/.ssh`."""
        from lskeys.storage import key_search as localkeys

        return localkeys.find(self.key_folders)

    def with_local_files(self, pairs: Iterable[KeyPair]) -> list[KeyPair]:
        """The pairs with `local_files` known: the paths of their keys in the key folders."""
        from lskeys.keys.matching import with_local_files

        return with_local_files(pairs, self.local_keys)

    @property
    def key_folders(self) -> tuple[Path, ...]:
        """The folders searched for local keys."""
        from lskeys.config.settings import expanded

        return (self.settings.out.value, expanded(Path("~/.ssh")))

    def check_output(self) -> None:
        """Refuse a `--query` that is no JMESPath, or a `--null` that fits no format, up front."""
        if self.asked.null:
            showing.check_null(self.asked, self.settings.output.value)
        if self.asked.query is not None:
            showing.check_query(self.asked.query)

    def show(self, sheet: Sheet[Any]) -> None:
        """Put what was found on stdout, in the format that was asked for.

        What TAB may know is remembered before: after its result a run must have nothing left to
        do, or one that is killed there would be repeated though all of it is done.
        """
        self._remember()
        sheet = sheet.of_several_accounts if self.has_several_accounts else sheet
        output = self.settings.output.value
        showing.show(sheet, self.terminal, self.asked, output=output, now=self.launch.now())

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


def _config_file(path: Path) -> "ConfigFile":
    from lskeys.config import settings as config

    text = config.read(path)
    if not text:
        return config.ConfigFile(path, {})
    from lskeys.config import file as configfile

    return config.ConfigFile(path, configfile.parse(path, text))


def _signed(account: Runtime, answers: Callable[[Runtime], list[Answer[T]]]) -> Iterator[Answer[T]]:
    """The answers of one of several accounts, or the error why it has none."""
    profile = account.asked.profile
    tried = attempt("", partial(answers, account))
    for answer in tried.value or [Answer("", error=tried.error)]:
        error = answer.error.of(profile) if answer.error else None
        yield replace(answer, error=error, profile=profile)
