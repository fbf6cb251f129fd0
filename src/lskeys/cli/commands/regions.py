"""regions: the regions Lightsail has for this account. Touches: what the runtime hands it."""

from dataclasses import replace

from lskeys.cli.options import Connection, Output, Program, verb
from lskeys.cli.runtime import Runtime
from lskeys.model import Answer
from lskeys.output.result import Sheet
from lskeys.output.views.regions import REGIONS


@verb(Connection, Output, Program, takes_profiles=True)
def list_regions(run: Runtime) -> None:
    """List the regions Lightsail has for this account.

    Where the account does not tell, the list that came with botocore is shown.

    Examples:
        lskeys regions
        lskeys regions --quiet
    """
    answers = run.each_account(lambda account: [Answer("", account.where.directory)])
    regions = [
        replace(region, profile=answer.profile)
        for answer in answers
        for region in answer.value or ()
    ]
    errors = [answer.error for answer in answers if answer.error]
    if regions:
        run.show(Sheet(REGIONS, regions, errors))
    run.fail_if(errors, len(answers) - len(errors), "accounts")
