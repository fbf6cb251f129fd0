"""The profiles of AWS's configuration, and which have credentials. Touches: AWS's files (reading).

botocore reads them.
"""

from collections.abc import Mapping

from lskeys.lightsail import credential_errors
from lskeys.lightsail.credential_errors import FAILURES
from lskeys.lightsail.credential_source import Source
from lskeys.lightsail.session import without_profile

_CREDENTIALS = frozenset(
    {
        "aws_access_key_id",
        "credential_process",
        "login_session",
        "role_arn",
        "sso_session",
        "sso_start_url",
        "web_identity_token_file",
    }
)
"""Settings that say where credentials come from, one for each of botocore's providers of them."""


def profiles() -> Mapping[str, bool]:
    """Every profile, in the order of the files, with whether it has credentials.

    Raises:
        SetupError: The files cannot be read.
    """
    try:
        configured: Mapping[str, Mapping[str, object]]
        configured = without_profile().full_config["profiles"]
    except FAILURES as error:
        raise credential_errors.from_credentials(error, Source()) from None
    return {name: bool(_CREDENTIALS & {*settings}) for name, settings in configured.items()}
