"""Parts of the running shift, machine by machine: seen cycles and unseen parts together, and what can't be explained."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hmi.station.cycles import Made
from station_db.records.base import Instant, Verdict
from station_db.records.production import Cycle, UnseenParts
from station_db.records.resume import ShiftCount


@dataclass(frozen=True, slots=True)
class Tally:
    """The parts of one machine since `since` (the shift's begin)."""

    since: Instant
    good: int = 0
    bad: int = 0
    cycles: int = 0
    unexplained: int = 0

    @classmethod
    def of(cls, since: Instant, counts: tuple[ShiftCount, ...], machine: str, gaps: int) -> Tally:
        """As the record says; `gaps` are those since then that nobody settled."""
        row = next((count for count in counts if count.machine == machine), ShiftCount(machine, 0, 0, 0))
        return cls(since, row.good, row.bad, row.cycles, gaps)


def tally(before: Tally, made: Made) -> Tally:
    """Add what a scan brought."""
    after = before if made.cycle is None else _with_cycle(before, made.cycle)
    after = after if made.unseen is None else _with_unseen(after, made.unseen)
    return replace(after, unexplained=after.unexplained + len(made.gaps))


def with_parts(before: Tally, good: int, bad: int) -> Tally:
    """Add (or, negative, take back) what a person said."""
    return replace(before, good=before.good + good, bad=before.bad + bad, cycles=before.cycles + good + bad)


def settled(before: Tally, added: UnseenParts | None, *, gaps: int) -> Tally:
    """So many gaps less, and what was made in them."""
    after = before if added is None else _with_unseen(before, added)
    return replace(after, unexplained=after.unexplained - gaps)


def _with_cycle(before: Tally, cycle: Cycle) -> Tally:
    good, bad = cycle.verdict is Verdict.GOOD, cycle.verdict is Verdict.BAD
    return replace(before, cycles=before.cycles + 1, good=before.good + good, bad=before.bad + bad)


def _with_unseen(before: Tally, unseen: UnseenParts) -> Tally:
    return replace(before, cycles=before.cycles + unseen.cycles, good=before.good + unseen.good, bad=before.bad + unseen.bad)
