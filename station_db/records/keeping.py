"""What keeps the record itself: a lead's requests, conflicts with the centre, clocks, backups, what was let go."""

from __future__ import annotations

from enum import StrEnum

from station_db.records.base import Digest, Instant, RecordId, record


class RequestAction(StrEnum):
    """What somebody at the centre may ask of a station."""

    PAUSE_ORDER = "pause_order"
    RESUME_ORDER = "resume_order"
    SETTLE_COUNT = "settle_count"


@record("lead_request")
class LeadRequest:
    """Something a lead asks of a station; made at the centre and addressed to it, as only the station changes its records.

    `subject` is the id of the record it is about, `value` what it shall become, in the words of the action.
    """

    id: RecordId
    station: str
    action: RequestAction
    subject: RecordId
    value: str = ""
    reason: str
    asked_by: str
    asked_at: Instant
    withdrawn: bool = False


class AnswerState(StrEnum):
    """How a request stands at the station."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@record("request_answer")
class RequestAnswer:
    """The station's answer; its id is the request's. `made` is the record it led to."""

    id: RecordId
    action: RequestAction
    state: AnswerState
    reason: str = ""
    answered_by: str | None = None
    answered_at: Instant | None = None
    made: RecordId | None = None


class ConflictKind(StrEnum):
    """How an order under work and the centre's word differ."""

    CANCELLED = "cancelled"
    CHANGED = "changed"
    VANISHED = "vanished"
    SHARED = "shared"
    """Another station works on it too."""


class ConflictDecision(StrEnum):
    """What a person decided."""

    KEEP = "keep"
    """Go on as it was started."""
    FOLLOW = "follow"
    """Do as the centre says: end or pause the order here; what was made stays."""


@record("order_conflict")
class OrderConflict:
    """An order under work that the centre has changed meanwhile: both versions as JSON, and what a person decided.

    Until then the work goes on as it was started, which loses nothing.
    """

    id: RecordId
    job_order: RecordId
    conflict: ConflictKind
    ours: str
    theirs: str
    opened_at: Instant
    decision: ConflictDecision | None = None
    decided_by: str | None = None
    decided_at: Instant | None = None
    reason: str = ""


@record("clock_check")
class ClockCheck:
    """How this station's clock stood: `offset_us` is what must be added to it to have `source`'s time, known to `within_us`.

    From a check that is `suspect` on, times are; until the next one that is not. Recorded times are never changed for it.
    """

    id: RecordId
    source: str
    at: Instant
    offset_us: int
    within_us: int = 0
    suspect: bool = False
    reason: str = ""


@record("backup")
class Backup:
    """A copy of the record made while it was in use, read back and checked; not `ok` says what went wrong with it."""

    id: RecordId
    at: Instant
    file: str
    size_bytes: int
    digest: Digest
    epoch: str
    seq: int
    ok: bool
    reason: str = ""


@record("pruned")
class Pruned:
    """Entries that were let go for room: those of an epoch up to `up_to_seq`, whose hash `head` is where the chain now begins."""

    id: RecordId
    epoch: str
    up_to_seq: int
    head: str
    entries: int
    newest_at: Instant
    at: Instant


@record("redaction")
class Redaction:
    """An entry whose personal data were taken out.

    It keeps `old_hash`, which the chain goes through; as it reads now it hashes to `new_hash`.
    """

    id: RecordId
    origin: str
    epoch: str
    seq: int
    old_hash: str
    new_hash: str
    person: RecordId
    reason: str
    at: Instant
