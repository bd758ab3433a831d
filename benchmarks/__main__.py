"""Runs the benchmarks and prints one table: `python -m benchmarks [--row N] [--json] [--minutes M]`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict

from benchmarks import (
    row01_modbus,
    row02_opcua,
    row03_samples_to_disk,
    row04_commit,
    row05_day_read_back,
    row06_drain,
    row07_chart_frame,
    row08_poll_lateness,
)
from benchmarks.table import Row, print_rows


def main() -> int:
    """Run the rows asked for; 1 when a goal is missed."""
    asked = _asked()
    rows = [row for number, measure in _measures(asked.minutes).items() if asked.row in (None, number) for row in measure()]
    if asked.json:
        print(json.dumps({"load_at_end": os.getloadavg()[0], "rows": [asdict(row) for row in rows]}, indent=2))
    else:
        print_rows(rows)
    return int(any(row.met is False for row in rows))


def _measures(minutes: float) -> dict[int, Callable[[], list[Row]]]:
    return {
        1: row01_modbus.run,
        2: row02_opcua.run,
        3: row03_samples_to_disk.run,
        4: row04_commit.run,
        5: row05_day_read_back.run,
        6: row06_drain.run,
        7: row07_chart_frame.run,
        8: lambda: row08_poll_lateness.run(minutes * 60),
    }


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Ours beside a named baseline, row by row.")
    parser.add_argument("--row", type=int, choices=sorted(_measures(0)), help="only this row")
    parser.add_argument("--json", action="store_true", help="for a program to read")
    parser.add_argument("--minutes", type=float, default=0.2, help="how long row 8 watches each load (60 for the full promise)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
