"""The night's share of network schedules: `python -m tests.station_db.sync.long_schedules [--count N] [--seed N]`."""

from __future__ import annotations

import argparse
import sys
import time

from tests.station_db.sync.schedules import IN_A_ROW, run_rows, told_of


def main() -> int:
    """Run them and print the counts; a failure names its seed, which belongs into `REPLAYED` of the suite's."""
    parser = argparse.ArgumentParser(prog="python -m tests.station_db.sync.long_schedules")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1_000_000, help="the first one's")
    asked = parser.parse_args()
    began_s = time.monotonic()
    told = run_rows(range(asked.seed, asked.seed + -(-asked.count // IN_A_ROW)))
    minutes = (time.monotonic() - began_s) / 60
    print(f"{told_of(told)}\n{told.schedules / minutes:,.0f} schedules a minute")
    return int(told.schedules < asked.count)


if __name__ == "__main__":
    sys.exit(main())
