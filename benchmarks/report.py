"""What was measured, as a table of Markdown that is read as it is. Touches: the document."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.cases import Target
from benchmarks.measure import Measured, Spent
from benchmarks.place import Place, version

BEGIN = "<!-- measured: begin; written by make bench-record -->"
END = "<!-- measured: end -->"
_HEADINGS = (
    "work",
    "lskeys: wall (min-max), CPU, peak",
    "against: wall (min-max), CPU, peak",
    "ratio of",
    "is",
    "target",
    "",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: one target of one case."""

    cells: tuple[str, ...]
    is_met: bool


def rows(measured: Measured) -> list[Row]:
    """A line for each target of what was measured."""
    return [_row(measured, target) for target in measured.case.targets]


def document(rows: Sequence[Row], steps: Mapping[str, float], place: Place, *, runs: int) -> str:
    """All that was measured, with machine, versions and date."""
    widths = [max(len(row.cells[n]) for row in rows) for n in range(len(_HEADINGS))]
    table = [_line(_HEADINGS, widths), _line(["-" * width for width in widths], widths)]
    table += [_line(row.cells, widths) for row in rows]
    missed = sum(not row.is_met for row in rows)
    summary = f"{missed} of {len(rows)} targets missed." if missed else "Every target is met."
    parts = [f"| {step} | {milliseconds:.0f} |" for step, milliseconds in steps.items()]
    measured = (
        f"Measured on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {runs} runs of each in turn,"
        f" or as many as it says; medians. {summary}"
    )
    machine = (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()},"
        f" Python {platform.python_version()}; {version(place.ours / 'bin' / 'lskeys')};"
        f" {version(place.theirs / 'bin' / 'aws')}"
    )
    return "\n".join(
        [
            measured,
            "",
            machine,
            "",
            *table,
            "",
            "One `lskeys list` of five pairs, step by step:",
            "",
            "| step | ms |",
            "|---|---|",
            *parts,
        ]
    )


def record(path: Path, text: str) -> None:
    """Write it between the marks of a document."""
    before, _, rest = path.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")


def _row(measured: Measured, target: Target) -> Row:
    case = measured.case
    value = _value(measured, target)
    is_met = value <= target.limit
    unit = " MiB" if target.quantity == "growth" else ""
    return Row(
        (
            case.name,
            _cell(measured.ours),
            _cell(measured.theirs) + _fewer_runs(measured),
            target.quantity,
            f"{value:.2f}{unit}" if target.limit >= 0.1 else f"{value:.3f}",  # noqa: PLR2004
            f"≤ {target.limit:.3g}{unit}",
            "met" if is_met else "MISSED",
        ),
        is_met,
    )


def _value(measured: Measured, target: Target) -> float:
    if target.quantity == "growth":
        few = median(each.peak for each in measured.ours_of_few)
        return median(each.peak for each in measured.ours) - few
    if target.quantity == "each":
        ours = _further(measured.ours, measured.ours_of_few)
        return ours / _further(measured.theirs, measured.theirs_of_few)
    ours, theirs = (
        median(getattr(each, target.quantity) for each in side)
        for side in (measured.ours, measured.theirs)
    )
    return float(ours / theirs)


def _further(many: Sequence[Spent], few: Sequence[Spent]) -> float:
    """The CPU of the further pairs, of the least disturbed runs (noise only ever adds)."""
    return min(each.cpu for each in many) - min(each.cpu for each in few)


def _cell(side: Sequence[Spent]) -> str:
    walls = [each.wall * 1000 for each in side]
    cpu = median(each.cpu for each in side) * 1000
    peak = median(each.peak for each in side)
    return (
        f"{median(walls):.0f} ms ({min(walls):.0f}-{max(walls):.0f}), {cpu:.0f} ms, {peak:.0f} MiB"
    )


def _fewer_runs(measured: Measured) -> str:
    """How often the other side was run, where it was less often."""
    runs = len(measured.theirs)
    return f"; {runs} run{'s'[: runs - 1]}" if runs < len(measured.ours) else ""


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"


def _processor() -> str:
    """The processor's name, on Linux."""
    try:
        info = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in info.splitlines() if "model name" in line]
    return names[0] if names else platform.machine()
