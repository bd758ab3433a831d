"""What a counter can't explain, a person settles: how many parts were made in that time that are not counted yet.

The gaps of one scan are one question. Its answer is a next version of each gap (who, when, why, how many) and, where parts
come on top, unseen parts of the gap's own time: so the shift of then gets them, exactly once, and nothing is overwritten.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby

from hmi.station import commands, counts
from hmi.station.codes import Code, RefusedError
from hmi.station.state import Station
from hmi.station.turn import Turn
from station_db.records.base import Instant, RecordId
from station_db.records.production import CountGap, UnseenParts

SETTLED = "settled"
"""Why unseen parts are there: a person said so."""
REASONS = frozenset({"counted", "sheet", "estimated", "set_up", "stood", "other"})
MOST = 1_000_000
"""More is a slip of the finger, whatever the machine."""


@dataclass(frozen=True, slots=True)
class Question:
    """The gaps of one scan of one machine, oldest question first."""

    gaps: tuple[CountGap, ...]

    @property
    def id(self) -> RecordId:
        """What an answer names: the first gap."""
        return self.gaps[0].id

    @property
    def machine(self) -> str:
        """Whose counters."""
        return self.gaps[0].machine

    @property
    def to_at(self) -> Instant:
        """When the counters were read again."""
        return self.gaps[0].to_at


def questions(gaps: Iterable[CountGap]) -> tuple[Question, ...]:
    """Open gaps as the questions they are."""
    in_order = sorted(gaps, key=lambda gap: (gap.to_at, gap.machine, gap.from_at or 0))
    return tuple(Question(tuple(same)) for _, same in groupby(in_order, key=lambda gap: (gap.to_at, gap.machine, gap.from_at)))


def settle(station: Station, asked: commands.SettleGap, turn: Turn) -> Station:
    """Take a person's answer. Raises `RefusedError` for a gap that is not open, a number or a reason that is none."""
    question = next((one for one in questions(station.open_gaps) if asked.gap in {gap.id for gap in one.gaps}), None)
    if question is None:
        raise RefusedError(Code.GAP_NOT_OPEN)
    if asked.reason not in REASONS:
        raise RefusedError(Code.GAP_REASON_MISSING)
    if min(asked.good, asked.bad) < 0 or asked.good + asked.bad > MOST:
        raise RefusedError(Code.COUNT_NOT_ONE, str(asked.good + asked.bad))
    for at, gap in enumerate(question.gaps):
        turn.keep(_settled(gap, asked, turn, bears_parts=at == 0))
    added = _added(question.gaps[0], asked, turn)
    left = tuple(gap for gap in station.open_gaps if gap not in question.gaps)
    station = replace(station, open_gaps=left)
    if question.machine != station.main or question.to_at < station.tally.since:
        return station
    return replace(station, tally=counts.settled(station.tally, added, gaps=len(question.gaps)))


def _settled(gap: CountGap, asked: commands.SettleGap, turn: Turn, *, bears_parts: bool) -> CountGap:
    """The gap's next version; of several gaps of one scan the first bears the parts."""
    return replace(
        gap,
        settled=True,
        settled_good=asked.good if bears_parts else 0,
        settled_bad=asked.bad if bears_parts else 0,
        settled_by=turn.actor,
        settled_at=turn.now.wall,
        settled_reason=asked.reason,
    )


def _added(gap: CountGap, asked: commands.SettleGap, turn: Turn) -> UnseenParts | None:
    parts = asked.good + asked.bad
    if not parts:
        return None
    added = UnseenParts(
        id=turn.new_id(),
        machine=gap.machine,
        cycles=parts,
        good=asked.good,
        bad=asked.bad,
        from_at=gap.from_at,
        to_at=gap.to_at,
        reason=SETTLED,
    )
    turn.keep(added)
    return added
