"""How long records stay, and which of them may be let go at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from station_db.records.base import Instant
from station_db.records.equipment import DownloadState, WriteState
from station_db.records.keeping import AnswerState

DAY_US = 86_400_000_000
RECOVERY_DAYS = 30
"""So long a centre may take to be put back from its own backups; nothing younger is let go."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Retention:
    """Days that records stay at the station after they were last written: `days`, and more of them for the named `kinds`.

    `recovery_days` is the least there may be of either. Nothing is let go without a centre that has proven to hold it.
    """

    days: int
    kinds: Mapping[str, int] = field(default_factory=dict[str, int])
    recovery_days: int = RECOVERY_DAYS

    def oldest_kept(self, at: Instant) -> Instant:
        """What was recorded before is old enough to go; a whole UTC day at a time."""
        return self._before(at, self.days)

    def may_go(self, kind: str, recorded_at: Instant, at: Instant) -> bool:
        """Whether a record of a kind, last written then, has stayed its time."""
        return kind in LETTABLE and recorded_at < self._before(at, self.kinds.get(kind, self.days))

    def _before(self, at: Instant, days: int) -> Instant:
        return Instant((at // DAY_US - max(days, self.recovery_days)) * DAY_US)


def _has_ended(row: Row) -> bool:
    return row["ended_at"] is not None


def _always(_row: Row) -> bool:
    return True


LETTABLE: Mapping[str, Callable[[Row], bool]] = {
    "unit": _has_ended,
    "step_run": _has_ended,
    "permit": _has_ended,
    "cycle": _always,
    "check_result": _always,
    "routing_snapshot": _always,
    "equipment_state": _has_ended,
    "link_gap": lambda row: row["to_at"] is not None,
    "alarm_event": lambda row: row["went_at"] is not None,
    "machine_write": lambda row: row["state"] != WriteState.ASKED,
    "recipe_download": lambda row: row["state"] != DownloadState.RUNNING,
    "unseen_parts": _always,
    "count_gap": lambda row: bool(row["settled"]),
    "sign_in": _has_ended,
    "shift_occurrence": _always,
    "engine_run": _always,
    "clock_check": _always,
    "backup": _always,
    "order_conflict": _always,
    "request_answer": lambda row: row["state"] != AnswerState.OPEN,
}
"""The kinds that may be let go, and when one of them is closed. What belongs to an order is so once that order is, too.

All others stay for good: above all how each order ended here, or it would be offered again.
"""
