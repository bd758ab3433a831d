"""The engine's way into `station_db.sync`: one open connection to the centre, every step under a deadline."""

from __future__ import annotations

from hmi.engine.uplink import CentreDoor
from hmi.settings import Centre


def open_centre(centre: Centre, station: str) -> CentreDoor:
    """Connect. Raises `CentreError`."""
    from station_db.sync.link import connect  # only a station with a centre loads what talks to it

    return connect(centre.url, centre.password, station)
