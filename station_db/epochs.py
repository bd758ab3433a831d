"""When numbers must not go on: a database that is new, was restored or was copied opens an epoch of its own."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Connection, select

from station_db.journal import GENESIS, Position, last_entry
from station_db.marker import Marker
from station_db.records.base import Instant, RecordId
from station_db.records.changes import Entry
from station_db.records.equipment import EpochOpened
from station_db.tables import JOURNAL, TYPED


class EpochReason(StrEnum):
    """Why an epoch was opened."""

    NEW = "new"
    RESTORED = "restored"
    COPIED = "copied"


def tip_of(connection: Connection, station_id: str) -> Position | None:
    """Where a station's journal stands in its deepest epoch; None when it has none."""
    epoch = TYPED["epoch"]
    newest = select(epoch.c.id, epoch.c.epoch_no, epoch.c.parent_head).where(epoch.c.station_id == station_id)
    row = connection.execute(newest.order_by(epoch.c.epoch_no.desc()).limit(1)).first()
    if row is None:
        return None
    last = last_entry(connection, station_id, row.id)
    if last is None:
        return Position(row.id, row.epoch_no, 0, row.parent_head or GENESIS)
    return Position(row.id, row.epoch_no, last.seq, last.hash)


def reason_to_open(
    connection: Connection, station_id: str, tip: Position | None, marker: Marker | None, here: Marker
) -> EpochReason | None:
    """Why this database cannot go on in the epoch it has; None when it can. `here` holds this computer's machine and files.

    A database ahead of its marker is what a kill leaves. One behind it, or with another hash at its number, was restored;
    so was one that changed after its clean end, or was put back together with its marker.
    """
    if tip is None:
        return EpochReason.NEW
    if marker is None or (marker.machine, marker.files) != (here.machine, here.files):
        return EpochReason.COPIED
    if marker.clean and marker.changed_at != here.changed_at:
        return EpochReason.RESTORED
    if marker.epoch != tip.epoch or not _passed(connection, station_id, marker):
        return EpochReason.RESTORED
    return None


def _passed(connection: Connection, station_id: str, marker: Marker) -> bool:
    """Whether the journal went through the very entry the marker names."""
    wanted = (JOURNAL.c.station_id == station_id, JOURNAL.c.epoch == marker.epoch, JOURNAL.c.seq == marker.seq)
    return connection.scalar(select(JOURNAL.c.hash).where(*wanted)) == marker.head


def opening(parent: Position | None, epoch: RecordId, reason: EpochReason, at: Instant) -> tuple[Position, Entry]:
    """The new epoch's position before its first entry, and that entry."""
    epoch_no = 1 if parent is None else parent.epoch_no + 1
    head = GENESIS if parent is None else parent.head
    opened = EpochOpened(
        id=epoch,
        epoch_no=epoch_no,
        parent=parent.epoch if parent else None,
        parent_seq=parent.seq if parent else 0,
        parent_head=parent.head if parent else "",
        reason=reason,
        opened_at=at,
    )
    return Position(epoch, epoch_no, 0, head), Entry(opened, actor="station")
