"""View of the findings of `audit`. Pure."""

from typing import Any

from lskeys.audit import Finding
from lskeys.output.result import Column, View
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


FINDINGS: View[Finding] = View(
    member="findings",
    columns=(
        Column("code", "CODE", lambda finding: finding.code.value),
        Column("region", "REGION", lambda finding: finding.region or ""),
        Column("subject", "SUBJECT", lambda finding: finding.subject, folds=True),
        Column("message", "FINDING", lambda finding: finding.message, folds=True),
        Column("command", "COMMAND", lambda finding: finding.command or "", folds=True),
        Column("severity", "SEVERITY", lambda finding: finding.severity.value),
        Column("profile", "PROFILE", lambda finding: finding.profile or ""),
    ),
    standard=("code", "region", "subject", "message", "command", "severity"),
    identity=lambda finding: finding.subject,
    raw=raw_finding,
)
