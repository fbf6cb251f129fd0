"""Runs every pair of commands in turn and reports the times. Touches: the disk, localhost.

python -m benchmarks [--runs N] [--only WORD] [--record FILE]
"""

import argparse
import sys
from pathlib import Path

from benchmarks import report
from benchmarks.breakdown import breakdown
from benchmarks.cases import CASES
from benchmarks.measure import measure
from benchmarks.place import prepared, serving


def main() -> int:
    """Measure, print, and with `--record` write it between the marks of a document.

    Returns:
        0 if every target is met, else 1.
    """
    args = _args()
    place = prepared(Path(__file__).parents[1])
    cases = [case for case in CASES if args.only in case.name and (place.lazy or not case.is_lazy)]
    if not place.lazy:
        print("left out, without a python3.15: modules loaded when used", file=sys.stderr)
    with serving(place, runs=args.runs) as endpoints:
        measured = []
        for case in cases:
            print(f"{case.name} …", file=sys.stderr)
            measured.append(measure(case, place, endpoints, runs=args.runs))
        steps = breakdown(place, endpoints, runs=args.runs)
    rows = [row for each in measured for row in report.rows(each)]
    text = report.document(rows, steps, place, runs=args.runs)
    print(text)
    if args.record:
        report.record(args.record, text)
    return 0 if all(row.is_met for row in rows) else 1


def _args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--runs", type=int, default=9, help="of each command (default: 9)")
    parser.add_argument("--only", default="", help="cases with this in their name")
    parser.add_argument("--record", type=Path, help="the document to write the result into")
    return parser.parse_args()


sys.exit(main())
