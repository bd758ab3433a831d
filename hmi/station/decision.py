"""What the core answers to anything it is told: what changed, what to write to a machine, which topics are new."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from hmi.station.commands import Answer
from station_db.records.base import RecordId
from station_db.records.changes import Changes


@dataclass(frozen=True, slots=True)
class WriteOrder:
    """A value to write to a machine once the changes are committed; `id` is the `machine_write` record's."""

    id: RecordId
    machine: str
    tag: str
    value: float


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What came of a `WriteOrder` or an `AlarmOrder`: `state` of `WriteState`, and why where it is not confirmed."""

    id: RecordId
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AlarmOrder:
    """A machine that keeps its own alarm is to hear that a person saw it, or (`is_confirmation`) dealt with it; told once."""

    id: RecordId
    machine: str
    condition: str
    branch: str
    comment: str
    is_confirmation: bool = False


class Errand(StrEnum):
    """What the engine does for the core once the changes are committed, beside writing to machines."""

    RETRY_SYNC = "retry_sync"
    """Try the centre at once, and what it set aside again."""
    EXPORT_ASIDE = "export_aside"
    """Write what is set aside into a file."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of one input. `topics` are the classes of `hmi.station.topics` whose picture may have changed."""

    changes: Changes = field(default_factory=Changes)
    writes: tuple[WriteOrder, ...] = ()
    answer: Answer | None = None
    topics: frozenset[type] = frozenset()
    alarms: tuple[AlarmOrder, ...] = ()
    errands: tuple[Errand, ...] = ()
