"""Bringing the station in line with what the centre says: conflicts and requests follow orders, work and counts."""

from __future__ import annotations

from hmi.station import conflicts, requests
from hmi.station.state import Station
from hmi.station.turn import Turn


def follow(station: Station, turn: Turn) -> Station:
    """Look at everything, as after a restart."""
    return requests.follow(conflicts.tell(conflicts.follow(station, turn), turn), turn)


def keep_up(before: Station, after: Station, turn: Turn) -> Station:
    """Look only where something it depends on has changed: this is asked for every reading."""
    if after.plant is before.plant and after.work is before.work and after.open_gaps is before.open_gaps:
        return after
    by_itself = Turn(turn.now)
    after = requests.follow(conflicts.follow(after, by_itself), by_itself)
    turn.take(by_itself)
    return after
