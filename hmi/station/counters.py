"""How far a machine's counters moved: no part counted twice, none lost without a record.

The rule (RELIABILITY A3-13): the difference modulo the counter's width, believed while the machine could have made so many;
after a restart of the machine's program the counters may have begun at zero, then all they show is new; whatever can't be
explained is a gap a person settles. A reading is believed only if good, bad and cycles agree in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from drivers.tag import Purpose
from hmi.station.wiring import Wiring
from station_db.records.base import Instant
from station_db.records.local import CounterPosition

SLACK = 2
"""Parts a machine may be ahead of its rate: one that was almost ready, one that just began the interval."""
MINUTE_US = 60_000_000

Steps = Mapping[Purpose, int]


class Reading(StrEnum):
    """What a scan's counters mean."""

    FIRST = "first"
    MOVED = "moved"
    RESTARTED = "restarted"
    AMBIGUOUS = "ambiguous"
    """After a restart: the counters may have been kept or have begun anew. The fewer parts are counted, a gap says so."""
    CONTRADICTORY = "contradictory"


@dataclass(frozen=True, slots=True)
class Positions:
    """Where a machine's counters stood when last believed."""

    values: Mapping[Purpose, int]
    boot: int | None
    at: Instant

    @classmethod
    def of(cls, rows: tuple[CounterPosition, ...]) -> Positions | None:
        """From the rows of one machine; None without any."""
        if not rows:
            return None
        newest = max(rows, key=lambda row: row.at)
        return cls({Purpose(row.counter): row.value for row in rows}, newest.boot, newest.at)

    def rows(self, machine: str) -> tuple[CounterPosition, ...]:
        """What is kept of them."""
        return tuple(CounterPosition(machine, purpose, value, self.boot, self.at) for purpose, value in self.values.items())


@dataclass(frozen=True, slots=True)
class Count:
    """A scan explained: how far each counter moved (contradictory: those that can't be explained are missing)."""

    reading: Reading
    steps: Steps

    @property
    def parts(self) -> int:
        """Parts made: by the cycle counter, else by good and bad together."""
        split = self.steps.get(Purpose.GOOD, 0) + self.steps.get(Purpose.BAD, 0)
        return self.steps.get(Purpose.CYCLE, split)


def most(rate_max: float, elapsed_us: int) -> int:
    """The most parts that can be believed of `elapsed_us`, at `rate_max` a minute."""
    return int(rate_max * max(elapsed_us, 0) / MINUTE_US) + SLACK


def explain(old: Positions | None, new: Positions, wiring: Wiring, limit: int) -> Count:
    """Say what the counters of a scan mean, at most `limit` parts later."""
    known = {} if old is None else {purpose: old.values[purpose] for purpose in new.values if purpose in old.values}
    if old is None or not known:
        return Count(Reading.FIRST, {})
    moved = {purpose: (new.values[purpose] - value) % (1 << wiring.width(purpose)) for purpose, value in known.items()}
    readings = [Count(Reading.MOVED, moved)]
    if old.boot != new.boot and old.boot is not None:
        readings.append(Count(Reading.RESTARTED, {purpose: new.values[purpose] for purpose in known}))
    believable = [count for count in readings if _agrees(count.steps, limit)]
    if not believable:
        return Count(Reading.CONTRADICTORY, {key: step for key, step in moved.items() if step <= limit})
    if all(count.steps == believable[-1].steps for count in believable):
        return believable[-1]
    return Count(Reading.AMBIGUOUS, min(believable, key=lambda count: count.parts).steps)


def _agrees(steps: Steps, limit: int) -> bool:
    """Whether each counter is possible and, where there are all three, good and bad make up the cycles."""
    if any(step > limit for step in steps.values()):
        return False
    good, bad, cycles = (steps.get(purpose) for purpose in (Purpose.GOOD, Purpose.BAD, Purpose.CYCLE))
    return None in (good, bad, cycles) or (good or 0) + (bad or 0) == cycles
