"""What can be said about a setting, and how the words for its value are read. Pure."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

from lskeys.config.paths import expanded_if_home
from lskeys.errors import SetupError, UsageError
from lskeys.text import did_you_mean, one_line
from lskeys.values import replace, value

T = TypeVar("T")

_ACCOUNT_DIGITS = 12
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


@value
class Setting(Generic[T]):
    """A value and where it came from, in words for people."""

    value: T
    origin: str


@value
class Definition:
    """A setting as the table has it.

    Attributes:
        default: What is parsed where nothing says anything; None for no value.
        parse: Makes a value of what an option, a variable or the file says. Its ValueError says
            what the word is not, as in `is none of auto, always, never`.
        options: How its option is spelled, where that is not `--NAME` alone.
        group: The group of shared options that its option is in; "" for none.
        metavar: The word for its value on help pages; "" for a switch.
        variables: The environment variables that may say it, the first one first, where that is
            not its name behind `LSKEYS_`.
        in_file: The types that it may have in config.toml; none where it may not be there.
        choices: The words that it takes, if it takes only these.
        limits: The least and the greatest number that it takes, if it is one.
        example: A value that it takes, for a hint.
        unset: Its origin where nothing says it.
    """

    default: Any
    parse: Callable[[Any], Any]
    help: str
    options: tuple[str, ...] = ()
    group: str = ""
    metavar: str = ""
    variables: tuple[str, ...] = ()
    in_file: tuple[type, ...] = ()
    is_repeatable: bool = False
    choices: tuple[str, ...] = ()
    limits: tuple[float, float] | None = None
    example: str = "1"
    unset: str = "default"

    def named(self, name: str) -> "Definition":
        """The definition with the option and the variable that follow from the setting's name."""
        options = self.options or (f"--{name.replace('_', '-')}",)
        return replace(
            self, options=options, variables=self.variables or (f"LSKEYS_{name.upper()}",)
        )

    def resolve(
        self, option: object, environ: Mapping[str, str], filed: Setting[Any] | None
    ) -> Setting[Any]:
        """The first that says something: option, variables in their order, file, default.

        Raises:
            UsageError: What its option says is no value of this setting.
            SetupError: What something else says is none.
        """
        default = None if self.default is None else self.parse(self.default)
        return next(self.said(option, environ, filed), Setting(default, self.unset))

    def said(
        self, option: object, environ: Mapping[str, str], filed: Setting[Any] | None
    ) -> Iterator[Setting[Any]]:
        """What is said of it, the strongest first."""
        said = [Setting(option, self._flag)]
        said += [Setting(environ.get(each), f"environment {each}") for each in self.variables]
        said += [filed] if filed else []
        for each in said:
            value = self._parsed(each) if each.value and str(each.value).strip() else None
            if value not in (None, ()):
                yield Setting(value, each.origin)

    def _parsed(self, said: Setting[Any]) -> Any:  # noqa: ANN401  a value of any setting
        try:
            return self.parse(said.value)
        except ValueError as error:
            word = one_line(str(said.value))
            example = f"{self.default:g}" if self.limits else self.example
            is_option = said.origin == self._flag
            such_as = f"{self.options[0]} " if is_option else f"{self.variables[0]}="
            raise (UsageError if is_option else SetupError)(
                f"{word} (from {said.origin}) {error}",
                hint=did_you_mean(word, self.choices)
                if self.choices
                else f"such as {such_as}{example}",
            ) from None

    @property
    def _flag(self) -> str:
        return f"flag {self.options[0]}"


def text(said: str) -> str:
    """Any text."""
    return said


def account(said: str) -> str:
    """The number of an AWS account."""
    if not (len(said) == _ACCOUNT_DIGITS and said.isascii() and said.isdigit()):
        raise ValueError("is not an account number of twelve digits")
    return said


def words(said: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Words with commas or blanks between, or a list of words with commas between."""
    if isinstance(said, str):
        return tuple(said.replace(",", " ").split())
    return tuple(word for each in said for word in each.split(","))


def directory(said: str | Path) -> Path:
    """A path, in which `~` is the home directory, if there is one."""
    path = Path(said)
    return expanded_if_home(path) or path


def one_of(*choices: str) -> Callable[[str], str]:
    """One of these words."""

    def parse(said: str) -> str:
        if said not in choices:
            raise ValueError(f"is none of {', '.join(choices)}")
        return said

    return parse


def switch(said: str | bool) -> bool:  # noqa: FBT001  what an option says
    """Yes or no."""
    word = str(said).strip().lower()
    if word not in _TRUE | _FALSE:
        raise ValueError("is neither yes nor no")
    return word in _TRUE


def number(least: float, greatest: float, unit: str) -> Callable[[str | float], float]:
    """A number between these."""

    def parse(said: str | float) -> float:
        try:
            value = float(said)
        except ValueError:
            value = float("nan")
        if not least <= value <= greatest:  # which NaN is never
            raise ValueError(f"is no number of {unit} from {least:g} to {greatest:g}")
        return value

    return parse
