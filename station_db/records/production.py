"""What the machine made: cycles, parts nobody saw, counts nobody can explain."""

from __future__ import annotations

from dataclasses import dataclass

from station_db.records.base import Digest, Instant, RecordId, Verdict, record


@dataclass(frozen=True, slots=True)
class Result:
    """One result of a cycle as the machine gave it."""

    name: str
    value: float | None
    unit: str = ""


@record("cycle")
class Cycle:
    """One machine cycle as it was seen: exactly one part, good or bad."""

    id: RecordId
    machine: str
    number: int
    boot: int | None = None
    started_at: Instant | None = None
    ended_at: Instant
    duration_ms: int | None = None
    verdict: Verdict
    results: tuple[Result, ...] = ()
    curve_digest: Digest | None = None
    curve_lost: int = 0
    job_order: RecordId | None = None
    unit: RecordId | None = None
    permit: RecordId | None = None


@record("unseen_parts")
class UnseenParts:
    """Parts without details: those the machine counted unwatched, those people count, settle or (negative) take back."""

    id: RecordId
    machine: str
    cycles: int
    good: int
    bad: int
    from_at: Instant | None
    to_at: Instant
    reason: str


@record("count_gap")
class CountGap:
    """A jump of a counter that can't be explained; a person settles it: how many parts, good and bad, and why so.

    `counted` of the parts of that time are in the record already; what a person settles comes on top of them.
    """

    id: RecordId
    machine: str
    counter: str
    old: int
    new: int
    from_at: Instant | None
    to_at: Instant
    reason: str
    settled: bool = False
    counted: int | None = None
    settled_good: int | None = None
    settled_bad: int | None = None
    settled_by: str | None = None
    settled_at: Instant | None = None
    settled_reason: str | None = None
