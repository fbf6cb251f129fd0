"""regions, through the command line."""

import json

from lskeys.sandbox import REGIONS, Server
from tests.conftest import Ran, Run
from tests.support.changes import operations

NAMES = [region.name for region in REGIONS]


def test_text_is_name_and_display_name(server: Server, run: Run) -> None:
    """In a pipe, a line per region, in AWS's order; one request."""
    lines = "".join(f"{region.name}\t{region.display_name}\n" for region in REGIONS)
    assert run("regions") == Ran(0, out=lines)
    assert operations(server) == ["GetRegions"]


def test_json_is_in_the_shape_of_the_aws_cli(server: Server, run: Run) -> None:
    """JSON has the members of `aws lightsail get-regions`."""
    document = json.loads(run("regions -o json").out)
    assert document == {
        "regions": [
            {
                "continentCode": region.continent_code,
                "description": region.description,
                "displayName": region.display_name,
                "name": region.name,
            }
            for region in REGIONS
        ],
        "errors": [],
        "schemaVersion": 1,
    }
    assert operations(server) == ["GetRegions"]


def test_denied_falls_back_to_botocores_list(server: Server, run: Run) -> None:
    """Without permission the list that came with botocore is used, which is reported."""
    server.add_fault("GetRegions=AccessDeniedException")
    ran = run("regions -q")
    assert ran.exit_code == 0
    assert {"us-east-1", "eu-west-1"} <= set(ran.out.split())
    assert ran.err.startswith("cannot list regions in us-east-1: ")
    assert ran.err.endswith("; using the list that came with botocore\n")
