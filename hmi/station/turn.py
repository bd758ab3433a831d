"""One input being decided: when it is, who caused it, and what it has changed so far."""

from __future__ import annotations

from typing import Any

from hmi.clock import Moment
from hmi.station.codes import Code
from hmi.station.decision import AlarmOrder, Errand, WriteOrder
from station_db.records.base import Instant, RecordId
from station_db.records.changes import Changes, Entry
from station_db.records.local import CounterPosition, Curve, Draft

STATION = "station"
"""The actor of what the station does by itself."""


class Turn:
    """Lives for one decision only; activities write into it, `hmi.station.station` reads it out.

    It is the one thing of the core that is not frozen: it only ever grows, and nobody keeps it.
    """

    def __init__(self, now: Moment, actor: str = STATION, cause: str | None = None) -> None:
        self.now = now
        self.actor = actor
        self.changes = Changes()
        self.writes: tuple[WriteOrder, ...] = ()
        self.alarms: tuple[AlarmOrder, ...] = ()
        self.errands: tuple[Errand, ...] = ()
        self.refusal: tuple[Code, tuple[str, ...]] | None = None
        self._cause = cause

    def new_id(self) -> RecordId:
        """A fresh record id."""
        return self.now.new_id()

    def not_before(self, started_at: Instant) -> Instant:
        """Now, or `started_at` where the wall clock was set back: no duration is ever negative."""
        return max(self.now.wall, started_at)

    def keep(self, record: Any, actor: str = "") -> None:
        """Journal a record (or its next version)."""
        self._add(Changes(entries=(Entry(record, actor or self.actor, self._cause),)))

    def keep_position(self, position: CounterPosition) -> None:
        """Remember where a counter stands, in the same transaction."""
        self._add(Changes(positions=(position,)))

    def keep_draft(self, draft: Draft) -> None:
        """Remember (or with an empty text forget) something half typed."""
        self._add(Changes(drafts=(draft,)))

    def keep_curve(self, curve: Curve) -> None:
        """Keep a cycle's samples."""
        self._add(Changes(curves=(curve,)))

    def write(self, order: WriteOrder) -> None:
        """Ask a machine for a value once the changes are committed."""
        self.writes += (order,)

    def answer_alarm(self, order: AlarmOrder) -> None:
        """Tell a machine of a person who saw its alarm, once the changes are committed."""
        self.alarms += (order,)

    def send(self, errand: Errand) -> None:
        """Have the engine do something once the changes are committed."""
        self.errands += (errand,)

    def refuse(self, code: Code, *args: str) -> None:
        """Say no but keep what was written into this turn; `RefusedError` keeps nothing."""
        self.refusal = (code, args)

    def take(self, other: Turn) -> None:
        """Take over what a part of this decision changed in another actor's name."""
        self._add(other.changes)
        self.writes += other.writes
        self.alarms += other.alarms
        self.errands += other.errands

    def _add(self, changes: Changes) -> None:
        self.changes += changes
