"""audit: this disk against the account. Touches: what the runtime hands it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from lskeys import audit as findings
from lskeys import storage as keystore
from lskeys.audit import MENDABLE, Code, Evidence, Finding, Lskeys
from lskeys.cli.options import Connection, Output, Program, Safety, verb
from lskeys.cli.runtime import Runtime
from lskeys.concurrency import Pending
from lskeys.config.settings import ALL_REGIONS
from lskeys.errors import DeclinedError, FindingsError, RefusedError, UsageError
from lskeys.model import Answer, Instance, KeyPair, Place, attempt
from lskeys.output.result import Sheet
from lskeys.output.views.findings import FINDINGS
from lskeys.storage import key_search as localkeys
from lskeys.text import did_you_mean

if TYPE_CHECKING:
    from lskeys.lightsail import Lightsail


@verb(Connection, Output, Program, Safety, takes_profiles=True)
def audit_keys(
    run: Runtime,
    *,
    max_age: Annotated[
        int | None,
        typer.Option(
            "--max-age", metavar="DAYS", min=0, help="Pairs older than this are findings."
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option("--ignore", metavar="CODE", help="Not these findings; may be given again."),
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Mend loose permissions and missing public halves.")
    ] = False,
) -> None:
    """Compare the key folders with the account, and tell what is wrong and what mends it.

    Several profiles are judged together: a key is at home in any of them.

    Exit code 6 if anything was found, 0 if not, 7 if a region did not answer. The findings:

    * loose-permissions: others have rights on a private key, or may write in a key folder

    * mismatched-key: a file named as a pair's (NAME.pem) holds another key

    * wrong-public: a .pub is not the public half of the private key beside it

    * missing-private: no file in the key folders holds the private half of a pair

    * stale-default: instances name a default pair that is younger than they are

    * no-fingerprint: AWS reports none for a pair, so nothing can be verified

    * hidden-key: an encrypted .pem does not tell whose key it is

    * orphaned-key: a .pem belongs to no pair; other private keys are taken for personal ones

    * duplicate-key: two pairs of different names have the same key

    * shared-key: pairs of the same name in several regions have the same key

    * old-pair: a pair is older than --max-age

    * unused-pair: no instance names a pair; snapshots and authorized_keys cannot be seen

    * missing-public: a pair's private key has no .pub beside it

    Examples:
        lskeys audit --max-age 365
        lskeys audit --all-regions --ignore unused-pair --fix --yes
    """
    ignored = _codes(ignore or ())
    for folder in dict.fromkeys(run.key_folders):
        run.name_leftovers(folder)
    answers = run.ask_accounts(_look)
    errors = [answer.error for answer in answers if answer.error]
    seen = [answer.value.of(answer.profile) for answer in answers if answer.value]
    if not seen:
        run.fail_if(errors, 0, "regions")
    errors += [each.instances.error for each in seen if each.instances.error]
    found = findings.judge(_evidence(run, answers, seen, max_age), ignored)
    mended = _mend(run, [each for each in found if each.code in MENDABLE]) if fix else []
    failed = [answer.error for answer in mended if answer.error]
    left = [each for each in found if each not in {answer.value for answer in mended}]
    run.show(Sheet(FINDINGS, left, [*errors, *failed]))
    whole_regions = len(errors) + len(failed) == len(answers) - len(seen)
    succeeded = len(seen) + len(mended) - len(failed)
    run.fail_if([*errors, *failed], succeeded, "regions" if whole_regions else "steps")
    _conclude(run, left, sum(len(each.pairs) for each in seen))


@dataclass(frozen=True, slots=True)
class _Seen:
    """A region's pairs, and its instances, which may be denied to who may see the pairs."""

    pairs: tuple[KeyPair, ...]
    instances: Answer[tuple[Instance, ...]]

    def of(self, profile: str | None) -> "_Seen":
        """The same, which says whose account it is in, where several are asked."""
        if self.instances.error:
            self.instances.error.of(profile)
        return replace(self, pairs=tuple(replace(pair, profile=profile) for pair in self.pairs))


def _look(lightsail: "Lightsail") -> _Seen:
    pending = Pending(lightsail.instances)
    pairs = lightsail.key_pairs(include_default=True)
    instances = attempt(lightsail.region, pending.result)
    if instances.value is None:
        return _Seen(pairs, instances)
    known = instances.value
    return _Seen(tuple(pair.with_usage(known) for pair in pairs), instances)


def _codes(words: Sequence[str]) -> frozenset[Code]:
    known = tuple(code.value for code in Code)
    unknown = next((word for word in words if word not in known), None)
    if unknown is not None:
        raise UsageError(
            f"--ignore: there is no finding {unknown or 'without a code'}",
            hint=did_you_mean(unknown, known) or f"findings are {', '.join(known)}",
        )
    return frozenset(Code(word) for word in words)


def _evidence(
    run: Runtime, answers: Sequence[Answer[_Seen]], seen: Sequence[_Seen], max_age: int | None
) -> Evidence:
    return Evidence(
        places=tuple(_place(answer) for answer in answers),
        everywhere=ALL_REGIONS in run.settings.regions.value,
        silent=frozenset(_place(answer) for answer in answers if answer.error),
        pairs=tuple(pair for each in seen for pair in each.pairs),
        keys=run.local_keys,
        folders=localkeys.survey(run.key_folders),
        now=run.launch.now(),
        max_age=max_age,
        lskeys=Lskeys(run.asked.profiles, _account_options(run)),
    )


def _place(answer: Answer[_Seen]) -> Place:
    return Place(answer.region, answer.profile or "")


def _account_options(run: Runtime) -> tuple[str, ...]:
    """What else the command line said about whom to ask; variables and files go on saying it."""
    asked = run.asked
    return (
        *(("--endpoint-url", asked.endpoint_url) if asked.endpoint_url else ()),
        *(("--sandbox",) if asked.sandbox else ()),
    )


def _mend(run: Runtime, mendable: Collection[Finding]) -> list[Answer[Finding]]:
    """Mend what was agreed to; what could not be mended is an error, and stays a finding."""
    if not mendable:
        return []
    _consent(run, mendable)
    if run.asked.dry_run:
        return []
    answers = [attempt(each.region or "", partial(_mended, each)) for each in mendable]
    for answer in answers:
        if answer.value and not run.asked.quiet:
            run.terminal.note(f"mended {answer.value.code}: {answer.value.subject}")
    return answers


def _mended(finding: Finding) -> Finding:
    """A finding, after what it is about was mended."""
    file = finding.file
    assert file is not None
    if finding.code is Code.MISSING_PUBLIC:
        keystore.complete(file)
    elif file.is_dir():
        keystore.close_folder(file)
    else:
        keystore.close_file(file)
    return finding


def _consent(run: Runtime, mendable: Collection[Finding]) -> None:
    if run.asked.yes and not run.asked.dry_run:
        return
    if not run.terminal.can_ask and not run.asked.dry_run:
        raise RefusedError(
            "mending asks first, and there is nobody to ask", hint="to mend unasked, add --yes"
        )
    for each in mendable:
        run.terminal.note(f"would mend {each.code}: {each.subject}")
    if run.asked.dry_run:
        return
    if run.terminal.ask("Mend this? [y/N]").lower() not in {"y", "yes"}:
        raise DeclinedError("you said no; nothing was changed")


def _conclude(run: Runtime, left: Sequence[Finding], pairs: int) -> None:
    where = _asked(run)
    if left:
        hint = "each comes with the command that mends it, or is the first step to that"
        if any(each.code in MENDABLE for each in left):
            hint = "--fix mends loose-permissions and missing-public; for others see the command"
        raise FindingsError(f"{_counted(len(left), 'finding')} in {where}", hint=hint)
    if not run.asked.quiet:
        files = _counted(len(run.local_keys), "local key file")
        run.terminal.note(f"no findings in {where}: {_counted(pairs, 'key pair')}, {files}")


def _asked(run: Runtime) -> str:
    if run.has_several_accounts:
        return ", ".join(run.asked.profiles)
    return run.regions[0] if len(run.regions) == 1 else f"{len(run.regions)} regions"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
