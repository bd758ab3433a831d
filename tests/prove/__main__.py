"""The proof: three stations, a real PostgreSQL, everything that goes wrong, and at the end nothing is lost.

    python3 run.py prove [--seconds 200] [--seed N] [--folder DIR]

A schedule is drawn from the seed, which is printed: the same seed makes the same schedule. Then everything is healed, the
machines stop, what waits is sent, and what machines, stations and centre hold is compared. Exit 0: the same; 1: not.
"""

from __future__ import annotations

import argparse
import collections
import secrets
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.prove.cell import Station, station
from tests.prove.faults import begin, heal
from tests.prove.judge import Balance, is_drained, judge, knows_counters, parts_made, parts_recorded
from tests.prove.schedule import Event, schedule
from tests.prove.server import Server, centre
from tests.stations.plant import wait_for

STATIONS = ("ST-1", "ST-2", "ST-3")
SECONDS = 200.0
FIRST_S = 60.0
LAST_S = 120.0
STOPPED_S = 2.0
"""Longer than a press at this speed takes for a part."""


def main() -> int:
    """Run a schedule and judge."""
    options = _options()
    seed = options.seed if options.seed is not None else secrets.randbelow(1_000_000)
    events = schedule(seed, options.seconds, len(STATIONS))
    print(f"Seed {seed}: {len(events)} faults in {options.seconds:.0f} s on {len(STATIONS)} stations and a PostgreSQL server.")
    print(
        f"SQLite {sqlite3.sqlite_version}. The same again: python3 run.py prove --seconds {options.seconds:.0f} --seed {seed}\n",
        flush=True,
    )
    began = time.monotonic()
    with ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lineside-prove-")))
        server = stack.enter_context(centre(STATIONS))
        stations = [stack.enter_context(station(name, folder / name, server)) for name in STATIONS]
        _begin_work(stations)
        _run(events, stations, server)
        balances = _settle(stations, server)
    return _verdict(seed, events, balances, stations, time.monotonic() - began)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 run.py prove", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long things go wrong (200; in all about 5 minutes)")
    parser.add_argument("--seed", type=int, help="repeat a schedule")
    parser.add_argument("--folder", type=Path, help="keep everything there, logs too; must not exist yet")
    return parser.parse_args()


def _begin_work(stations: Sequence[Station]) -> None:
    for each in stations:
        each.start()
    for each in stations:
        wait_for(lambda: knows_counters(each), f"{each.name} knows its counters", FIRST_S)  # noqa: B023  # waited for at once
        each.press.control("clear")
        each.operator.begin()


def _run(events: Sequence[Event], stations: Sequence[Station], server: Server) -> None:
    """Let everything begin and end when it should."""
    turns = [(event.begins_s, True, event) for event in events] + [(event.ends_s, False, event) for event in events]
    start, clock = time.monotonic(), threading.Event()
    for at, begins, event in sorted(turns, key=lambda turn: turn[:2]):
        clock.wait(max(0.0, start + at - time.monotonic()))
        if begins:
            print(event, flush=True)
        (begin if begins else heal)(event, stations, server)


def _settle(stations: Sequence[Station], server: Server) -> list[Balance]:
    """Everything is healed: the machines stop, and what waits arrives."""
    print("\nHealed. The presses stop; what waits is counted and sent.", flush=True)
    for each in stations:
        each.start()
        each.press.control("stop_after", cycles=1)
        each.operator.end()
    for each in stations:
        _wait(lambda: _is_whole(each), f"{each.name} has counted every part")  # noqa: B023  # waited for at once
        _wait(lambda: is_drained(each, server), f"{each.name} has sent everything")  # noqa: B023
        each.end()
    return [judge(each, server) for each in stations]


def _wait(fact, what: str) -> None:
    """A fact that never comes is for the verdict, which says what is missing."""
    try:
        wait_for(fact, what, LAST_S)
    except AssertionError as error:
        print(f"!! {error}", flush=True)


def _is_whole(each: Station) -> bool:
    """Whether the press has come to its end and every part is in the record."""
    before = parts_made(each)
    threading.Event().wait(STOPPED_S)
    return parts_recorded(each.data)[0] == parts_made(each) == before


def _verdict(seed: int, events: Sequence[Event], balances: Sequence[Balance], stations: Sequence[Station], took_s: float) -> int:
    print(*balances, sep="\n")
    counted = collections.Counter(event.fault.value for event in events)
    print(f"\nFaults: {', '.join(f'{count} x {name}' for name, count in sorted(counted.items()))}.")
    print(f"{sum(each.kills for each in stations)} processes were killed; {took_s:.0f} s in all.")
    is_good = all(balance.is_good for balance in balances)
    print("PROVEN: nothing lost, nothing doubled, nothing invented." if is_good else f"NOT PROVEN. Seed {seed}.")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
