"""What time alone brings: the next shift with its counts at zero, and a wall clock that was set."""

from __future__ import annotations

from dataclasses import replace

from hmi.station import alarms, clock_checks, shifts, timeline
from hmi.station.codes import Code
from hmi.station.counts import Tally
from hmi.station.state import Station
from hmi.station.turn import STATION, Turn
from station_db.records.people import ShiftOccurrence

STEP_US = 1_000_000
"""A wall clock that moves so far against the monotonic one between two ticks was set by somebody."""
SECOND_US = 1_000_000
TOLD_NS = 600_000_000_000
"""A clock that was set is told for ten minutes."""


def follow(station: Station, turn: Turn) -> Station:
    """Begin the shift that runs now; counts and timeline begin with it."""
    running = _running(station, turn)
    if running is station.shift:
        return station
    if station.shift is not None and station.shift.ended_at > running.started_at:
        turn.keep(replace(station.shift, ended_at=running.started_at))
    turn.keep(running)
    since = running.started_at
    return replace(station, shift=running, tally=Tally(since), timeline=timeline.since(station.timeline, since))


def keep_up(station: Station, turn: Turn) -> Station:
    """Begin the next shift before anything of it is counted: what comes need not wait for a tick."""
    is_over = station.shift is not None and turn.now.wall >= station.shift.ended_at
    return follow(station, turn) if is_over else station


def watch_clock(station: Station, turn: Turn) -> Station:
    """Notice a clock that was set, and say so for a while. A clock that drifts slowly is followed in silence."""
    skew = turn.now.wall - turn.now.mono // 1000
    moved = skew - station.clock_skew_us
    if abs(moved) >= STEP_US:
        return _stepped(station, skew, moved, turn)
    active = station.alarms
    if turn.now.mono - station.clock_stepped_ns > TOLD_NS:
        active = alarms.clear(active, (STATION, Code.CLOCK_STEPPED), turn)
    clock = clock_checks.settle(station.clock, turn)
    return replace(station, clock_skew_us=skew, clock=clock, alarms=clock_checks.tell(active, clock, turn))


def _stepped(station: Station, skew: int, moved: int, turn: Turn) -> Station:
    told = alarms.own(STATION, Code.CLOCK_STEPPED, turn, str(round(moved / SECOND_US)), priority="medium")
    fresh = alarms.clear(station.alarms, (STATION, Code.CLOCK_STEPPED), turn)
    clock = clock_checks.stepped(station.clock, moved, turn)
    active = clock_checks.tell(alarms.raise_alarm(fresh, told, turn), clock, turn)
    return replace(station, clock_skew_us=skew, clock_stepped_ns=turn.now.mono, clock=clock, alarms=active)


def _running(station: Station, turn: Turn) -> ShiftOccurrence:
    """The shift of now; the one known already stays, and a clock set back does not bring an old one back."""
    known, patterns = station.shift, station.plant.patterns.values()
    if known is not None and turn.now.wall < known.ended_at and (shifts.is_named(known) or not patterns):
        return known
    running = shifts.current(patterns, station.setup.zone, turn)
    is_same = known is not None and not shifts.is_named(running) and turn.now.wall < known.ended_at
    return known if known is not None and is_same else running
