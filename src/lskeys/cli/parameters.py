"""Options and arguments as plain values, whatever parses them. Pure."""

from lskeys.values import value


@value
class Option:
    """An option; `metavar` is "" if it takes no value."""

    flags: tuple[str, ...]
    metavar: str
    help: str
    panel: str = "Options"
    choices: tuple[str, ...] = ()
    is_repeatable: bool = False

    @property
    def takes_value(self) -> bool:
        """Whether it takes a value."""
        return bool(self.metavar)

    @property
    def spelled(self) -> str:
        """As help pages have it: `-r, --region REGION`."""
        return f"{', '.join(sorted(self.flags, key=len))} {self.metavar}".rstrip()


@value
class Argument:
    """An argument; `metavar` is as in the usage line."""

    metavar: str
    help: str
    choices: tuple[str, ...] = ()

    @property
    def noun(self) -> str:
        """The metavar without brackets and dots."""
        return argument_name(self.metavar)

    @property
    def is_repeatable(self) -> bool:
        """Whether it may be given more than once."""
        return self.metavar.endswith(("...", "...]"))


def argument_name(metavar: str) -> str:
    """What an argument is called: GLOB for [GLOB]..., KEY[=VALUE] for KEY[=VALUE]...."""
    word = metavar.replace("...", "")
    return word[1:-1] if word.startswith("[") and word.endswith("]") else word
