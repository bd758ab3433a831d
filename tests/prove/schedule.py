"""What goes wrong when, drawn from a seed: the same seed is the same schedule."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What is done to a station, its line or the server."""

    KILL = "kill -9 of the engine"
    KILL_UPLINK = "kill -9 of the uplink"
    PAUSE = "engine frozen"
    CUT = "line cut"
    HALF_OPEN = "line half-open"
    DEAF = "answers lost"
    LATE = "everything delivered late, after new tries"
    SLOW = "slow line"
    DISK_FULL = "disk full"
    CLOCK = "clock wrong"
    SERVER_RESTART = "server restarted"
    BACKENDS = "server's connections killed"


OF_SERVER = (Fault.SERVER_RESTART, Fault.BACKENDS)
OF_STATION = tuple(fault for fault in Fault if fault not in OF_SERVER)
LONGEST_S = {Fault.KILL: 6.0, Fault.KILL_UPLINK: 1.0, Fault.DISK_FULL: 8.0, Fault.BACKENDS: 1.0, Fault.SERVER_RESTART: 5.0}
"""Others last up to `LASTS_S`."""
LASTS_S = 12.0
REST_S = 6.0
"""Between two faults of one station at most."""
CLOCK_STEPS_S = (-40_000, -7_200, -3, 3, 40, 3_600, 40_000)
"""Two of them one after the other stay below a day, beyond which no duration is believed."""


@dataclass(frozen=True, slots=True)
class Event:
    """One fault: when it begins and ends, in seconds from the start; of a station by its place, or of the server (None)."""

    begins_s: float
    ends_s: float
    fault: Fault
    station: int | None
    amount: int = 0
    """Seconds by which a clock is wrong."""

    def __str__(self) -> str:
        """As it is printed."""
        where = "server" if self.station is None else f"station {self.station + 1}"
        by = f" by {self.amount:+,} s" if self.fault is Fault.CLOCK else ""
        return f"{self.begins_s:6.1f} to {self.ends_s:6.1f} s  {where:<10} {self.fault.value}{by}"


def schedule(seed: int, seconds: float, stations: int) -> tuple[Event, ...]:
    """Every fault at least once where there is time for it, in order of time."""
    chance = random.Random(seed)
    events = [event for station in range(stations) for event in _stream(chance, seconds, station, OF_STATION, REST_S)]
    events += _stream(chance, seconds, None, OF_SERVER, 5 * REST_S)
    return tuple(sorted(events, key=lambda event: event.begins_s))


def _stream(
    chance: random.Random, seconds: float, station: int | None, faults: tuple[Fault, ...], rest_s: float
) -> Iterator[Event]:
    """One after the other, each kind once before any comes again."""
    at = chance.uniform(0, rest_s)
    while True:
        for fault in chance.sample(faults, len(faults)):
            ends = at + chance.uniform(0.3, LONGEST_S.get(fault, LASTS_S))
            if ends > seconds:
                return
            yield Event(at, ends, fault, station, chance.choice(CLOCK_STEPS_S))
            at = ends + chance.uniform(0.2, rest_s)
