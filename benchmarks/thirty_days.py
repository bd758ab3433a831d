"""Thirty days without a centre: 130,000 cycles with all the records they leave, drained: `python -m benchmarks.thirty_days`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.outage import record_entries
from benchmarks.row06_drain import drained
from station_db.connecting import RECORD_FILE
from tests.faults.postgres import postgres

CYCLES, DAYS = 130_000, 30.0
LIMIT_S = 600.0


def main() -> int:
    """Record, drain, print; 1 when it took more than ten minutes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.thirty_days")
    parser.add_argument("--cycles", type=int, default=CYCLES)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made, postgres() as server:
        folder = Path(made)
        began_s = time.perf_counter()
        entries = record_entries(folder, asked.cycles, DAYS)
        size = (folder / RECORD_FILE).stat().st_size / 1024**2
        print(
            f"recorded {entries:,} entries of {asked.cycles:,} cycles in {time.perf_counter() - began_s:,.0f} s, {size:,.0f} MB"
        )
        took_s = drained(server, folder, entries)
    a_second, load = entries / took_s, os.getloadavg()[0]
    print(f"drained in {took_s:,.1f} s, {a_second:,.0f} entries/s, every entry once; load {load:.1f}; goal {LIMIT_S:g} s")
    return int(took_s > LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
