"""What was seen of the signals that may confirm the open step."""

from __future__ import annotations

from dataclasses import dataclass

from station_db.records.base import RecordId


@dataclass(frozen=True, slots=True)
class Evidence:
    """Which tags (machine, name) were seen at rest since the open step opened."""

    step: RecordId | None = None
    since_ns: int = 0
    rested: frozenset[tuple[str, str]] = frozenset()
