"""The names that one run saw, remembered for TAB when it ends. Touches: the disk (cache)."""

from collections.abc import Mapping
from dataclasses import replace
from threading import Lock

from lskeys.cli import completion as words
from lskeys.cli.runtime.launch import Asked
from lskeys.model import Sighting


class Seen:
    """What the answers of one run told in passing, region by region."""

    def __init__(self) -> None:
        self._adding = Lock()
        self._regions: dict[str, Sighting] = {}

    def __bool__(self) -> bool:
        return bool(self._regions)

    def witness(self, sighting: Sighting) -> None:
        """Add what an answer told; what came last is true. Regions answer from threads."""
        with self._adding:
            known = self._regions.get(sighting.region, Sighting(sighting.region))
            names = {*known.names, *sighting.names} - {*sighting.gone}
            kept = [name for name in (*known.names, *sighting.names) if name in names]
            self._regions[sighting.region] = replace(
                known,
                names=tuple(dict.fromkeys(kept))[: words.MOST_NAMES],
                gone=tuple({*known.gone, *sighting.gone} - {*sighting.names}),
                is_whole=known.is_whole or sighting.is_whole,
            )

    def keep(self, environ: Mapping[str, str], asked: Asked) -> None:
        """Remember it, under the account that this command line chose."""
        account = words.account_of(
            environ,
            sandbox=asked.sandbox,
            profile=asked.profile,
            endpoint_url=asked.endpoint_url,
        )
        words.remember(words.path_in(environ), account, self._regions.values())
