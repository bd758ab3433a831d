"""What time alone brings: the next shift with its counts at zero, and a wall clock that was set."""

from __future__ import annotations

from dataclasses import replace

from hmi.station import alarms, shifts, timeline
from hmi.station.codes import Code
from hmi.station.counts import Tally
from hmi.station.state import Station
from hmi.station.turn import STATION, Turn
from station_db.records.base import Instant
from station_db.records.people import ShiftOccurrence

STEP_US = 2_000_000
"""A wall clock that moves so far against the monotonic one between two ticks was set by somebody."""


def follow(station: Station, turn: Turn) -> Station:
    """Begin the shift that runs now; counts and timeline begin with it (outside any shift: at midnight)."""
    running = _running(station, turn)
    if running is not station.shift:
        if running is not None:
            turn.keep(running)
        station = replace(station, shift=running)
    since = running.started_at if running is not None else shifts.midnight(turn.now.wall, station.setup.zone)
    return station if since <= station.tally.since else _anew(station, since)


def watch_clock(station: Station, turn: Turn) -> Station:
    """Notice a clock that was set; said until the next tick that finds it steady for good is not needed: a person reads it."""
    skew = turn.now.wall - turn.now.mono // 1000
    moved = skew - station.clock_skew_us
    station = replace(station, clock_skew_us=skew)
    if abs(moved) < STEP_US:
        return station
    seconds = str(round(moved / 1_000_000))
    told = alarms.own(STATION, Code.CLOCK_STEPPED, turn, seconds, priority="medium")
    fresh = alarms.clear(station.alarms, (STATION, Code.CLOCK_STEPPED), turn)
    return replace(station, alarms=alarms.raise_alarm(fresh, told, turn))


def _running(station: Station, turn: Turn) -> ShiftOccurrence | None:
    """The shift of now; the one known already stays, and a clock set back does not bring an old one back."""
    known, now = station.shift, turn.now.wall
    if known is not None and now < known.ended_at:
        return known
    return shifts.current(station.plant.patterns.values(), station.setup.zone, turn)


def _anew(station: Station, since: Instant) -> Station:
    return replace(station, tally=Tally(since), timeline=timeline.since(station.timeline, since))
