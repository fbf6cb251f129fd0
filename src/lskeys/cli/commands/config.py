"""config: every setting, its value and its origin. Touches: what the runtime hands it."""

import os

from lskeys.cli.options import READ_OPTIONS, verb
from lskeys.cli.runtime import Runtime
from lskeys.cli.runtime.output import fail, show
from lskeys.config import paths
from lskeys.config.report import SettingsContext, effective_settings
from lskeys.model import attempt
from lskeys.output.result import Result
from lskeys.output.views.settings import SETTINGS


@verb(*READ_OPTIONS)
def show_config(run: Runtime) -> None:
    """Show every setting, its value and its origin.

    No request is sent to AWS, and no credentials are needed.

    Examples:
        lskeys config
        lskeys config --region eu-west-1 --output json
    """
    around = _surroundings(run)
    failures = [around.trouble] if around.trouble else []
    show(run, Result(SETTINGS, effective_settings(run.settings, around), failures))
    fail(run, failures, 0, "settings")


def _surroundings(run: Runtime) -> SettingsContext:
    """What the settings depend on besides themselves."""
    aws = attempt("", lambda: _aws_choices(run))
    profile, region = aws.value or (None, None)
    path = paths.config_path()
    return SettingsContext(
        aws_profile=profile,
        home=region,
        output="table" if run.terminal.shows_tables else "text",
        config_file=path,
        is_there=path is not None and os.path.exists(path),  # noqa: PTH110  does not raise
        key_directories=run.key_files.directories,
        trouble=aws.error,
    )


def _aws_choices(run: Runtime) -> tuple[str | None, str | None]:
    """The profile and region that AWS's own configuration, or the sandbox, chooses."""
    profile = None if run.settings.sandbox.value else run.account.session.profile
    return profile, run.account.regions.of_profile
