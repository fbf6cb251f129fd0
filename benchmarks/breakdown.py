"""The time of each step of one `list`, in order. Touches: processes."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from benchmarks.measure import spend
from benchmarks.place import Place


def breakdown(
    place: Place, endpoints: Mapping[str, Mapping[str, str]], *, runs: int
) -> dict[str, float]:
    """Milliseconds of each step, the median of several fresh processes."""
    environ = place.environ(endpoints["few"])
    program = (str(place.ours / "bin" / "python"), str(Path(__file__).with_name("steps.py")))
    rows: list[dict[str, float]] = []
    for run in range(runs + 1):
        bare = spend("python -c pass", run, environ, place.home).wall * 1000
        ended = subprocess.run(
            program, env=environ, cwd=place.home, check=True, capture_output=True, text=True
        )
        whole = spend("lskeys list", run, environ, place.home).wall * 1000
        steps = json.loads(ended.stdout.splitlines()[-1])
        rest = whole - bare - sum(steps.values())
        rows.append({"interpreter": bare, **steps, "parsing, waiting, exit": rest, "whole": whole})
    return {step: median(each[step] for each in rows[1:]) for step in rows[0]}
