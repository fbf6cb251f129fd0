"""The regions Lightsail has, as GetRegions lists them. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Region:
    """A region: its name, the continent and the city or country people know it by."""

    name: str
    continent_code: str
    display_name: str
    place: str

    @property
    def description(self) -> str:
        """The sentence GetRegions gives with the name."""
        return f"This region is recommended to serve users in {self.place}"


REGIONS = (
    Region("us-east-1", "NA", "Virginia", "the eastern United States"),
    Region("us-east-2", "NA", "Ohio", "the eastern United States"),
    Region(
        "us-west-2", "NA", "Oregon", "the northwestern United States, Alaska, and western Canada"
    ),
    Region("ca-central-1", "NA", "Montreal", "eastern Canada and the northeastern United States"),
    Region("sa-east-1", "SA", "São Paulo", "South America"),
    Region("eu-west-1", "EU", "Ireland", "Ireland and western Europe"),
    Region("eu-west-2", "EU", "London", "the United Kingdom and western Europe"),
    Region("eu-west-3", "EU", "Paris", "France and western Europe"),
    Region("eu-central-1", "EU", "Frankfurt", "central Europe"),
    Region("eu-north-1", "EU", "Stockholm", "northern Europe"),
    Region("eu-south-2", "EU", "Spain", "Spain and southern Europe"),
    Region("ap-east-1", "AS", "Hong Kong", "Hong Kong"),
    Region("ap-south-1", "AS", "Mumbai", "India"),
    Region("ap-southeast-1", "AS", "Singapore", "southeast Asia"),
    Region("ap-southeast-2", "OC", "Sydney", "Australia and New Zealand"),
    Region("ap-southeast-3", "AS", "Jakarta", "Indonesia"),
    Region("ap-southeast-5", "AS", "Malaysia", "Malaysia"),
    Region("ap-northeast-1", "AS", "Tokyo", "Japan"),
    Region("ap-northeast-2", "AS", "Seoul", "South Korea"),
)
"""The regions botocore lists for Lightsail in 2026."""

REGION_NAMES = frozenset(region.name for region in REGIONS)
HOME_REGION = "us-east-1"
"""The region the sandbox's settings point to, and the one with most in it when seeded."""


def zones_of(name: str) -> tuple[str, ...]:
    """The availability zones of a region: three, which is what most have."""
    return tuple(name + letter for letter in "abc")


def check_region(name: str | None) -> None:
    """Accept None, which is every region; ValueError for a region that there is not."""
    if name not in (None, *REGION_NAMES):
        raise ValueError(f"no region {name!r}; there are {' '.join(sorted(REGION_NAMES))}")
