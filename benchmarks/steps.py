"""One `list`, each step timed; run by the Python that has lskeys' wheel. Touches: localhost.

The imports are the program's own and in its order, which is why they stand between the steps.
Prints one JSON object: milliseconds of each step.
"""

import gc
import importlib
import json
import os
import time

gc.set_threshold(100_000)  # as the program does
steps: dict[str, float] = {}
since = time.perf_counter()


def mark(step: str) -> None:
    """Count what passed since the last mark as this step."""
    global since  # noqa: PLW0603  one clock for one program
    now = time.perf_counter()
    steps[step] = (now - since) * 1000
    since = now


importlib.import_module("lskeys.cli.process")
mark("imports: Typer and the front door")

importlib.import_module("lskeys.cli.commands.list")

mark("imports: the verb")

from lskeys.config import paths  # noqa: E402
from lskeys.config import settings as config  # noqa: E402

nothing = config.ConfigFile(paths.config_path(), {})
settings = config.resolve({}, os.environ, nothing)
mark("settings")

from lskeys.lightsail import AccountSession, ConnectionSettings, SessionHooks  # noqa: E402
from lskeys.storage.cache import CacheDirectory  # noqa: E402

mark("imports: botocore")

cache = paths.cache_path()
assert cache
account = AccountSession(ConnectionSettings(cache=CacheDirectory(cache)), SessionHooks())
lightsail = account.lightsail(settings.regions.value[0])
assert lightsail.endpoint
mark("client: data, credentials, model")

pairs = lightsail.key_pairs(include_default=False)
mark("call")

from datetime import UTC, datetime  # noqa: E402

from lskeys.output.formats import FORMATS, Screen  # noqa: E402
from lskeys.output.result import Result  # noqa: E402
from lskeys.output.views.key_pairs import KEY_PAIRS  # noqa: E402

screen = Screen(datetime.now(UTC), 80, is_colored=False, is_ascii=False)
for line in FORMATS["text"].load().lines(Result(KEY_PAIRS, pairs), screen):
    print(line)
mark("output")
print(json.dumps(steps))
