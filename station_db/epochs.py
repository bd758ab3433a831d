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
    SALVAGED = "salvaged"
    """Made again after damage; in the record the counts follow (`station_db.salvage`)."""


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
    if marker is None or marker.machine != here.machine or _is_copied(marker.files, here.files):
        return EpochReason.COPIED
    if marker.files != here.files or (marker.clean and marker.changed_at != here.changed_at):
        return EpochReason.RESTORED
    if marker.epoch != tip.epoch or not passed(connection, station_id, marker):
        return EpochReason.RESTORED
    return None


def _is_copied(then: str, now: str) -> bool:
    """Whether both files are others; where only the database is, somebody put one back beside the marker."""
    return then != now and then.rpartition("/")[2] != now.rpartition("/")[2]


def passed(connection: Connection, station_id: str, marker: Marker) -> bool:
    """Whether the journal went through the very entry the marker names."""
    wanted = (JOURNAL.c.station_id == station_id, JOURNAL.c.epoch == marker.epoch, JOURNAL.c.seq == marker.seq)
    return connection.scalar(select(JOURNAL.c.hash).where(*wanted)) == marker.head


def opening(parent: Position | None, epoch: RecordId, reason: str, at: Instant, *, depth: int = 0) -> tuple[Position, Entry]:
    """The new epoch's position before its first entry, and that entry.

    `depth` is that of the deepest epoch there ever was, where it is not the parent: its number must not be used again.
    """
    epoch_no = max(0 if parent is None else parent.epoch_no, depth) + 1
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
