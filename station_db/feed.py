"""Applying what came down from the centre: entries, their rows and the cursor in one transaction, each entry once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects import sqlite

from station_db import journal
from station_db.crashpoints import crashpoint
from station_db.errors import FeedError, ProjectionError
from station_db.journal import FeedEntry, JournalEntry, entry_hash
from station_db.projection import Projected, projected, write_rows
from station_db.records.base import CENTRE, Instant
from station_db.tables import FEED_CURSOR, JOURNAL, SET_ASIDE


@dataclass(frozen=True, slots=True)
class FeedCursor:
    """How far an origin's entries were applied here, and when that origin was last heard."""

    epoch: str
    epoch_no: int
    last_seq: int
    heard_at: Instant


@dataclass(frozen=True, slots=True)
class Applied:
    """What a feed brought: the records in order, and the entries this version could not read."""

    records: tuple[Any, ...] = ()
    set_aside: tuple[ProjectionError, ...] = ()


START = FeedCursor("", 0, 0, Instant(0))


def cursor_of(connection: Connection, station_id: str) -> FeedCursor | None:
    """The cursor; None while the centre has never been heard."""
    wanted = (FEED_CURSOR.c.station_id == station_id, FEED_CURSOR.c.origin == CENTRE)
    row = connection.execute(select(FEED_CURSOR).where(*wanted)).first()
    return None if row is None else FeedCursor(row.epoch, row.epoch_no, row.last_seq, Instant(row.heard_at))


def apply_entries(connection: Connection, station_id: str, feed: Sequence[FeedEntry], at: Instant) -> Applied:
    """Write the entries that are new, within the caller's transaction; no entries at all still say that the centre was heard.

    Raises `FeedError` when one is not for this station, carries a wrong hash, breaks the order, or differs from what is here.
    """
    cursor = cursor_of(connection, station_id) or START
    new: list[FeedEntry] = []
    for each in feed:
        _check(each.entry, station_id)
        if _is_known(connection, cursor, each):
            continue
        cursor = _advanced(cursor, each)
        new.append(each)
    applied = _write(connection, new, at)
    crashpoint("after_feed_rows")
    _write_cursor(connection, station_id, cursor, at)
    crashpoint("after_feed_cursor")
    return applied


def _check(entry: JournalEntry, station_id: str) -> None:
    if entry.station_id != CENTRE or entry.addressee not in ("", station_id):
        raise FeedError(f"entry {entry.seq} of {entry.station_id} is not for {station_id}")
    if entry_hash(entry) != entry.hash:
        raise FeedError(f"entry {entry.seq} does not carry its own hash")


def _is_known(connection: Connection, cursor: FeedCursor, each: FeedEntry) -> bool:
    """Whether an entry was applied before. Raises `FeedError` when another one stands in its place."""
    entry = each.entry
    if (each.epoch_no, entry.seq) > (cursor.epoch_no, cursor.last_seq):
        return False
    wanted = (JOURNAL.c.station_id == CENTRE, JOURNAL.c.epoch == entry.epoch, JOURNAL.c.seq == entry.seq)
    if connection.scalar(select(JOURNAL.c.hash).where(*wanted)) == entry.hash:
        return True
    raise FeedError(f"entry {entry.seq} of epoch {entry.epoch} is out of order or differs from the one applied before")


def _advanced(cursor: FeedCursor, each: FeedEntry) -> FeedCursor:
    if each.epoch_no == cursor.epoch_no and each.entry.epoch != cursor.epoch:
        raise FeedError(f"epoch {each.entry.epoch} is a fork of {cursor.epoch}")
    return FeedCursor(each.entry.epoch, each.epoch_no, each.entry.seq, cursor.heard_at)


def _write(connection: Connection, new: Sequence[FeedEntry], at: Instant) -> Applied:
    journal.append(connection, [each.entry for each in new])
    rows: list[Projected] = []
    failed: list[ProjectionError] = []
    for each in new:
        try:
            rows.append(projected(each.entry, each.epoch_no))
        except ProjectionError as error:
            failed.append(error)
            connection.execute(insert(SET_ASIDE), set_aside_row(each.entry, error, at))
    write_rows(connection, rows)
    return Applied(tuple(row.record for row in rows), tuple(failed))


def set_aside_row(entry: JournalEntry, error: ProjectionError, at: Instant) -> dict[str, Any]:
    """The note of an entry that is stored but could not be projected."""
    place: dict[str, Any] = {"station_id": entry.station_id, "epoch": entry.epoch, "seq": entry.seq}
    return place | {"kind": entry.kind, "reason": error.reason, "at": at}


def _write_cursor(connection: Connection, station_id: str, cursor: FeedCursor, at: Instant) -> None:
    statement = sqlite.insert(FEED_CURSOR).values(
        station_id=station_id,
        origin=CENTRE,
        epoch=cursor.epoch,
        epoch_no=cursor.epoch_no,
        last_seq=cursor.last_seq,
        heard_at=at,
    )
    changed = {name: statement.excluded[name] for name in ("epoch", "epoch_no", "last_seq", "heard_at")}
    connection.execute(statement.on_conflict_do_update(index_elements=["station_id", "origin"], set_=changed))
