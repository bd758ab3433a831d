"""Which time a shift of the history is."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from hmi.presenters.picture import Picture
from station_db.queries import Span
from station_db.records.base import Instant
from station_db.records.people import ShiftOccurrence

HOURS_8_US = 8 * 3600 * 1_000_000
DAYS_14_US = 14 * 24 * 3600 * 1_000_000


class ShiftChoice(StrEnum):
    """The shift that runs, or the one before."""

    THIS = "this_shift"
    LAST = "last_shift"


def shift_span(choice: ShiftChoice, picture: Picture, now: int) -> Span:
    """The shift's time; without a shift the last eight hours. The last shift is taken to be as long as this one."""
    shift = picture.station.shift if picture.station else None
    start, end = (shift.started_at, shift.ended_at) if shift else (now - HOURS_8_US, now + 1)
    if choice is ShiftChoice.LAST:
        start, end = start - (end - start), start
    return Span(Instant(start), Instant(end))


def before_this(picture: Picture, now: int) -> Span:
    """Where to look for the last shift: two weeks back, so that holidays do not hide it."""
    start = shift_span(ShiftChoice.THIS, picture, now).start
    return Span(Instant(start - DAYS_14_US), start)


def last_of(shifts: Sequence[ShiftOccurrence], search: Span) -> Span | None:
    """The newest recorded shift that was over by the end of the search; None where none is recorded."""
    over = (shift for shift in shifts if shift.ended_at <= search.end)
    return next((Span(shift.started_at, shift.ended_at) for shift in over), None)
