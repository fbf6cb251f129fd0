"""config: every setting, its value and its origin. Touches: what the runtime hands it."""

from lskeys.options import Connection, Output, Program, verb
from lskeys.provenance import in_force
from lskeys.runtime import Runtime
from lskeys.sheet import Sheet
from lskeys.views import SETTINGS


@verb(Connection, Output, Program)
def show_config(run: Runtime) -> None:
    """Show every setting, its value and where it came from.

    Nothing is asked of AWS, and no credentials are needed.
    """
    around = run.surroundings
    failures = [around.trouble] if around.trouble else []
    run.show(Sheet(SETTINGS, in_force(run.settings, around), failures))
    run.fail_if(failures, 0, "settings")
