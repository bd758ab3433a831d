"""The engine's way into `station_db.sync`: one open connection to the centre, every step within its deadline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hmi.clock import Clock
from hmi.settings import Centre as CentreSettings
from station_db.feed import FeedCursor
from station_db.journal import FeedEntry
from station_db.reader import Reader
from station_db.sync import down, up
from station_db.sync.centre import Centre

ENTRIES_AT_ONCE = 200
"""Few enough that preparing them does not make the machines' readings late."""


class OpenCentre:
    """A `hmi.engine.uplink.CentreDoor` of one station."""

    def __init__(self, settings: CentreSettings, station: str, app_version: str, clock: Clock) -> None:
        self._centre = Centre.connect(settings.url, settings.password)
        self._station = station
        self._app_version = app_version
        self._clock = clock

    def watermarks(self) -> Mapping[str, int]:
        """The last number of each of our epochs that the centre has."""
        return {epoch: mark.last_seq for epoch, mark in up.marks(self._centre, self._station).items()}

    def send(self, reader: Reader) -> int:
        """Send the next entries; how many, 0 when nothing is unsent."""
        now = self._clock.moment().wall
        return up.push(reader, self._centre, at=now, app_version=self._app_version, limit=ENTRIES_AT_ONCE).entries

    def fetch(self, cursor: FeedCursor | None) -> Sequence[FeedEntry]:
        """The next entries of the centre for us; none when we have all."""
        return down.pull(self._centre, self._station, cursor)

    def shut(self) -> None:
        """End it from any thread."""
        self._centre.shut()

    def close(self) -> None:
        """Let go of it."""
        self._centre.close()
