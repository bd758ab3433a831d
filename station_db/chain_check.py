"""Whether a station's chain holds: each entry carries its own hash and follows the one before it. The short form of `verify`.

Only columns that every schema has are read, so that a store of an older version is checked by the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, inspect, select

from station_db import journal
from station_db.anchors import Anchor, anchors_of, begins_at
from station_db.errors import BrokenBackupError
from station_db.journal import GENESIS, JournalEntry, Position
from station_db.redacted import Hashes, Place, is_sound, redactions_of
from station_db.tables import TYPED

PAGE = 100
"""Entries between two pauses."""
Pause = Callable[[], None]


def no_pause() -> None:
    """For whoever has no one to give way to."""


@dataclass(frozen=True, slots=True)
class Chain:
    """What was read: how many entries, and where the newest epoch ends; None where there is no epoch."""

    entries: int
    tip: Position | None


@dataclass(frozen=True, slots=True)
class _Exceptions:
    """What the record itself says of its chain: where epochs begin after pruning, and what was redacted."""

    anchors: Mapping[str, Anchor]
    redacted: Mapping[Place, Hashes]


def check_chain(connection: Connection, station_id: str, since: Position | None = None, pause: Pause = no_pause) -> Chain:
    """Read a station's entries, from `since` on where it is still there. Raises `BrokenBackupError`."""
    has_anchors = inspect(connection).has_table("pruned")
    anchors = anchors_of(connection, station_id) if has_anchors else {}
    allowed = _Exceptions(anchors, redactions_of(connection, station_id))
    entries, tip = 0, None
    for epoch in _epochs(connection, station_id):
        if since is not None and epoch.epoch_no < since.epoch_no:
            continue
        start = _start(connection, station_id, epoch, since, allowed)
        count, tip = _follow(connection, station_id, start, allowed, pause)
        entries += count
    return Chain(entries, tip)


def _epochs(connection: Connection, station_id: str) -> Iterator[Position]:
    """Where each epoch begins, the first one first."""
    epoch = TYPED["epoch"].c
    query = select(epoch.id, epoch.epoch_no, epoch.parent_head).where(epoch.station_id == station_id)
    for row in connection.execute(query.order_by(epoch.epoch_no)).all():
        yield Position(row.id, row.epoch_no, 0, row.parent_head or GENESIS)


def _start(connection: Connection, station_id: str, epoch: Position, since: Position | None, allowed: _Exceptions) -> Position:
    anchor = allowed.anchors.get(epoch.epoch)
    if since is not None and since.epoch == epoch.epoch and (anchor is None or since.seq > anchor.seq):
        here = journal.entries_after(connection, station_id, epoch.epoch, since.seq - 1, 1)
        if here and (here[0].seq, here[0].hash) == (since.seq, since.head):
            return since
        raise BrokenBackupError(f"entry {since.seq} of epoch {epoch.epoch} is another one than was checked before")
    first = journal.entries_after(connection, station_id, epoch.epoch, 0, 1)
    begin = begins_at(anchor, first[0].seq if first else 1, epoch.head)
    return Position(epoch.epoch, epoch.epoch_no, begin.seq, begin.head)


def _follow(connection: Connection, station_id: str, start: Position, allowed: _Exceptions, pause: Pause) -> tuple[int, Position]:
    count, at = 0, start
    while page := journal.entries_after(connection, station_id, at.epoch, at.seq, PAGE):
        for entry in page:
            _check(entry, at, allowed)
            at = Position(at.epoch, at.epoch_no, entry.seq, entry.hash)
        count += len(page)
        pause()
    return count, at


def _check(entry: JournalEntry, before: Position, allowed: _Exceptions) -> None:
    if (entry.seq, entry.prev_hash) != (before.seq + 1, before.head):
        raise BrokenBackupError(f"entry {entry.seq} of epoch {entry.epoch} does not follow entry {before.seq}")
    if not is_sound(entry, allowed.redacted):
        raise BrokenBackupError(f"entry {entry.seq} of epoch {entry.epoch} does not carry its own hash")
