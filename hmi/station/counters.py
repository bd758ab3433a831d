"""How far a machine's counters moved: no part counted twice, none lost without a record.

The rule (RELIABILITY A3-13): the difference modulo the counter's range, believed while the machine could have made so many;
after a restart of the machine's program the counters may have begun at zero, then all they show is new; whatever can't be
explained, or could be explained in two ways, is a gap a person settles, and only what is certain is counted. A reading is
believed only if good, bad and cycles agree in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from drivers.tag import Purpose
from hmi.station.wiring import Wiring
from station_db.records.base import Instant
from station_db.records.local import DOUBTED, CounterPosition

SLACK = 2
"""Parts a machine may be ahead of its rate: one that was almost ready, one that just began the interval."""
MINUTE_US = 60_000_000
NEAR_THE_END = 100
"""A counter that went back has wrapped if it stood in the last hundredth of its range; else somebody set it."""
LEAST_NEAR = 8
"""Parts before the end of a short range that are near it nevertheless."""

Steps = Mapping[Purpose, int]
SPLIT = (Purpose.GOOD, Purpose.BAD)


class Reading(StrEnum):
    """What a scan's counters mean."""

    FIRST = "first"
    MOVED = "moved"
    RESTARTED = "restarted"
    AMBIGUOUS = "ambiguous"
    """After a restart: the counters may have been kept or have begun anew. The fewer parts are counted, a gap says so."""
    WRAPPED = "wrapped"
    """So long unheard that a counter may have gone round once more. The fewest parts are counted, a gap says so."""
    DOUBTED = "doubted"
    """The record lost what came after where they stood: parts since may be in it already. None is counted, a gap says so."""
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
    """A scan explained: how far each counter certainly moved; `jumped` are those that nothing explains."""

    reading: Reading
    steps: Steps
    jumped: tuple[Purpose, ...] = ()

    @property
    def parts(self) -> int:
        """Parts made: by the cycle counter, else by good and bad together."""
        return _parts(self.steps)


def most(rate_max: float, elapsed_us: int) -> int:
    """The most parts that can be believed of `elapsed_us`, at `rate_max` a minute."""
    return int(rate_max * max(elapsed_us, 0) / MINUTE_US) + SLACK


def explain(old: Positions | None, new: Positions, wiring: Wiring, limit: int, longest: int) -> Count:
    """Say what the counters of a scan mean, at most `limit` parts after they were understood.

    `longest` is how many there can be by now, where counters that contradicted each other were waited for since.
    """
    known = () if old is None else tuple(purpose for purpose in new.values if purpose in old.values)
    if old is None or not known:
        return Count(Reading.FIRST, {})
    moved = {purpose: _moved(old, new, wiring, purpose) for purpose in known}
    if old.boot == DOUBTED:
        jumped = tuple(purpose for purpose in known if moved[purpose])
        return Count(Reading.DOUBTED if jumped else Reading.MOVED, dict.fromkeys(known, 0), jumped)
    likely = {purpose: step for purpose, step in moved.items() if step <= limit}
    kept = {purpose: step for purpose, step in likely.items() if not _was_set(old, new, step, wiring, purpose)}
    if old.boot not in (None, new.boot):
        likely = {purpose: step for purpose, step in moved.items() if step <= longest}
        return _after_restart(kept, likely, new, wiring, longest, known)
    return _kept(kept, known, wiring, limit) or _doubtful(Reading.CONTRADICTORY, known, kept, kept, likely)


def _kept(kept: Steps, known: tuple[Purpose, ...], wiring: Wiring, limit: int) -> Count | None:
    """Counters that went on from where they stood; None where not all of them can have."""
    if len(kept) < len(known) or not _agree(kept):
        return None
    return Count(Reading.WRAPPED if _may_have_wrapped(kept, wiring, limit) else Reading.MOVED, kept)


def _after_restart(kept: Steps, likely: Steps, new: Positions, wiring: Wiring, limit: int, known: tuple[Purpose, ...]) -> Count:
    """The program began anew: either all counters began at zero, or all were kept."""
    anew = {purpose: step for purpose in known if 0 <= (step := _since_zero(new, wiring, purpose)) <= limit}
    if len(anew) == len(known) and _agree(anew):
        return _began_anew(anew, likely if len(likely) == len(known) else {}, wiring)
    return _kept(kept, known, wiring, limit) or _doubtful(Reading.CONTRADICTORY, known, {**anew, **kept}, kept, anew, likely)


def _began_anew(anew: Steps, likely: Steps, wiring: Wiring) -> Count:
    """After a restart counters may have begun at zero; ambiguous where they may as well have been kept and gone `likely` far."""
    if not likely or likely == anew or not _agree(likely, in_rounds=_shortest(likely, wiring)):
        return Count(Reading.RESTARTED, anew)
    return _doubtful(Reading.AMBIGUOUS, tuple(anew), anew, anew, likely)


def _moved(old: Positions, new: Positions, wiring: Wiring, purpose: Purpose) -> int:
    """How far a counter that was kept went on, within one round."""
    return (new.values[purpose] - old.values[purpose]) % wiring.round(purpose).size


def _was_set(old: Positions, new: Positions, step: int, wiring: Wiring, purpose: Purpose) -> bool:
    """Whether a counter went back without having been near its end: somebody set it."""
    near = max(LEAST_NEAR, wiring.round(purpose).size // NEAR_THE_END)
    return new.values[purpose] < old.values[purpose] and step > near


def _since_zero(new: Positions, wiring: Wiring, purpose: Purpose) -> int:
    """How far a counter that began anew went."""
    return new.values[purpose] - max(wiring.round(purpose).first, 0)


def _agree(steps: Steps, in_rounds: int = 0) -> bool:
    """Whether good and bad make up the cycles (to whole rounds); with one of them alone, whether there are cycles enough."""
    good, bad, cycles = (steps.get(purpose) for purpose in (Purpose.GOOD, Purpose.BAD, Purpose.CYCLE))
    if cycles is None:
        return True
    if good is None or bad is None:
        return (good or 0) + (bad or 0) <= cycles or in_rounds > 0
    over = good + bad - cycles
    return over == 0 or (in_rounds > 0 and over % in_rounds == 0)


def _shortest(steps: Steps, wiring: Wiring) -> int:
    """The shortest round of these counters."""
    return min((wiring.round(purpose).size for purpose in steps), default=1)


def _may_have_wrapped(steps: Steps, wiring: Wiring, limit: int) -> bool:
    """Whether one round more of the counters would be believed as well. Where all stand still, nothing was made."""
    if not any(steps.values()):
        return False
    rounds = {purpose: wiring.round(purpose).size for purpose in steps}
    once_more = {purpose for purpose, step in steps.items() if step + rounds[purpose] <= limit}
    if not {Purpose.GOOD, Purpose.BAD, Purpose.CYCLE} <= steps.keys():
        return bool(once_more)
    return any({split, Purpose.CYCLE} <= once_more and rounds[split] == rounds[Purpose.CYCLE] for split in SPLIT)


def _doubtful(reading: Reading, known: tuple[Purpose, ...], told: Steps, *explanations: Steps) -> Count:
    """The fewest parts that any explanation grants; what is not `told` jumped."""
    granted = [_certain(steps) for steps in explanations]
    steps = {purpose: min(one.get(purpose, 0) for one in granted) for purpose in known}
    if Purpose.CYCLE in steps:
        steps[Purpose.CYCLE] = min(_parts(one) for one in granted)
    return Count(reading, steps, tuple(purpose for purpose in known if purpose not in told))


def _certain(steps: Steps) -> Steps:
    """What must have been made, if any one of counters that disagree is wrong."""
    cycles = steps.get(Purpose.CYCLE)
    if cycles is None or _agree(steps):
        return steps
    good, bad = steps.get(Purpose.GOOD, 0), steps.get(Purpose.BAD, 0)
    fewer = {Purpose.GOOD: min(good, max(cycles - bad, 0)), Purpose.BAD: min(bad, max(cycles - good, 0))}
    return {purpose: fewer.get(purpose, min(cycles, good + bad)) for purpose in steps}


def _parts(steps: Steps) -> int:
    return steps.get(Purpose.CYCLE, sum(steps.get(purpose, 0) for purpose in SPLIT))
