"""Making a record again: from the newest backup that is whole, and every sound entry of the damaged files that follows it.

Entries are put back where they were, checked one by one against the chain. Those behind a hole cannot be: they are written
again in the epoch that opens next, so that nothing that can still be read is lost. What is missing is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, insert, select

from station_db import journal, writing
from station_db.anchors import Anchor
from station_db.carving import Carved, Place, carve
from station_db.crashpoints import crashpoint
from station_db.epochs import EpochReason, opening, tip_of
from station_db.errors import ProjectionError
from station_db.feed import set_aside_row
from station_db.journal import GENESIS, JournalEntry, Origin, last_entry
from station_db.marker import Marker
from station_db.pages import Pages
from station_db.projection import Projected, projected, write_rows
from station_db.records.base import CENTRE, Instant, RecordId, from_payload
from station_db.records.changes import Entry
from station_db.redacting import follow_all
from station_db.salvage_local import refill_cursor, refill_local
from station_db.sidelining import Kept
from station_db.tables import JOURNAL, SET_ASIDE, TYPED

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Salvage:
    """What became of it: entries the record then has, entries known to have been made and found nowhere, the files' new name."""

    entries: int
    lost: int
    kept_as: str

    @property
    def reason(self) -> str:
        """What the epoch that it opens says of it."""
        return f"{EpochReason.SALVAGED} {self.entries} {self.lost} {self.kept_as}"

    @classmethod
    def of(cls, reason: str) -> Salvage | None:
        """Back from an epoch's reason; None for an epoch that was opened for another one."""
        told = reason.split(" ")
        return (
            cls(int(told[1]), int(told[2]), told[3]) if told[0] == EpochReason.SALVAGED and len(told) == 4 else None
        )  # see `reason`


@dataclass(frozen=True, slots=True)
class Epoch:
    """An epoch as its own first entry, or the backup, tells it."""

    id: str
    number: int
    begins_with: str


def dig(kept: Iterable[Kept], lone_log: Path | None = None) -> Carved:
    """Every sound entry of the files that were put aside."""
    found = Carved()
    for each in kept:
        found.take(carve(Pages(each.path, each.log)))
    if lone_log is not None:
        found.take(carve(Pages(None, lone_log)))
    return found


def refill(connection: Connection, origin: Origin, epoch: RecordId, found: Carved, kept: Kept, marker: Marker | None) -> Salvage:
    """Put back what was found and open `epoch`, within the caller's transaction on the new record (a backup, or an empty one)."""
    station_id = origin.station_id
    for source in (CENTRE, station_id):
        for each in _epochs(connection, source, found):
            _write(connection, _missing(connection, source, each, found), each.number, origin.recorded_at)
    follow_all(connection)
    crashpoint("during_salvage")
    tip = tip_of(connection, station_id)
    heights = _heights(connection, station_id)
    orphans = tuple(_orphans(station_id, found, heights))
    have = sum(heights.values()) + len(orphans)
    lost = _expected(connection, station_id, found, heights, marker) - have
    salvage = Salvage(have, lost, kept.path.name)
    refill_cursor(connection, station_id)
    refill_local(connection, station_id, kept.path, None if lost or orphans else tip)
    deepest = max((each.number for each in _epochs(connection, station_id, found)), default=0)
    depth = max(deepest, marker.epoch_no if marker is not None else 0)
    before, opened = opening(tip, epoch, salvage.reason, origin.recorded_at, depth=depth)
    writing.write_entries(connection, origin, before, (opened, *orphans))
    return salvage


def _epochs(connection: Connection, origin: str, found: Carved) -> list[Epoch]:
    """Every epoch that the new record or an entry tells of, the first one first."""
    table = TYPED["epoch"].c
    query = select(table.id, table.epoch_no, table.parent_head).where(table.station_id == origin)
    known = {row.id: Epoch(row.id, row.epoch_no, row.parent_head or GENESIS) for row in connection.execute(query)}
    for opened in found.records("epoch", origin):
        known.setdefault(opened.id, Epoch(opened.id, opened.epoch_no, opened.parent_head or GENESIS))
    return sorted(known.values(), key=lambda epoch: epoch.number)


def _missing(connection: Connection, origin: str, epoch: Epoch, found: Carved) -> Iterable[JournalEntry]:
    """What the new record lacks of an epoch: of our own all that follows in the chain, of the centre's all there is.

    What came down has holes by its nature. Its cursor stays where it was, so that whatever is missing comes again.
    """
    if origin != CENTRE:
        last = last_entry(connection, origin, epoch.id)
        start = Anchor(last.seq, last.hash) if last else _anchor(found, origin, epoch)
        return _chained(found, (origin, epoch.id, start.seq), start.head)
    here = set(connection.scalars(select(JOURNAL.c.seq).where(JOURNAL.c.station_id == CENTRE, JOURNAL.c.epoch == epoch.id)))
    others = (entry for place, entry in found.entries.items() if place[:2] == (CENTRE, epoch.id) and place[2] not in here)
    return sorted(others, key=lambda entry: entry.seq)


def _anchor(found: Carved, origin: str, epoch: Epoch) -> Anchor:
    """Where an epoch's entries begin: where the newest `pruned` says, or where the epoch did."""
    said = [Anchor(record.up_to_seq, record.head) for record in found.records("pruned", origin) if record.epoch == epoch.id]
    return max(said, key=lambda anchor: anchor.seq, default=Anchor(0, epoch.begins_with))


def _chained(found: Carved, place: Place, head: str) -> Iterator[JournalEntry]:
    origin, epoch, seq = place
    while True:
        seq += 1
        candidates = (found.entries.get((origin, epoch, seq)), found.doubtful.get((origin, epoch, seq)))
        entry = next((each for each in candidates if each is not None and each.prev_hash == head), None)
        if entry is None:
            return
        yield entry
        head = entry.hash


def _write(connection: Connection, entries: Iterable[JournalEntry], epoch_no: int, at: Instant) -> None:
    left = iter(entries)
    while piece := tuple(islice(left, AT_ONCE)):
        journal.append(connection, piece)
        rows: list[Projected] = []
        for entry in piece:
            try:
                rows.append(projected(entry, epoch_no))
            except ProjectionError as error:
                connection.execute(insert(SET_ASIDE), set_aside_row(entry, error, at))
        write_rows(connection, rows)


def _heights(connection: Connection, station_id: str) -> dict[str, int]:
    """The last number of each epoch."""
    epochs = connection.scalars(select(JOURNAL.c.epoch).where(JOURNAL.c.station_id == station_id).distinct())
    last = {epoch: last_entry(connection, station_id, epoch) for epoch in epochs.all()}
    return {epoch: entry.seq for epoch, entry in last.items() if entry is not None}


def _orphans(station_id: str, found: Carved, heights: dict[str, int]) -> Iterator[Entry]:
    """Sound entries of the file itself that no chain reaches, as far as this version can read them."""
    left = [
        entry
        for (origin, epoch, seq), entry in found.entries.items()
        if origin == station_id and seq > heights.get(epoch, 0) and not entry.kind.startswith("epoch.")
    ]
    for entry in sorted(left, key=lambda entry: (entry.recorded_at, entry.epoch, entry.seq)):
        with suppress(KeyError, ValueError, TypeError, AttributeError):
            yield Entry(from_payload(entry.kind, entry.payload), entry.actor, entry.cause, entry.addressee)


def _expected(connection: Connection, station_id: str, found: Carved, heights: dict[str, int], marker: Marker | None) -> int:
    """How many entries are known to have been made: up to the marker, to where an heir says an epoch ended, to the last found."""
    told = [(epoch, seq) for origin, epoch, seq in found.entries if origin == station_id]
    told += [(marker.epoch, marker.seq)] if marker is not None and marker.epoch else []
    heirs = TYPED["epoch"].c
    query = select(heirs.parent, heirs.parent_seq).where(heirs.station_id == station_id, heirs.parent.is_not(None))
    told += [(row.parent, row.parent_seq) for row in connection.execute(query)]
    ends = dict(heights)
    for epoch, seq in told:
        ends[epoch] = max(ends.get(epoch, 0), seq)
    pruned = {record.epoch: record.up_to_seq for record in found.records("pruned", station_id) if record.epoch not in heights}
    return sum(end - pruned.get(epoch, 0) for epoch, end in ends.items())
