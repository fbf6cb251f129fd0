"""regions: the regions Lightsail has for this account. Touches: what the runtime hands it."""

from lskeys.cli.options import READ_OPTIONS, verb
from lskeys.cli.runtime import Runtime
from lskeys.cli.runtime.output import finish
from lskeys.cli.runtime.queries import query_accounts
from lskeys.output.result import Result
from lskeys.output.views.regions import REGIONS


@verb(*READ_OPTIONS, takes_profiles=True)
def list_regions(run: Runtime) -> None:
    """List the Lightsail regions of the account.

    If AWS returns no list, the list bundled with botocore is shown.

    Examples:
        lskeys regions
        lskeys regions --quiet
    """
    outcomes = query_accounts(run, lambda account: account.regions.directory)
    regions = [region for found in outcomes.values for region in found]
    finish(run, Result(REGIONS, regions), outcomes, "accounts")
