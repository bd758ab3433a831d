"""Letting old records go, from the beginning of the oldest epoch on, as far as the centre has proven to hold them.

A piece is one transaction: what must stay of its records is written again at the journal's end, the entries and the other
records' rows are deleted, and a `pruned` record says where the chain now begins. The centre keeps all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, delete, func, select

from station_db import journal, writing
from station_db.crashpoints import crashpoint
from station_db.journal import JournalEntry, Origin, Position
from station_db.reconciled import days_of
from station_db.records.base import KINDS, Instant, RecordId
from station_db.records.changes import Entry
from station_db.records.keeping import Pruned
from station_db.records.orders import JobState
from station_db.resuming import resume
from station_db.retention import LETTABLE, Retention
from station_db.rows import record_of
from station_db.sync.day_sums import day_name, day_of
from station_db.tables import JOURNAL, TYPED

PIECE = 400
"""Entries at a time, so that nobody who records waits for it."""
STATION = "station"
"""Who writes again what must stay."""
CLOSED = (JobState.ENDED, JobState.ABORTED)

Key = tuple[str, str]
"""Kind and id of a record."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """The first entries of an epoch that may go, and the row of each record they tell of."""

    epoch_no: int
    entries: Sequence[JournalEntry]
    rows: Mapping[Key, Mapping[str, Any]]

    @property
    def last(self) -> JournalEntry:
        """Where the chain will begin."""
        return self.entries[-1]

    def ends_here(self) -> list[Key]:
        """The records whose newest entry is among them."""
        epoch_no, seq = self.epoch_no, self.last.seq
        return [key for key, row in self.rows.items() if row["row_epoch_no"] == epoch_no and row["row_seq"] <= seq]


def prune(
    connection: Connection, origin: Origin, tip: Position, retention: Retention, acknowledged: Mapping[str, int]
) -> tuple[Position, int]:
    """Let the next piece go, within the caller's transaction; where the journal then stands, and how many entries went.

    `acknowledged` is the centre's watermark of each epoch. 0 went where nothing more may.
    """
    piece = _next_piece(connection, origin, retention, acknowledged)
    if piece is None:
        return tip, 0
    held = _held(connection, origin.station_id)
    newest = {_key(entry): entry for entry in piece.entries}
    said = _pruned(connection, origin, piece)
    ends = [key for key in piece.ends_here() if key != ("pruned", said.id)]
    kept = [key for key in ends if not _goes(key, piece.rows[key], newest[key], held, retention, origin.recorded_at)]
    again = [_again(key, piece.rows[key], newest[key]) for key in kept]
    tip = writing.write_entries(connection, origin, tip, (*again, Entry(said, actor=STATION)))
    crashpoint("during_prune")
    _delete(connection, origin.station_id, piece, set(ends) - set(kept))
    return tip, len(piece.entries)


def _next_piece(connection: Connection, origin: Origin, retention: Retention, acknowledged: Mapping[str, int]) -> _Piece | None:
    """Of the first epoch that has any; an epoch that is held back holds back those behind it."""
    station_id = origin.station_id
    epoch = TYPED["epoch"].c
    query = select(epoch.id, epoch.epoch_no).where(epoch.station_id == station_id).order_by(epoch.epoch_no)
    for row in connection.execute(query).all():
        last = journal.last_entry(connection, station_id, row.id)
        old = _old_enough(connection, origin, row.id, retention, acknowledged.get(row.id, 0))
        # The last entry of an epoch always stays: numbers go on from it.
        old = [entry for entry in old if last is not None and entry.seq < last.seq]
        rows = _rows(connection, station_id, {_key(entry) for entry in old})
        closed = _closed(old, rows, _open_work(connection, station_id))
        if closed:
            return _Piece(row.epoch_no, closed, rows)
        if last is not None and not _is_done(connection, station_id, row.id, last.seq):
            return None
    return None


def _old_enough(
    connection: Connection, origin: Origin, epoch: str, retention: Retention, acknowledged: int
) -> list[JournalEntry]:
    """Entries in a row that are over their time, that the centre acknowledged, and whose day was compared with it."""
    oldest_kept = retention.oldest_kept(origin.recorded_at)
    compared = {day.day: day.up_to_seq for day in days_of(connection, origin.station_id) if day.epoch == epoch}
    found: list[JournalEntry] = []
    for entry in journal.entries_after(connection, origin.station_id, epoch, 0, PIECE):
        proven = min(acknowledged, compared.get(day_name(day_of(entry.recorded_at)), 0))
        if entry.recorded_at >= oldest_kept or entry.seq > proven:
            break
        found.append(entry)
    return found


def _is_done(connection: Connection, station_id: str, epoch: str, last_seq: int) -> bool:
    """Whether nothing but its last entry is left of an epoch."""
    wanted = (JOURNAL.c.station_id == station_id, JOURNAL.c.epoch == epoch)
    return connection.scalar(select(func.min(JOURNAL.c.seq)).where(*wanted)) == last_seq


def _rows(connection: Connection, station_id: str, keys: Iterable[Key]) -> dict[Key, Mapping[str, Any]]:
    by_kind: dict[str, list[str]] = {}
    for kind, record_id in keys:
        if kind in TYPED:
            by_kind.setdefault(kind, []).append(record_id)
    found: dict[Key, Mapping[str, Any]] = {}
    for kind, ids in by_kind.items():
        table = TYPED[kind]
        query = select(table).where(table.c.station_id == station_id, table.c.id.in_(ids))
        found |= {
            (kind, str(row["id"])): {str(name): value for name, value in row.items()}
            for row in connection.execute(query).mappings()
        }
    return found


def _closed(entries: Sequence[JournalEntry], rows: Mapping[Key, Mapping[str, Any]], work: _OpenWork) -> list[JournalEntry]:
    """Up to before the first entry of a record that is open, or that this version cannot read."""
    found: list[JournalEntry] = []
    for entry in entries:
        kind, _ = key = _key(entry)
        row = rows.get(key)
        if row is None or not _is_closed(kind, row) or work.has(kind, row):
            break
        found.append(entry)
    return found


def _is_closed(kind: str, row: Mapping[str, Any]) -> bool:
    if kind == "job_response":
        return row["state"] in CLOSED
    return kind not in LETTABLE or LETTABLE[kind](row)


@dataclass(frozen=True, slots=True)
class _OpenWork:
    """The orders that are not over here, with their responses and units."""

    orders: frozenset[str]
    responses: frozenset[str]
    units: frozenset[str]

    def has(self, kind: str, row: Mapping[str, Any]) -> bool:
        """Whether a record belongs to one of them."""
        is_of_order = row.get("job_order") in self.orders or row.get("unit") in self.units
        return is_of_order or (kind == "routing_snapshot" and row["id"] in self.responses)


def _open_work(connection: Connection, station_id: str) -> _OpenWork:
    response, unit = TYPED["job_response"].c, TYPED["unit"].c
    mine = select(response.id, response.job_order).where(response.station_id == station_id, response.state.not_in(CLOSED))
    under_way = connection.execute(mine).all()
    responses = frozenset(str(row.id) for row in under_way)
    units = connection.scalars(select(unit.id).where(unit.station_id == station_id, unit.response.in_(responses)))
    return _OpenWork(frozenset(str(row.job_order) for row in under_way), responses, frozenset(units))


def _held(connection: Connection, station_id: str) -> frozenset[Key]:
    """What the station needs to go on, and the screen to show its last picture."""
    present = resume(connection, station_id)
    named: tuple[Any, ...] = tuple(getattr(present, field.name) for field in fields(present))
    parts: list[Any] = [part for value in named for part in (value if isinstance(value, tuple) else (value,))]
    return frozenset((part.kind, str(part.id)) for part in parts if hasattr(part, "kind"))


def _goes(
    key: Key, row: Mapping[str, Any], newest: JournalEntry, held: frozenset[Key], retention: Retention, at: Instant
) -> bool:
    if key in held or not retention.may_go(key[0], newest.recorded_at, at):
        return False
    # Somebody may acknowledge it yet, which is its next version.
    return key[0] != "alarm_event" or row["acknowledged_at"] is not None


def _again(key: Key, row: Mapping[str, Any], newest: JournalEntry) -> Entry:
    """The same record once more; its cause is the entry it repeats."""
    return Entry(record_of(KINDS[key[0]], row), actor=STATION, cause=f"{newest.epoch}/{newest.seq}", addressee=newest.addressee)


def _pruned(connection: Connection, origin: Origin, piece: _Piece) -> Pruned:
    """One record an epoch: its newest version says where the chain begins."""
    said_at = TYPED["pruned"].c.newest_at
    last, record_id = piece.last, RecordId(f"pruned-{piece.last.epoch}")
    wanted = (TYPED["pruned"].c.station_id == origin.station_id, TYPED["pruned"].c.id == record_id)
    before: int = connection.scalar(select(said_at).where(*wanted)) or 0
    return Pruned(
        id=record_id,
        epoch=last.epoch,
        up_to_seq=last.seq,
        head=last.hash,
        entries=last.seq,
        newest_at=Instant(max(before, *(entry.recorded_at for entry in piece.entries))),
        at=origin.recorded_at,
    )


def _delete(connection: Connection, station_id: str, piece: _Piece, gone: Iterable[Key]) -> None:
    last = piece.last
    wanted = (JOURNAL.c.station_id == station_id, JOURNAL.c.epoch == last.epoch, JOURNAL.c.seq <= last.seq)
    connection.execute(delete(JOURNAL).where(*wanted))
    by_kind: dict[str, list[str]] = {}
    for kind, record_id in gone:
        by_kind.setdefault(kind, []).append(record_id)
    for kind, ids in by_kind.items():
        table = TYPED[kind]
        connection.execute(delete(table).where(table.c.station_id == station_id, table.c.id.in_(ids)))


def _key(entry: JournalEntry) -> Key:
    return entry.kind.rpartition(".")[0], entry.record_id
