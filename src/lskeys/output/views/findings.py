"""View of the findings of `audit`. Pure."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from lskeys.audit import Code, Finding
from lskeys.audit.finding import Severity
from lskeys.output.result import Cell, Column, Tone, View
from lskeys.output.views.formatting import without_none


def raw_finding(finding: Finding) -> dict[str, Any]:
    """A finding as JSON; region, name and profile are those of the key pair."""
    return without_none(
        {
            "code": finding.code.value,
            "severity": finding.severity.value,
            "message": finding.message,
            "region": finding.region,
            "name": finding.name,
            "profile": finding.profile,
            "file": str(finding.file) if finding.file else None,
            "command": finding.command,
        }
    )


_TONES = {Severity.ERROR: Tone.BAD, Severity.WARNING: Tone.STRONG, Severity.INFO: Tone.FAINT}


def _groups(findings: Sequence[Finding]) -> Iterator[Sequence[Cell]]:
    """The findings of a kind together: a line for each subject, and the command that fixes it."""
    for position, ((severity, code), group) in enumerate(groupby(findings, _kind)):
        if position:
            yield ()
        yield (Cell(f"{severity}: {code}", _TONES[severity]),)
        for each in group:
            where = ", ".join(filter(None, (each.profile, each.region)))
            yield (
                Cell(f"  {each.subject}{f' ({where})' if where else ''}", Tone.STRONG),
                Cell(each.message),
            )
            if each.command:
                yield (
                    Cell(f"    {'Fix' if each.is_fixable else 'Next'}: {each.command}", Tone.FAINT),
                )


def _kind(finding: Finding) -> tuple[Severity, Code]:
    return finding.severity, finding.code


FINDINGS: View[Finding] = View(
    member="findings",
    columns=(
        Column("code", lambda finding: finding.code.value),
        Column("region", lambda finding: finding.region or ""),
        Column("subject", lambda finding: finding.subject),
        Column("message", lambda finding: finding.message),
        Column("command", lambda finding: finding.command or ""),
        Column("severity", lambda finding: finding.severity.value),
        Column("profile", lambda finding: finding.profile or "", is_extra=True),
    ),
    drawn=_groups,
    identity=lambda finding: finding.subject,
    raw=raw_finding,
)
