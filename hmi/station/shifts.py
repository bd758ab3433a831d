"""Which shift it is: a pattern's occurrence on a local date, right on days of 23 and 25 hours. No patterns, no shift."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hmi.station.turn import Turn
from station_db.records.base import Instant
from station_db.records.people import ShiftOccurrence, ShiftPattern

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def local(at: Instant, zone: str) -> datetime:
    """An instant on the wall clock of `zone`."""
    return (EPOCH + at * MICROSECOND).astimezone(ZoneInfo(zone))


def instant(wall: datetime, zone: str) -> Instant:
    """A wall clock time of `zone` (naive) as an instant."""
    return Instant((wall.replace(tzinfo=ZoneInfo(zone)) - EPOCH) // MICROSECOND)


def midnight(at: Instant, zone: str) -> Instant:
    """The last local midnight."""
    return instant(datetime.combine(local(at, zone).date(), time()), zone)  # made aware by instant()


def occurrences(
    patterns: Iterable[ShiftPattern], zone: str, at: Instant
) -> Iterator[tuple[ShiftPattern, date, Instant, Instant]]:
    """Each pattern's shifts that began yesterday or today, with begin and end."""
    today = local(at, zone).date()
    for pattern in patterns:
        for day in (today, today - timedelta(days=1)):
            if day.weekday() in pattern.weekdays:
                begin = datetime.combine(day, time.fromisoformat(pattern.start))
                end = begin + timedelta(minutes=pattern.minutes)
                yield pattern, day, instant(begin, zone), instant(end, zone)


def current(patterns: Iterable[ShiftPattern], zone: str, turn: Turn) -> ShiftOccurrence | None:
    """The shift that runs now, as a new record; None outside any."""
    now = turn.now.wall
    for pattern, day, begin, end in occurrences(patterns, zone, now):
        if begin <= now < end:
            return ShiftOccurrence(
                id=turn.new_id(),
                pattern=pattern.id,
                name=pattern.name,
                business_date=day.isoformat(),
                zone=zone,
                started_at=begin,
                ended_at=end,
                planned=pattern.planned,
            )
    return None
