"""What people counted last at a machine without counters, and what of it may still be taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from station_db.records.base import Instant, RecordId, Verdict
from station_db.records.production import Cycle, UnseenParts
from station_db.records.resume import Resume

BY_HAND = "by_hand"
"""Why unseen parts are there: a person counted them."""
TAKEN_BACK = "taken_back"
"""Why unseen parts are negative: a person took back what was counted at that time."""
SHOWN = 6
"""Entries kept at hand."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One count of a person: the record's id, when (wall; monotonic only in this life), how many, whose units they were."""

    id: RecordId
    at: Instant
    good: int
    bad: int
    person: str = ""
    counted_ns: int | None = None
    units: tuple[RecordId, ...] = ()
    is_taken_back: bool = False


@dataclass(frozen=True, slots=True)
class Hand:
    """A machine counted by hand: the number of its last single part, the newest entries first."""

    number: int = 0
    entries: tuple[Entry, ...] = ()

    def entry(self, entry: RecordId) -> Entry | None:
        """One of the last entries."""
        return next((one for one in self.entries if one.id == entry), None)

    def add(self, entry: Entry, number: int) -> Hand:
        """With a new entry."""
        return Hand(number, (entry, *self.entries)[:SHOWN])

    def taken_back(self, entry: Entry) -> Hand:
        """With an entry that no longer counts."""
        return replace(self, entries=tuple(replace(one, is_taken_back=True) if one is entry else one for one in self.entries))


def remembered(machine: str, resume: Resume) -> Hand:
    """The last entries as the record has them; after a restart none of them can be taken back any more."""
    cycles = [one for one in resume.cycles if one.machine == machine]
    parts = [one for one in resume.unseen if one.machine == machine]
    back = {one.to_at for one in parts if one.reason == TAKEN_BACK}
    entries = [*map(_of_cycle, cycles), *_of_parts(parts)]
    entries.sort(key=lambda entry: (entry.at, entry.id), reverse=True)
    shown = tuple(replace(entry, is_taken_back=entry.at in back) for entry in entries[:SHOWN])
    return Hand(max((cycle.number for cycle in cycles), default=0), shown)


def _of_cycle(cycle: Cycle) -> Entry:
    is_good = cycle.verdict is Verdict.GOOD
    return Entry(cycle.id, cycle.ended_at, int(is_good), int(not is_good))


def _of_parts(parts: Iterable[UnseenParts]) -> list[Entry]:
    return [Entry(one.id, one.to_at, one.good, one.bad) for one in parts if one.reason == BY_HAND]
