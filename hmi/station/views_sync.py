"""The picture of the centre, with what the core itself knows of clock and backups laid over it."""

from __future__ import annotations

from dataclasses import replace

from hmi.station.state import Station
from hmi.station.topics import SyncTopic


def sync_topic(station: Station) -> SyncTopic:
    """How the centre stands."""
    clock = station.clock
    own = {"clock_offset_us": clock.offset_us, "is_clock_suspect": clock.is_suspect, "backup": station.backups.view}
    return replace(station.sync, **own)
