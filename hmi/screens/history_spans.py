"""Which time a shift of the history is."""

from __future__ import annotations

from enum import StrEnum

from hmi.presenters.picture import Picture
from station_db.queries import Span
from station_db.records.base import Instant

HOURS_8_US = 8 * 3600 * 1_000_000


class ShiftChoice(StrEnum):
    """The shift that runs, or the one before."""

    THIS = "this_shift"
    LAST = "last_shift"


def shift_span(choice: ShiftChoice, picture: Picture, now: int) -> Span:
    """The shift's time; where no shift runs, the last eight hours. The last shift is as long as this one."""
    shift = picture.station.shift if picture.station else None
    start, end = (shift.started_at, shift.ended_at) if shift else (now - HOURS_8_US, now + 1)
    if choice is ShiftChoice.LAST:
        start, end = start - (end - start), start
    return Span(Instant(start), Instant(end))
