"""regions: the regions Lightsail has for this account. Touches: what the runtime hands it."""

from dataclasses import replace

from lskeys.cli.options import ConnectionOptions, OutputOptions, ProgramOptions, verb
from lskeys.cli.runtime import Runtime
from lskeys.model import Outcome
from lskeys.output.result import Result
from lskeys.output.views.regions import REGIONS


@verb(ConnectionOptions, OutputOptions, ProgramOptions, takes_profiles=True)
def list_regions(run: Runtime) -> None:
    """List the regions Lightsail has for this account.

    Where the account does not tell, the list that came with botocore is shown.

    Examples:
        lskeys regions
        lskeys regions --quiet
    """
    outcomes = run.each_account(lambda account: [Outcome("", account.where.directory)])
    regions = [
        replace(region, profile=outcome.profile)
        for outcome in outcomes
        for region in outcome.value or ()
    ]
    errors = [outcome.error for outcome in outcomes if outcome.error]
    if regions:
        run.show(Result(REGIONS, regions, errors))
    run.fail_if(errors, len(outcomes) - len(errors), "accounts")
