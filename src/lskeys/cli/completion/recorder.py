"""Collects the names seen in one run, which are cached for completion at its end. Pure."""

from threading import Lock

from lskeys.cli import completion
from lskeys.model import SeenNames
from lskeys.values import replace


class NameRecorder:
    """The names in the responses of one run, by region and kind."""

    def __init__(self) -> None:
        self._adding = Lock()
        self._seen: dict[tuple[str, str], SeenNames] = {}

    def __bool__(self) -> bool:
        return bool(self._seen)

    def clear(self) -> None:
        """Begin anew."""
        self._seen = {}

    def record(self, seen: SeenNames) -> None:
        """Add the names of a response; later ones win. Called from the threads of the regions."""
        with self._adding:
            known = self._seen.get((seen.region, seen.kind), SeenNames(seen.region))
            kept = completion.without_deleted(known.names, seen.gone)
            self._seen[seen.region, seen.kind] = replace(
                seen,
                names=tuple(dict.fromkeys([*kept, *seen.names]))[: completion.MAX_NAMES],
                gone=tuple(dict.fromkeys([*known.gone, *seen.gone]))[: completion.MAX_NAMES],
                is_whole=known.is_whole or seen.is_whole,
            )

    @property
    def seen_names(self) -> tuple[SeenNames, ...]:
        """The names seen, one value per region and kind."""
        return tuple(self._seen.values())
