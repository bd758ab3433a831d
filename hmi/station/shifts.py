"""Which shift it is: a pattern's occurrence on a local date, right on days of 23 and 25 hours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hmi.station.turn import Turn
from station_db.records.base import Instant, RecordId
from station_db.records.people import ShiftOccurrence, ShiftPattern

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
UNSAVED = RecordId("")


def local(at: Instant, zone: str) -> datetime:
    """An instant on the wall clock of `zone`."""
    return (EPOCH + at * MICROSECOND).astimezone(ZoneInfo(zone))


def instant(wall: datetime, zone: str) -> Instant:
    """A wall clock time of `zone` (naive) as an instant."""
    return Instant((wall.replace(tzinfo=ZoneInfo(zone)) - EPOCH) // MICROSECOND)


def current(patterns: Iterable[ShiftPattern], zone: str, turn: Turn) -> ShiftOccurrence:
    """The shift that runs now, as a new record; outside any a nameless one (`is_named`), at most a calendar day."""
    now = turn.now.wall
    known = tuple(_occurrences(tuple(patterns), zone, now))
    running = next((shift for shift in known if shift.started_at <= now < shift.ended_at), None)
    shift = running or _between(known, zone, now)
    return replace(shift, id=turn.new_id())


def is_named(shift: ShiftOccurrence | None) -> bool:
    """Whether it is a real shift, not the time outside them."""
    return shift is not None and shift.pattern != ""


def _occurrences(patterns: tuple[ShiftPattern, ...], zone: str, at: Instant) -> Iterator[ShiftOccurrence]:
    """Each pattern's shifts that begin yesterday, today or tomorrow."""
    today = local(at, zone).date()
    for pattern in patterns:
        for day in (today, today - timedelta(days=1), today + timedelta(days=1)):
            if day.weekday() in pattern.weekdays:
                yield _occurrence(pattern, day, zone)


def _occurrence(pattern: ShiftPattern, day: date, zone: str) -> ShiftOccurrence:
    begin = datetime.combine(day, time.fromisoformat(pattern.start))
    end = begin + timedelta(minutes=pattern.minutes)
    return ShiftOccurrence(
        id=UNSAVED,
        pattern=pattern.id,
        name=pattern.name,
        business_date=day.isoformat(),
        zone=zone,
        started_at=instant(begin, zone),
        ended_at=instant(end, zone),
        planned=pattern.planned,
    )


def _between(known: tuple[ShiftOccurrence, ...], zone: str, now: Instant) -> ShiftOccurrence:
    """From midnight or the last shift's end to the next shift's begin or midnight."""
    today = local(now, zone).date()
    begin = instant(datetime.combine(today, time()), zone)
    end = instant(datetime.combine(today + timedelta(days=1), time()), zone)
    return ShiftOccurrence(
        id=UNSAVED,
        pattern=UNSAVED,
        name="",
        business_date=today.isoformat(),
        zone=zone,
        started_at=max([begin, *(shift.ended_at for shift in known if shift.ended_at <= now)]),
        ended_at=min([end, *(shift.started_at for shift in known if shift.started_at > now)]),
    )
