"""`aws login` profiles without awscrt: an elliptic-curve key in botocore's one missing place.

botocore refreshes such credentials with a proof (RFC 9449) that it signs with awscrt, an optional
library that costs every start where it is installed. It has no public seam for another one: the
module `botocore.credentials` holds awscrt's class in the name EC, and None without awscrt. This is
the only place that sets it, and only where it is None.
"""

from collections.abc import Callable, Mapping
from typing import Any

import botocore.credentials

_PLACE = "EC"
_OCCUPIED = object()


Curve = Callable[[], object]
"""Gives what has the operations of `awscrt.crypto.EC` that botocore uses: `keys.elliptic`."""


def enable(
    profiles: Mapping[str, Any], profile: str, curve: Curve, module: object = botocore.credentials
) -> None:
    """Let botocore refresh the credentials of a profile that was made by `aws login`.

    The source profiles of a role are followed. `curve` is called only where its operations are
    needed; botocore looks for them in `module`.
    """
    uses_login = "login_session" in profiles.get(source_of(profiles, profile), {})
    if uses_login and getattr(module, _PLACE, _OCCUPIED) is None:
        setattr(module, _PLACE, curve())


def source_of(profiles: Mapping[str, Any], profile: str) -> str:
    """The profile whose own credentials a profile's roles are assumed with; perhaps itself."""
    return chain(profiles, profile)[-1]


def chain(profiles: Mapping[str, Any], profile: str) -> tuple[str, ...]:
    """A profile, its source profile, and so on; each once."""
    followed = {profile: None}
    while (source := profiles.get(profile, {}).get("source_profile")) in profiles:
        if source in followed:
            break
        followed[source] = None
        profile = source
    return tuple(followed)
