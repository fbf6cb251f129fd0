"""What is compared with what, and what must come of it. Pure.

A command is one line of a shell, started without one where it is a single program. `{run}` is
the number of the run, for names that may be used once; `{lazy}` are the programs of a Python that
loads modules when they are used (PEP 810).
"""

from dataclasses import dataclass

COMPLETION = "lskeys _complete names ''"
"""What a shell runs at TAB to get the names of key pairs."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is wanted of one quantity: our median over theirs, or our peak over a smaller run's.

    Attributes:
        quantity: wall, cpu or peak; `each` is the CPU above that of a list of five pairs, so of
            each further pair; growth is MiB of our peak above that of such a list.
        limit: The most it may be.
    """

    quantity: str
    limit: float


@dataclass(frozen=True, slots=True)
class Case:
    """A command of ours, one of theirs that does the same, and what is wanted.

    Attributes:
        name: What it is called in the table.
        ours: A command line.
        theirs: A command line of the other side, or several behind one another.
        targets: What is wanted.
        account: Which of the server's accounts is used: few, many, changing, profiles (few, by
            twenty profiles) or slow (the same, each response after 0.3 s).
        environ: Variables of theirs alone.
        ends: The exit codes that are no failure.
        is_lazy: Whether it is about a Python that loads modules when they are used.
    """

    name: str
    ours: str
    theirs: str
    targets: tuple[Target, ...]
    account: str = "few"
    environ: tuple[tuple[str, str], ...] = ()
    ends: tuple[int, ...] = (0,)
    is_lazy: bool = False


_AWS = "aws lightsail"
_PAIRS = f"{_AWS} get-key-pairs"
_PAIR = f"{_AWS} get-key-pair --key-pair-name"
_DEFAULT = f"{_AWS} get-key-pairs --include-default-key-pair"
_INSTANCES = f"{_AWS} get-instances"
_DOWNLOAD = f"{_AWS} download-default-key-pair"
_DELETE = f"{_AWS} delete-key-pair --key-pair-name"
_ALL_REGIONS = (
    f"{_AWS} get-regions --query 'regions[].name' --output text | tr '\\t' '\\n'"
    f" | xargs -P16 -I{{}} {_PAIRS} --region {{}}"
)
_EVERYWHERE = (
    f"regions=$({_AWS} get-regions --query 'regions[].name' --output text);"
    " for profile in $(sed -n 's/^.profile \\(.*\\).$/\\1/p' $AWS_CONFIG_FILE); do"
    " for region in $regions; do"
    ' echo "--profile $profile --region $region"; done; done'
    f" | xargs -P16 -L1 {_PAIRS}"
)
_EAGERLY = "{lazy}/python -c 'from lskeys.cli.process import main; main()'"
_FINGERPRINT = (
    f"fingerprint=$({_DEFAULT} --output text"
    " --query \"keyPairs[?name=='LightsailDefaultKeyPair'].fingerprint\")"
)

_OTHER = (Target("wall", 0.6),)


def _grows(options: str) -> Case:
    return Case(f"20,000 pairs, {options}", f"lskeys list {options}", _PAIRS, _FLAT, account="many")


_FLAT = (Target("each", 0.5), Target("growth", 8.0))

CASES = (
    Case("list in a pipe", "lskeys list", _PAIRS, (Target("wall", 0.46), Target("peak", 0.62))),
    Case("list -o table", "lskeys list -o table", _PAIRS, (Target("wall", 0.6),)),
    Case(
        "list --all-regions", "lskeys list --all-regions", _ALL_REGIONS, (Target("wall", 1 / 15),)
    ),
    Case(
        "list of 20 profiles, and of one",
        "lskeys list --all-profiles",
        "lskeys list",
        (Target("wall", 1.8),),
        account="slow",
    ),
    Case(
        "list of 20 profiles x 19 regions",
        "lskeys list --all-profiles --all-regions",
        _EVERYWHERE,
        (Target("wall", 1 / 40),),
        account="profiles",
    ),
    _grows("-o jsonl"),
    _grows("-o text"),
    _grows("-o csv"),
    _grows("-q"),
    Case("20,000 pairs, -o json", "lskeys list -o json", _PAIRS, _OTHER, account="many"),
    Case("20,000 pairs, -o table", "lskeys list -o table", _PAIRS, _OTHER, account="many"),
    Case(
        "TAB",
        COMPLETION,
        "aws_completer",
        (Target("wall", 0.12),),
        environ=(("COMP_LINE", "aws lightsail "), ("COMP_POINT", "14")),
    ),
    Case("TAB, and bare Python", COMPLETION, "python -c pass", (Target("wall", 3.0),)),
    Case("--version", "lskeys --version", "aws --version", (Target("wall", 0.3),)),
    Case("--help", "lskeys --help", "aws --version", (Target("wall", 0.5),)),
    Case("list --in-use", "lskeys list --in-use", f"{_PAIRS} && {_INSTANCES}", _OTHER),
    Case("show", "lskeys show pair-1", f"{_PAIR} pair-1 && {_INSTANCES}", _OTHER),
    Case(
        "create",
        "lskeys create ours-new-{run} --type ed25519 --out keys",
        f"{_PAIR} theirs-{{run}} && {_AWS} import-key-pair --key-pair-name theirs-new-{{run}}"
        f' --public-key-base64 "$(cat key.pub)" && {_PAIR} theirs-new-{{run}}',
        _OTHER,
        account="changing",
    ),
    Case(
        "import",
        "lskeys import ours-other-{run} key.pub",
        f"{_AWS} import-key-pair --key-pair-name theirs-other-{{run}}"
        f' --public-key-base64 "$(cat key.pub)" && {_PAIR} theirs-other-{{run}}',
        _OTHER,
        account="changing",
    ),
    Case(
        "download-default",
        "lskeys download-default --out keys",
        f"{_DEFAULT} && {_DOWNLOAD}",
        _OTHER,
    ),
    Case(
        "delete",
        "lskeys delete ours-{run} --yes",
        f"{_PAIR} theirs-{{run}} && {_DELETE} theirs-{{run}}",
        _OTHER,
        account="changing",
    ),
    Case(
        "rotate-default",
        "lskeys rotate-default --yes --out keys-{run}",
        f"{_INSTANCES} && {_FINGERPRINT} && {_DOWNLOAD} && {_DELETE} LightsailDefaultKeyPair"
        f' --expected-fingerprint "$fingerprint" && {_DOWNLOAD} && {_DEFAULT}',
        _OTHER,
        account="changing",
    ),
    Case(
        "tag",
        "lskeys tag kept stage=test",
        f"{_PAIR} kept && {_AWS} tag-resource --resource-name kept --tags key=stage,value=test",
        _OTHER,
        account="changing",
    ),
    Case(
        "untag",
        "lskeys untag kept-too stage",
        f"{_PAIR} kept-too && {_AWS} untag-resource --resource-name kept-too --tag-keys stage",
        _OTHER,
        account="changing",
    ),
    Case("fingerprint --match", "lskeys fingerprint key.pub --match", _DEFAULT, _OTHER),
    Case("audit", "lskeys audit", f"{_DEFAULT} && {_INSTANCES}", _OTHER, ends=(0, 6)),
    Case("ssh-config", "lskeys ssh-config", f"{_DEFAULT} && {_INSTANCES}", _OTHER),
    Case("regions", "lskeys regions", f"{_AWS} get-regions", _OTHER),
    Case("config", "lskeys config", "aws configure list", _OTHER),
    Case(
        "list, modules loaded when used, or not",
        "{lazy}/lskeys list",
        f"{_EAGERLY} list",
        (Target("wall", 0.9),),
        is_lazy=True,
    ),
    Case(
        "--version, modules loaded when used, or not",
        "{lazy}/lskeys --version",
        f"{_EAGERLY} --version",
        (Target("wall", 0.8),),
        is_lazy=True,
    ),
)
