"""How many examples each law is tried with: few in the suite, many by `make fuzz`."""

import os

from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("LSKEYS_TEST_FUZZ_EXAMPLES", "40"))
"""Per law."""

fuzz = settings(
    max_examples=EXAMPLES,
    deadline=None,
    # One directory of keys serves all examples, and large examples are the point.
    suppress_health_check=list(HealthCheck),
)
