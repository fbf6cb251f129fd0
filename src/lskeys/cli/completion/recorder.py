"""Collects the names seen in one run, which are cached for completion at its end. Pure."""

from threading import Lock

from lskeys.cli import completion
from lskeys.model import SeenNames
from lskeys.values import replace


class NameRecorder:
    """The names in the responses of one run, by region."""

    def __init__(self) -> None:
        self._adding = Lock()
        self._regions: dict[str, SeenNames] = {}

    def __bool__(self) -> bool:
        return bool(self._regions)

    def clear(self) -> None:
        """Begin anew."""
        self._regions = {}

    def record(self, seen_names: SeenNames) -> None:
        """Add the names of a response; later ones win. Called from the threads of the regions."""
        with self._adding:
            known = self._regions.get(seen_names.region, SeenNames(seen_names.region))
            names = {*known.names, *seen_names.names} - {*seen_names.gone}
            kept = [name for name in (*known.names, *seen_names.names) if name in names]
            self._regions[seen_names.region] = replace(
                known,
                names=tuple(dict.fromkeys(kept))[: completion.MAX_NAMES],
                gone=tuple({*known.gone, *seen_names.gone} - {*seen_names.names}),
                is_whole=known.is_whole or seen_names.is_whole,
            )

    @property
    def seen_names(self) -> tuple[SeenNames, ...]:
        """The names seen, one value per region."""
        return tuple(self._regions.values())
