"""The tools of one run. Touches: whatever the tool it hands out touches."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from lskeys.cli import completion
from lskeys.cli.completion.recorder import NameRecorder
from lskeys.cli.runtime import output as showing
from lskeys.cli.runtime import sandbox as sandboxes
from lskeys.cli.runtime.hints import complete
from lskeys.cli.runtime.invocation import Invocation, SharedOptions
from lskeys.cli.runtime.regions import RegionResolver
from lskeys.errors import LocalError, LskeysError, MissingError, RefusedError, UsageError, several
from lskeys.keypairs.names import Destination
from lskeys.model import KeyPair, Outcome, SeenNames, attempt
from lskeys.output.result import Result
from lskeys.output.terminal import Terminal

if TYPE_CHECKING:
    from lskeys.config.settings import ConfigFile, Settings
    from lskeys.keys.elliptic import EllipticCurve
    from lskeys.keys.matching import LocalKey
    from lskeys.lightsail import AccountSession, Lightsail
    from lskeys.storage import KeyDirectory
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

    invocation: Invocation
    options: SharedOptions
    whose: str = ""
    _closing: ExitStack = field(default_factory=ExitStack)
    _named: set[Path] = field(default_factory=set)
    _names_seen: NameRecorder = field(default_factory=NameRecorder)

    def close(self) -> None:
        """Give back what was opened; remember for TAB which names were seen."""
        self._closing.close()
        self._remember()

    def _record_names(self, seen_names: SeenNames) -> None:
        self._names_seen.record(seen_names)

    def _remember(self) -> None:
        if self._names_seen:
            from lskeys.cli.completion.remembering import remember

            account = completion.account_of(
                self.invocation.environ,
                sandbox=self.options.sandbox,
                profile=self.options.profile,
                endpoint_url=self.options.endpoint_url,
            )
            path = completion.path_in(self.invocation.environ)
            remember(path, account, self._names_seen.seen_names)
            self._names_seen = NameRecorder()

    def forget_sandbox(self) -> None:
        """Forget for TAB what the sandbox had, which begins anew."""
        from lskeys.cli.completion.remembering import forget

        forget(completion.path_in(self.invocation.environ), completion.SANDBOX)

    @cached_property
    def settings(self) -> "Settings":
        """Every setting, decided."""
        from lskeys.config import settings as config

        options = self.options
        flags = config.Flags(
            profile=options.profile,
            regions=(config.ALL_REGIONS,) if options.all_regions else options.regions,
            output=options.output,
            color=options.color,
            sandbox=options.sandbox,
            endpoint_url=options.endpoint_url,
            timeout=options.timeout,
            no_input=options.no_input,
            debug=options.debug,
        )
        return config.resolve(flags, self.invocation.environ, _config_file(config.config_path()))

    @cached_property
    def terminal(self) -> Terminal:
        """The three streams."""
        invocation, settings = self.invocation, self.settings
        return Terminal(
            invocation.stdin,
            invocation.stdout,
            invocation.stderr,
            invocation.environ,
            color=settings.color.value,
            no_input=settings.no_input.value,
            debug=settings.debug.value,
            json_errors=settings.output.value in {"json", "jsonl"},
        )

    @cached_property
    def account(self) -> "AccountSession":
        """The AWS account, or the sandbox's: the same calls over the same wire."""
        from lskeys.config import settings as config
        from lskeys.lightsail import ConnectionSettings, Hooks, connect
        from lskeys.storage.cache import CacheDirectory

        settings = self.settings
        endpoint_url, access_key = settings.endpoint_url.value, None
        if settings.sandbox.value:
            if self.options.endpoint_url is not None:
                raise UsageError(
                    "the sandbox and --endpoint-url cannot be combined",
                    hint="leave one of them out",
                )
            endpoint_url, access_key = self._sandbox
        connection = ConnectionSettings(
            profile=None if access_key else settings.profile.value,
            region=next(iter(settings.home_regions), None),
            endpoint_url=endpoint_url,
            access_key=access_key,
            timeout=settings.timeout.value,
            cache=CacheDirectory(config.cache_path()),
        )
        hooks = Hooks(
            trace=self.terminal.trace,
            record=self._record_names,
            prompt=self.terminal.prompt if self.terminal.can_prompt else None,
            curve=_elliptic_curve,
        )
        return connect(connection, hooks)

    @cached_property
    def _sandbox(self) -> tuple[str, tuple[str, str]]:
        from lskeys import sandbox
        from lskeys.config.settings import sandbox_path

        running = sandboxes.server(sandbox_path(), self.invocation.now)
        server = self._closing.enter_context(running)
        if not self.options.quiet:
            self.terminal.note("using the local sandbox, not AWS")
        return server.endpoint, (sandbox.ACCESS_KEY_ID, sandbox.SECRET_ACCESS_KEY)

    @cached_property
    def where(self) -> RegionResolver:
        """The regions of this account."""
        return RegionResolver(
            self.settings,
            account=lambda: self.account,
            note=lambda text: self.terminal.note(f"{self.whose}{text}"),
        )

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions to ask; SetupError where none is set."""
        return self.where.selected

    def call_regions(
        self, call: "Callable[[Lightsail], T]", selected: Sequence[str] | None = None
    ) -> list[Outcome[T]]:
        """Ask regions, all wanted ones by default, at once; answers in the regions' order."""
        from lskeys import concurrency

        outcomes: list[Outcome[T]] = []
        selected = self.regions if selected is None else selected
        account = self.account  # made once, before there are threads that would each make one
        account.log_in()  # here, where a role's MFA code can be asked for
        for outcome in concurrency.call_each(selected, lambda name: call(account.lightsail(name))):
            outcomes.append(outcome)
            if len(selected) > 1:
                self.terminal.progress(
                    f"{self.whose}{len(outcomes)} of {len(selected)} regions answered"
                )
        self.terminal.done()
        return outcomes

    def stream(
        self, call: "Callable[[Lightsail], Iterator[Sequence[T]]]"
    ) -> "Iterator[Outcome[Sequence[T]]]":
        """Ask the regions at once for their pages, each of which is an answer as soon as it is due.

        What was written is handed on before a page is waited for.
        """
        from lskeys import concurrency

        selected = self.regions
        account = self.account  # made once, before there are threads that would each make one
        account.log_in()  # here, where a role's MFA code can be asked for
        for outcome in concurrency.stream_pages(
            selected, lambda name: call(account.lightsail(name))
        ):
            yield outcome
            self.terminal.flush()

    @property
    def streams(self) -> bool:
        """Whether the format shows items as they come, so that none has to wait for the last."""
        return showing.streams(self.terminal, self.options, output=self.settings.output.value)

    def show_pages(self, result: Result[T], pages: "Iterable[Sequence[T]]") -> None:
        """Put pages on stdout as they come, in a format that streams."""
        output = self.settings.output.value
        showing.show_pages(result, pages, self.terminal, self.options, output=output)

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
            Runtime(self.invocation, replace(self.options, profiles=(name,)), f"profile {name}: ")
            for name in self.options.profiles
        )
        for each in accounts:
            self._closing.callback(each.close)
        return accounts

    def call_accounts(self, call: "Callable[[Lightsail], T]") -> list[Outcome[T]]:
        """Ask the wanted regions of each account; one that fails hides no other."""
        return self.each_account(lambda account: account.call_regions(call))

    def each_account(self, outcomes: "Callable[[Runtime], list[Outcome[T]]]") -> list[Outcome[T]]:
        """The answers of each account, which say whose they are where there are several."""
        if not self.has_several_accounts:
            return outcomes(self)
        return [outcome for account in self.accounts for outcome in _signed(account, outcomes)]

    @property
    def has_several_accounts(self) -> bool:
        """Whether several are asked, which are then told apart."""
        return len(self.options.profiles) > 1

    def look_up(
        self, name: str, call: "Callable[[Lightsail], T]"
    ) -> tuple[list[Outcome[T]], list[LskeysError]]:
        """Ask the wanted regions about a key pair; what those say that have it, and what failed.

        Raises:
            MissingError: None of them has it; the nearest name is told.
        """
        from lskeys.keypairs import lookup

        outcomes = self.call_accounts(call)
        found, failures = lookup.partition(outcomes)
        absences = [outcome.error for outcome in outcomes if outcome.error]
        if found or failures or not absences:
            return found, failures
        raise self.missing(name, absences[0])

    def missing(self, name: str, error: LskeysError) -> MissingError:
        """The error for a name that no wanted region knows; the nearest that one knows is told."""
        from lskeys.keypairs import lookup

        where = self.options.profiles if self.has_several_accounts else self.regions
        there, _ = self.every_pair
        return lookup.missing(name, where, there, error)

    @cached_property
    def every_pair(self) -> tuple[tuple[KeyPair, ...], tuple[LskeysError, ...]]:
        """Every pair of the wanted regions that answer, and what the others said."""
        outcomes = self.call_accounts(lambda lightsail: lightsail.key_pairs(include_default=True))
        pairs = (
            replace(pair, profile=outcome.profile)
            for outcome in outcomes
            for pair in outcome.value or ()
        )
        return tuple(pairs), tuple(outcome.error for outcome in outcomes if outcome.error)

    def open_key_directory(self, path: Path) -> "AbstractContextManager[KeyDirectory]":
        """The directory keys are saved in, held; names what an interrupted run left there."""
        from lskeys import keys, storage

        keys.load()
        self.name_leftovers(path)
        return storage.open_key_directory(
            path, now=self.invocation.now, wait=self.settings.timeout.value
        )

    def name_leftovers(self, directory: Path) -> None:
        """Name, once, what an interrupted run left in a directory before it is written in."""
        from lskeys import storage

        for leftover in sorted({*storage.leftovers(directory)} - self._named):
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
        from lskeys import keys
        from lskeys.config.settings import expanded

        keys.load()
        if file is None:
            return Destination(expanded(out) if out else self.settings.out.value)
        if out is not None:
            raise UsageError("--out and --file cannot be combined", hint="choose one")
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
        from lskeys.storage import key_search

        if word != STREAM:
            return key_search.read(expanded(Path(word)), opens)
        return key_search.read_content(Path(STREAM), self.read_stdin(), _MODE_OF_A_PIPE, opens)

    def read_stdin(self) -> bytes:
        """What is piped in, up to a little more than any key has.

        Raises:
            LocalError: stdin is closed or cannot be read.
        """
        from lskeys.keys import SIZE_LIMIT

        if self.invocation.stdin is None:
            raise LocalError("stdin is closed", hint="pipe the key in, or name a file")
        try:
            return self.invocation.stdin.buffer.read(SIZE_LIMIT + 1)
        except OSError as error:
            raise LocalError(f"cannot read stdin: {(error.strerror or 'error').lower()}") from None

    @cached_property
    def local_keys(self) -> "tuple[LocalKey, ...]":
        """Every key in the key directories: where keys are put, and `~/.ssh`."""
        from lskeys.storage import key_search

        return key_search.find(self.key_directories)

    def with_local_files(self, pairs: Iterable[KeyPair]) -> list[KeyPair]:
        """The pairs with `local_files` known: the paths of their keys in the key directories."""
        from lskeys.keys.matching import with_local_files

        return with_local_files(pairs, self.local_keys)

    @property
    def key_directories(self) -> tuple[Path, ...]:
        """The directories searched for local keys."""
        from lskeys.config.settings import expanded

        return (self.settings.out.value, expanded(Path("~/.ssh")))

    def check_output(self) -> None:
        """Refuse a `--query` that is no JMESPath, or a `--null` that fits no format, up front."""
        if self.options.null:
            showing.check_null(self.options, self.settings.output.value)
        if self.options.query is not None:
            showing.check_query(self.options.query)

    def show(self, result: Result[Any]) -> None:
        """Put what was found on stdout, in the format that was asked for.

        What TAB may know is remembered before: after its result a run must have nothing left to
        do, or one that is killed there would be repeated though all of it is done.
        """
        self._remember()
        for failure in result.errors:
            complete(failure, self.options)
        result = result.of_several_accounts if self.has_several_accounts else result
        output = self.settings.output.value
        showing.show(result, self.terminal, self.options, output=output, now=self.invocation.now())

    def fail_if(self, failures: Sequence[LskeysError], succeeded: int, noun: str) -> None:
        """Raise what sums up the failures, after showing each; nothing for none."""
        if failures:
            self._fail(failures, succeeded, noun)

    def _fail(self, failures: Sequence[LskeysError], succeeded: int, noun: str) -> NoReturn:
        if len(set(failures)) == 1 and not succeeded:  # such as credentials, wanted by every region
            raise failures[0]
        if self.settings.output.value not in {"json", "jsonl"}:
            for failure in failures:
                complete(failure, self.options)
                self.terminal.error(failure)
        raise several(failures, succeeded, noun)


def _elliptic_curve() -> "EllipticCurve":
    from lskeys.keys import elliptic

    return elliptic.EllipticCurve()


def _config_file(path: Path) -> "ConfigFile":
    from lskeys.config import settings as config

    text = config.read(path)
    if not text:
        return config.ConfigFile(path, {})
    from lskeys.config import file as configfile

    return config.ConfigFile(path, configfile.parse(path, text))


def _signed(
    account: Runtime, outcomes: Callable[[Runtime], list[Outcome[T]]]
) -> Iterator[Outcome[T]]:
    """The answers of one of several accounts, or the error why it has none."""
    profile = account.options.profile
    tried = attempt("", partial(outcomes, account))
    for outcome in tried.value or [Outcome("", error=tried.error)]:
        error = outcome.error.of(profile) if outcome.error else None
        yield replace(outcome, error=error, profile=profile)
