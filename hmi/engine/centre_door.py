"""The uplink's way into `station_db.sync`: one open connection to the centre, every step within its deadline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from hmi.clock import Clock
from hmi.engine.acknowledged import Acknowledged
from hmi.engine.uplink_door import SHOWN_MOST, ClockOffset, Comparison, Said
from hmi.engine.uplink_messages import Begin
from hmi.station.topics import SetAsideView
from station_db import durable
from station_db.feed import FeedCursor, Snapshot
from station_db.journal import FeedEntry
from station_db.reader import Reader
from station_db.records.base import RecordId
from station_db.sync import aside, down, lanes, offset, partitions, reconcile, sharing, snapshot, up
from station_db.sync.centre import Centre

ENTRIES_AT_ONCE = 100
"""News that travel to the engine as one piece: few enough that taking them in does not make the machines' readings late."""


class OpenCentre:
    """A `hmi.engine.uplink_door.CentreDoor` of one station."""

    def __init__(self, begin: Begin, clock: Clock) -> None:
        self._centre = Centre.connect(begin.url, begin.password)
        self._station = begin.station
        self._app_version = begin.app_version
        self._clock = clock

    @property
    def shown(self) -> str:
        """The centre's address, without a password."""
        return self._centre.url

    def acknowledged(self, reader: Reader) -> Acknowledged:
        """How far the centre has our records, and how many of them it set aside."""
        marks = {epoch: mark.last_seq for epoch, mark in up.marks(self._centre, self._station).items()}
        return Acknowledged(marks, up.balance(reader, self._centre).set_aside)

    def send(self, reader: Reader, said: Said) -> int:
        """Send the next entries; how many, 0 when nothing is unsent."""
        told = up.Said(self._app_version, said.clock_offset_us, said.signals_waiting)
        return up.push(reader, self._centre, at=self._clock.moment().wall, said=told).entries

    def snapshot(self, cursor: FeedCursor | None) -> Snapshot | None:
        """What a station gets that is new or far behind; None where the feed may simply go on."""
        return snapshot.take(self._centre, self._station, cursor)

    def fetch(self, cursor: FeedCursor | None) -> Sequence[FeedEntry]:
        """The next entries of the centre for us; none when we have all."""
        return down.pull(self._centre, self._station, cursor, limit=ENTRIES_AT_ONCE)

    def clock(self) -> ClockOffset | None:
        """How our clock stands to the centre's; None where it has none."""
        found = offset.measure(self._centre, lambda: self._clock.moment().wall)
        return None if found is None else ClockOffset(found.offset_us, found.within_us)

    def set_aside(self) -> tuple[SetAsideView, ...]:
        """The newest of what the centre set aside of ours."""
        found = aside.items(self._centre, self._station, SHOWN_MOST)
        return tuple(SetAsideView(f"{item.epoch}/{item.seq}", item.kind, item.reason, item.at) for item in found)

    def retry_aside(self) -> int:
        """Have it read again; how many are in their tables now."""
        return aside.retry(self._centre, self._station, self._clock.moment().wall)

    def export_aside(self, path: Path) -> None:
        """Write what is set aside into a file, a line of JSON each; under its name it is whole and on the disk."""
        durable.make_folder(path.parent)
        new = path.with_name(f"{path.name}.new")
        try:
            with new.open("w", encoding="utf-8") as file:
                file.writelines(f"{line}\n" for line in aside.lines(self._centre, self._station))
            durable.fsync_file(new)
            new.replace(path)
            durable.fsync_folder(path.parent)
        finally:
            new.unlink(missing_ok=True)

    def others_on(self, order: RecordId) -> tuple[str, ...]:
        """The other stations that work on an order."""
        return sharing.others_on(self._centre, self._station, order)

    def compare(self, reader: Reader) -> Comparison:
        """Compare whole days and send again what the centre lost; an errand on the way are the centre's coming months."""
        partitions.make_ahead(self._centre)
        found = reconcile.reconcile(reader, self._centre, at=self._clock.moment().wall)
        first = f"{found.places[0].epoch}/{found.places[0].seq}" if found.places else ""
        return Comparison(found.days, found.differing + found.extra, first)

    def send_signals(self, reader: Reader) -> int:
        """Send the next blocks and curves, for less than a second; how many, 0 when none waits."""
        return lanes.push_signals(reader, self._centre, at=self._clock.moment().wall)

    def signals_sent(self, reader: Reader) -> Mapping[str, int]:
        """The last number of each lane of signals that the centre has."""
        return lanes.signal_marks(self._centre, self._station, reader.series())

    def shut(self) -> None:
        """End it from any thread."""
        self._centre.shut()

    def close(self) -> None:
        """Let go of it."""
        self._centre.close()
