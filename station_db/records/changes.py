"""What one decision changes: committed whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from station_db.records.local import CommandOutcome, CounterPosition, Curve, Draft


@dataclass(frozen=True, slots=True)
class Entry:
    """A record to be journalled: who did it and which command caused it.

    `actor` is a person's id, `machine:<id>` or `station`; `addressee` a station or empty for all.
    """

    record: Any
    actor: str
    cause: str | None = None
    addressee: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """Records in order, and what goes with them in the same transaction."""

    entries: tuple[Entry, ...] = ()
    positions: tuple[CounterPosition, ...] = ()
    drafts: tuple[Draft, ...] = ()
    outcomes: tuple[CommandOutcome, ...] = ()
    curves: tuple[Curve, ...] = ()

    def __add__(self, other: Changes) -> Changes:
        """Both, in order."""
        return Changes(
            self.entries + other.entries,
            self.positions + other.positions,
            self.drafts + other.drafts,
            self.outcomes + other.outcomes,
            self.curves + other.curves,
        )

    def __bool__(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.entries or self.positions or self.drafts or self.outcomes or self.curves)
