"""People, sign-ins and shifts."""

from __future__ import annotations

from enum import StrEnum

from station_db.records.base import Instant, RecordId, record


class PersonRole(StrEnum):
    """The four roles to begin with."""

    OPERATOR = "operator"
    SETTER = "setter"
    QUALITY = "quality"
    LEAD = "lead"


@record("person")
class Person:
    """Somebody who may work here (master data). `pin_hash` is argon2id; empty means no PIN is set."""

    id: RecordId
    name: str
    initials: str
    badge: str
    role: PersonRole
    pin_hash: str = ""
    language: str = "en"
    active: bool = True


@record("sign_in")
class SignIn:
    """A person at the station; open while `ended_at` is None."""

    id: RecordId
    person: RecordId
    role: PersonRole
    method: str
    started_at: Instant
    ended_at: Instant | None = None
    end_reason: str = ""


@record("shift_pattern")
class ShiftPattern:
    """A shift that repeats on weekdays (master data). Local `start` is `HH:MM`; weekdays 0 Monday to 6 Sunday."""

    id: RecordId
    name: str
    start: str
    minutes: int
    weekdays: tuple[int, ...]
    planned: int = 0


@record("shift_occurrence")
class ShiftOccurrence:
    """One real shift; it belongs to the business date it began."""

    id: RecordId
    pattern: RecordId
    name: str
    business_date: str
    zone: str
    started_at: Instant
    ended_at: Instant
    planned: int = 0
