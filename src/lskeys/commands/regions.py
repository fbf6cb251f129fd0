"""regions: the regions Lightsail has for this account. Touches: what the runtime hands it."""

from lskeys.options import Connection, Output, Program, verb
from lskeys.runtime import Runtime
from lskeys.sheet import Sheet
from lskeys.views.regions import REGIONS


@verb(Connection, Output, Program)
def list_regions(run: Runtime) -> None:
    """List the regions Lightsail has for this account.

    Where the account does not tell, the list that came with botocore is shown.

    Examples:
        lskeys regions
        lskeys regions --quiet
    """
    run.show(Sheet(REGIONS, run.directory))
