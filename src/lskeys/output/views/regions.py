"""View of regions. Pure."""

from typing import Any

from lskeys.model import Region
from lskeys.output.result import Column, View
from lskeys.output.views.formatting import without_none


def raw_region(region: Region) -> dict[str, Any]:
    """A region in the shape of `aws lightsail get-regions`."""
    return without_none(
        {
            "continentCode": region.continent_code,
            "description": region.description,
            "displayName": region.display_name,
            "name": region.name,
            "profile": region.profile,
        }
    )


REGIONS: View[Region] = View(
    member="regions",
    columns=(
        Column("name", lambda region: region.name),
        Column("display-name", lambda region: region.display_name or ""),
        Column("profile", lambda region: region.profile or "", is_extra=True),
    ),
    identity=lambda region: region.name,
    raw=raw_region,
)
