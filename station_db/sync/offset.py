"""How far this computer's clock is from its centre's: asked a few times, the quickest answer counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import text

from station_db.records.base import Instant
from station_db.sync.centre import Centre

ROUNDS = 5
SERVER_TIME = text("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """What must be added to this clock to have the centre's time, and how exactly that is known."""

    offset_us: int
    within_us: int


def measure(centre: Centre, now: Callable[[], Instant]) -> ClockOffset | None:
    """Ask the centre for its time; `now` reads this computer's. Raises `CentreError`.

    None for a centre in a file: it has no clock, and so no word against what this one's own record says of it.
    """
    if not centre.is_postgresql:
        return None
    return min((_round(centre, now) for _ in range(ROUNDS)), key=lambda found: found.within_us)


def _round(centre: Centre, now: Callable[[], Instant]) -> ClockOffset:
    """The server read its clock somewhere between asking and the answer: half way, give or take the half."""
    with centre.reading() as connection:
        asked = now()
        theirs = int(connection.scalar(SERVER_TIME) or 0)
        answered = now()
    return ClockOffset(theirs - (asked + answered) // 2, abs(answered - asked + 1) // 2)
