"""Applying what came down from the centre: entries, their rows and the cursor in one transaction, each entry once.

A feed goes on behind the cursor. A snapshot stands for all of the centre's history up to a place: it holds the latest version of
each record (and others that are still needed), and the cursor then stands at that place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects import sqlite

from station_db import journal
from station_db.centre_word import vanished_orders
from station_db.crashpoints import crashpoint
from station_db.epochs import EpochReason
from station_db.errors import FeedError, ProjectionError
from station_db.journal import FeedEntry, JournalEntry, Position, entry_hash
from station_db.projection import Projected, projected, write_rows
from station_db.records.base import CENTRE, Instant
from station_db.records.equipment import EpochOpened
from station_db.records.keeping import Redaction
from station_db.records.resume import VanishedOrders
from station_db.redacting import follow, is_blank
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


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The centre's records for one station in order, which are all it needs of the history up to `at`."""

    entries: tuple[FeedEntry, ...]
    at: Position


START = FeedCursor("", 0, 0, Instant(0))


def cursor_of(connection: Connection, station_id: str) -> FeedCursor | None:
    """The cursor; None while the centre has never been heard."""
    wanted = (FEED_CURSOR.c.station_id == station_id, FEED_CURSOR.c.origin == CENTRE)
    row = connection.execute(select(FEED_CURSOR).where(*wanted)).first()
    return None if row is None else FeedCursor(row.epoch, row.epoch_no, row.last_seq, Instant(row.heard_at))


def snapshot_place(connection: Connection, station_id: str) -> tuple[int, int] | None:
    """Depth of epoch and number up to which a snapshot stands for the centre's history; None where there was none."""
    wanted = (FEED_CURSOR.c.station_id == station_id, FEED_CURSOR.c.origin == CENTRE, FEED_CURSOR.c.snapshot_seq.is_not(None))
    row = connection.execute(select(FEED_CURSOR).where(*wanted)).first()
    return None if row is None else (row.snapshot_epoch_no, row.snapshot_seq)


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
        if not _is_here(connection, each.entry):  # a salvaged record has entries that its cursor does not know of
            new.append(each)
    return _apply(connection, station_id, new, cursor, at)


def apply_snapshot(connection: Connection, station_id: str, snapshot: Snapshot, at: Instant) -> Applied:
    """The same for a snapshot; one that is no further than what is here changes nothing. Raises `FeedError` likewise."""
    cursor, tip = cursor_of(connection, station_id) or START, snapshot.at
    if (tip.epoch_no, tip.seq) <= (cursor.epoch_no, cursor.last_seq):
        return _apply(connection, station_id, (), cursor, at)
    if tip.epoch_no == cursor.epoch_no and tip.epoch != cursor.epoch:
        raise FeedError(f"epoch {tip.epoch} is a fork of {cursor.epoch}")
    _check_order(snapshot)
    for each in snapshot.entries:
        _check(each.entry, station_id)
    new = [each for each in snapshot.entries if not _is_here(connection, each.entry)]
    cursor = FeedCursor(tip.epoch, tip.epoch_no, tip.seq, cursor.heard_at)
    return _apply(connection, station_id, new, cursor, at, snapshot=tip)


def _apply(
    connection: Connection,
    station_id: str,
    new: Sequence[FeedEntry],
    cursor: FeedCursor,
    at: Instant,
    *,
    snapshot: Position | None = None,
) -> Applied:
    applied = _write(connection, new, at)
    crashpoint("after_feed_rows")
    _write_cursor(connection, station_id, cursor, at, snapshot)
    crashpoint("after_feed_cursor")
    return applied


def _check_order(snapshot: Snapshot) -> None:
    places = [(each.epoch_no, each.entry.seq) for each in snapshot.entries]
    if places != sorted(set(places)) or (places and places[-1] > (snapshot.at.epoch_no, snapshot.at.seq)):
        raise FeedError("the entries of a snapshot are out of order")


def _check(entry: JournalEntry, station_id: str) -> None:
    if entry.station_id != CENTRE or entry.addressee not in ("", station_id):
        raise FeedError(f"entry {entry.seq} of {entry.station_id} is not for {station_id}")
    if entry_hash(entry) != entry.hash and not is_blank(entry):
        raise FeedError(f"entry {entry.seq} does not carry its own hash")


def _is_known(connection: Connection, cursor: FeedCursor, each: FeedEntry) -> bool:
    """Whether an entry was applied before. Raises `FeedError` when another one stands in its place."""
    entry = each.entry
    if (each.epoch_no, entry.seq) > (cursor.epoch_no, cursor.last_seq):
        return False
    if _is_here(connection, entry):
        return True
    raise FeedError(f"entry {entry.seq} of epoch {entry.epoch} is out of order")


def _is_here(connection: Connection, entry: JournalEntry) -> bool:
    """Whether an entry is in the journal. Raises `FeedError` when another one has its number."""
    wanted = (JOURNAL.c.station_id == CENTRE, JOURNAL.c.epoch == entry.epoch, JOURNAL.c.seq == entry.seq)
    known = connection.scalar(select(JOURNAL.c.hash).where(*wanted))
    if known not in (None, entry.hash):
        raise FeedError(f"entry {entry.seq} of epoch {entry.epoch} differs from the one applied before")
    return known is not None


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
    redactions = [row.record for row in rows if isinstance(row.record, Redaction)]
    blanked = follow(connection, redactions)
    records = (*(row.record for row in rows if not isinstance(row.record, Redaction)), *blanked)
    return Applied((*records, *_vanished(connection, records)), tuple(failed))


def _vanished(connection: Connection, records: Sequence[Any]) -> tuple[VanishedOrders, ...]:
    """What a centre that was put back does not know any more."""
    if not any(isinstance(record, EpochOpened) and record.reason == EpochReason.RESTORED for record in records):
        return ()
    gone = vanished_orders(connection)
    return (VanishedOrders(gone),) if gone else ()


def set_aside_row(entry: JournalEntry, error: ProjectionError, at: Instant) -> dict[str, Any]:
    """The note of an entry that is stored but could not be projected."""
    place: dict[str, Any] = {"station_id": entry.station_id, "epoch": entry.epoch, "seq": entry.seq}
    return place | {"kind": entry.kind, "reason": error.reason, "at": at}


def _write_cursor(connection: Connection, station_id: str, cursor: FeedCursor, at: Instant, snapshot: Position | None) -> None:
    said: dict[str, Any] = {"epoch": cursor.epoch, "epoch_no": cursor.epoch_no, "last_seq": cursor.last_seq, "heard_at": at}
    if snapshot is not None:
        said |= {"snapshot_epoch_no": snapshot.epoch_no, "snapshot_seq": snapshot.seq}
    statement = sqlite.insert(FEED_CURSOR).values(station_id=station_id, origin=CENTRE, **said)
    changed = {name: statement.excluded[name] for name in said}
    connection.execute(statement.on_conflict_do_update(index_elements=["station_id", "origin"], set_=changed))
