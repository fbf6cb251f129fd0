# ruff: noqa: T201  it prints
"""Takes boto3 or aiobotocore through the steps on stdin; prints what came back as JSON."""

import asyncio
import json
import os
import re
import sys
from typing import Any

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def _members(response: dict[str, Any]) -> list[str]:
    return sorted(name for name, value in response.items() if value)


def _with_boto3(steps: list[tuple[str, dict[str, Any]]], *, endpoint: bool) -> dict[str, list[str]]:
    import boto3  # noqa: PLC0415  the other environment has none

    url = os.environ["AWS_ENDPOINT_URL_LIGHTSAIL"] if endpoint else None
    client: Any = boto3.client("lightsail", endpoint_url=url)
    found = {}
    for name, members in steps:
        try:
            response = getattr(client, _WORD.sub("_", name).lower())(**members)
        except Exception as error:  # noqa: BLE001  whatever a client has
            print(name, error, file=sys.stderr)
            continue
        found[name] = _members(response)
    return found


async def _with_aiobotocore(steps: list[tuple[str, dict[str, Any]]]) -> dict[str, list[str]]:
    from aiobotocore.session import (  # type: ignore[import-not-found]  # noqa: PLC0415
        get_session,
    )

    found = {}
    async with get_session().create_client("lightsail") as client:
        for name, members in steps:
            try:
                response = await getattr(client, _WORD.sub("_", name).lower())(**members)
            except Exception as error:  # noqa: BLE001  whatever a client has
                print(name, error, file=sys.stderr)
                continue
            found[name] = _members(response)
    return found


given = json.load(sys.stdin)
if os.environ["USES"] == "aiobotocore":
    print(json.dumps(asyncio.run(_with_aiobotocore(given))))
else:
    print(json.dumps(_with_boto3(given, endpoint="endpoint" in os.environ["USES"])))
