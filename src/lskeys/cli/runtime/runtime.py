"""The tools of one run. Touches: whatever the tool it hands out touches."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING

from lskeys.cli.runtime import sandbox as sandboxes
from lskeys.cli.runtime.accounts import Account
from lskeys.cli.runtime.core_dumps import forbid_core_dumps
from lskeys.cli.runtime.invocation import Invocation, SharedOptions
from lskeys.cli.runtime.key_files import KeyFiles
from lskeys.cli.runtime.profiles import choose_profiles
from lskeys.errors import UsageError
from lskeys.model import SeenNames
from lskeys.output.terminal import Terminal
from lskeys.text import is_glob

if TYPE_CHECKING:
    from lskeys.config.settings import ConfigFile, Settings
    from lskeys.keys.elliptic import EllipticCurve
    from lskeys.lightsail import AccountSession
    from lskeys.output.formats import Format
    from lskeys.storage.cache import CacheDirectory


class Runtime:
    """The tools of one run, each made when it is first needed."""

    def __init__(self, invocation: Invocation, options: SharedOptions) -> None:
        self.invocation = invocation
        self.options = options
        self._closing = ExitStack()
        self._opened: list[Account] = []

    def close(self) -> None:
        """Give back what was opened; remember for TAB which names were seen."""
        if "terminal" in vars(self):
            self.terminal.stop()
        self._closing.close()
        self.remember()

    def remember(self) -> None:
        """Remember for TAB which names were seen."""
        for account in self._opened:
            account.remember(self.invocation.environ, self.options)

    @cached_property
    def settings(self) -> "Settings":
        """Every setting, decided."""
        return self.settings_without()

    def settings_without(self, *options: str) -> "Settings":
        """The settings that a run without these options would have."""
        from lskeys.config.settings import resolve

        given = self.options.settings.items()
        left = {name: value for name, value in given if name not in options}
        return resolve(left, self.invocation.environ, _config_file())

    @cached_property
    def format(self) -> "Format | None":
        """The output format that was chosen; None where stdout decides."""
        from lskeys.output.formats import chosen

        return chosen(self.settings.output)

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
            quiet=self.options.quiet,
            debug=settings.debug.value,
            json_errors=self.format is not None and self.format.is_json,
        )

    @cached_property
    def key_files(self) -> KeyFiles:
        """The key files on this computer."""
        forbid_core_dumps()
        invocation, settings = self.invocation, self.settings
        return KeyFiles(
            (settings.out.value, settings.ssh_directory),
            self.terminal,
            invocation.stdin,
            invocation.now,
            settings.timeout.value,
        )

    @cached_property
    def profiles(self) -> tuple[str, ...]:
        """The profiles whose accounts are named; none where one account is queried.

        Raises:
            SetupError: A pattern stands for none, or no profile has credentials.
        """
        options = self.options
        words = ("*",) if options.all_profiles else options.profiles
        if not options.may_be_several:
            return ()
        if not any(map(is_glob, words)):
            return words
        from lskeys import lightsail

        chosen = choose_profiles(words, lightsail.profiles())
        if chosen.without_credentials:
            names = ", ".join(chosen.without_credentials)
            self.terminal.report(f"left out, without credentials: {names}")
        return chosen.profiles

    @cached_property
    def accounts(self) -> tuple[Account, ...]:
        """The accounts to query.

        Raises:
            UsageError: The sandbox, which has one account, is to be queried for several.
        """
        if self.options.may_be_several and self.settings.sandbox.value:
            raise UsageError(
                "the sandbox has one account, and no profiles",
                hint="leave --profile and --all-profiles out",
            )
        self._opened += [
            Account(whose, self.settings, self._connect, self.terminal.note)
            for whose in self.profiles or ("",)
        ]
        return tuple(self._opened)

    @property
    def account(self) -> Account:
        """The account, of a verb that takes one profile."""
        return self.accounts[0]

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions to query of that account; SetupError where none is set."""
        return self.account.regions.selected

    def _connect(self, whose: str, record: Callable[[SeenNames], None]) -> "AccountSession":
        """A session with AWS, or with the sandbox: the same calls over the same wire."""
        from lskeys.lightsail import AccountSession, ConnectionSettings, SessionHooks

        settings = self.settings
        endpoint_url, access_key, number = settings.endpoint_url.value, None, None
        if settings.sandbox.value:
            if self.options.endpoint_url is not None:
                raise UsageError(
                    "the sandbox and --endpoint-url cannot be combined",
                    hint="leave one of them out",
                )
            endpoint_url, access_key, number = self._sandbox
        connection = ConnectionSettings(
            profile=None if access_key else whose or settings.profile.value,
            region=next(iter(settings.home_regions), None),
            endpoint_url=endpoint_url,
            access_key=access_key,
            timeout=settings.timeout.value,
            expected_account=settings.expect_account.value,
            account=number,
            cache=self._cache,
            whose=whose,
        )
        hooks = SessionHooks(
            trace=self.terminal.trace,
            record=record,
            prompt=self.terminal.no_prompt or self._prompt,
            curve=_elliptic_curve,
            waiting=self.terminal.waiting,
        )
        session = AccountSession(connection, hooks)
        self._closing.callback(session.close)
        return session

    def _prompt(self, call: str) -> str:
        """A typed line, also for a thread: the terminal belongs to the thread that waits for it."""
        from lskeys import concurrency

        return concurrency.in_waiting_thread(lambda: self.terminal.prompt(call))

    @cached_property
    def _cache(self) -> "CacheDirectory | None":
        from lskeys.config.paths import cache_path
        from lskeys.storage.cache import CacheDirectory

        path = cache_path()
        return CacheDirectory(path) if path else None

    @cached_property
    def _sandbox(self) -> tuple[str, tuple[str, str], str]:
        """The address of the sandbox, its access key, and the number of its account."""
        from lskeys import sandbox
        from lskeys.config.paths import sandbox_path

        running = sandboxes.server(sandbox_path(), self.invocation.now)
        server = self._closing.enter_context(running)
        self.terminal.report("using the local sandbox, not AWS")
        access_key = (sandbox.ACCESS_KEY_ID, sandbox.SECRET_ACCESS_KEY)
        return server.endpoint, access_key, sandbox.ACCOUNT


def _elliptic_curve() -> "EllipticCurve":
    from lskeys.keys import elliptic

    return elliptic.EllipticCurve()


def _config_file() -> "ConfigFile":
    from lskeys.config import paths, reading
    from lskeys.config.settings import ConfigFile

    path = paths.config_path()
    text = reading.read(path) if path else None
    if path is None or not text:
        return ConfigFile(path, {})
    from lskeys.config import file

    return ConfigFile(path, file.parse(path, text))
