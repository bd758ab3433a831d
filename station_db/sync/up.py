"""A station's journal on its way up: each entry exactly once, in order, whatever breaks in between.

The centre's watermark alone says how far it came. It moves first, from the very number and hash we saw, and so is the lock;
entries and rows follow in the same transaction. Whether a commit that got no answer counts, the next look at it tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from station_db import journal
from station_db.crashpoints import crashpoint
from station_db.journal import JournalEntry, entry_hash
from station_db.reader import EpochTip, Reader
from station_db.records.base import Instant
from station_db.sync.arriving import project_all
from station_db.sync.centre import Centre
from station_db.sync.errors import BrokenChainError, ForkError, UnknownStationError, WatermarkMovedError
from station_db.tables import JOURNAL, STATION, WATERMARK

LIMIT = 500
SAY_EVERY_US = 10_000_000
"""How often a station that has nothing to send tells the centre that it is there."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far one epoch has arrived."""

    epoch: str
    epoch_no: int
    last_seq: int
    head: str


@dataclass(frozen=True, slots=True)
class Pushed:
    """What one push did: entries stored, and how many of them could not be projected and are listed as set aside."""

    entries: int = 0
    set_aside: int = 0


def marks(centre: Centre, station_id: str) -> dict[str, Mark]:
    """The watermark of each epoch the centre has of a station. Raises `UnknownStationError`."""
    with centre.reading() as connection:
        return _marks(connection, centre, station_id)


def push(reader: Reader, centre: Centre, *, at: Instant, app_version: str = "", limit: int = LIMIT) -> Pushed:
    """Send the next entries, at most `limit`, oldest epoch first; nothing is left when `Pushed.entries` is 0.

    Raises `TransientCentreError` (try again later) or `CentreRefusedError` (a person; `ForkError` among them).
    """
    tips = reader.epochs()
    with centre.reading() as connection:
        known = _marks(connection, centre, reader.station_id)
        behind = _first_behind(connection, centre, reader.station_id, tips, known)
        is_due = _is_due(connection, reader.station_id, at)
    if behind is None:
        if is_due:
            _say(centre, reader, at, app_version)
        return Pushed()
    tip, mark = behind
    entries = reader.journal_after(mark.epoch, mark.last_seq, limit)
    _check_chain(centre.url, mark, entries)
    with centre.writing() as connection:
        if mark.epoch not in known:
            _begin(connection, reader.station_id, mark, at)
        set_aside = _store(connection, centre, mark, entries, at)
        _note(connection, reader.station_id, tips, at, app_version, sent=(tip.position.epoch, entries[-1]))
        crashpoint("before_centre_commit")
    crashpoint("after_centre_commit")
    return Pushed(len(entries), set_aside)


def _marks(connection: Connection, centre: Centre, station_id: str) -> dict[str, Mark]:
    if connection.scalar(select(STATION.c.station_id).where(STATION.c.station_id == station_id)) is None:
        raise UnknownStationError(centre.url, f"it does not know a station {station_id!r}")
    rows = connection.execute(select(WATERMARK).where(WATERMARK.c.station_id == station_id))
    return {row.epoch: Mark(row.epoch, row.epoch_no, row.last_seq, row.head) for row in rows}


def _first_behind(
    connection: Connection, centre: Centre, station_id: str, tips: Sequence[EpochTip], known: Mapping[str, Mark]
) -> tuple[EpochTip, Mark] | None:
    """The first epoch that is not fully up. The ones before it were found to be the same here and there."""
    for tip in tips:
        position = tip.position
        mark = known.get(position.epoch)
        if mark is None:
            _check_no_twin(centre.url, position.epoch, position.epoch_no, known)
            mark = Mark(position.epoch, position.epoch_no, 0, tip.began_with)
        if mark.last_seq < position.seq:
            return tip, mark
        is_present = tip is tips[-1]
        _check_same(connection, centre.url, station_id, tip, mark, is_present=is_present)
    return None


def _check_no_twin(url: str, epoch: str, epoch_no: int, known: Mapping[str, Mark]) -> None:
    """Two epochs that follow the same parent are a fork."""
    for mark in known.values():
        if mark.epoch_no >= epoch_no:
            reason = f"it has another epoch {mark.epoch} beside this station's {epoch}"
            raise ForkError(url, reason, epoch=epoch, seq=0)


def _check_same(connection: Connection, url: str, station_id: str, tip: EpochTip, mark: Mark, *, is_present: bool) -> None:
    """The centre may have more of an earlier epoch than a restored store, but what both have must be one history."""
    position = tip.position
    head = mark.head
    if mark.last_seq > position.seq:
        wanted = (JOURNAL.c.station_id == station_id, JOURNAL.c.epoch == position.epoch, JOURNAL.c.seq == position.seq)
        head = connection.scalar(select(JOURNAL.c.hash).where(*wanted)) if position.seq else tip.began_with
    if head != position.head or (is_present and mark.last_seq > position.seq):
        reason = f"it has another entry {position.seq} in epoch {position.epoch}, or entries this station never made"
        raise ForkError(url, reason, epoch=position.epoch, seq=position.seq)


def _check_chain(url: str, mark: Mark, entries: Sequence[JournalEntry]) -> None:
    """Nothing leaves that does not follow from what the centre has."""
    seq, head = mark.last_seq, mark.head
    if entries and entries[0].prev_hash != head and entry_hash(entries[0]) == entries[0].hash:
        reason = f"its entry {seq} of epoch {mark.epoch} is not this station's"
        raise ForkError(url, reason, epoch=mark.epoch, seq=seq)
    for entry in entries:
        if (entry.seq, entry.prev_hash) != (seq + 1, head) or entry_hash(entry) != entry.hash:
            reason = f"entry {entry.seq} of epoch {mark.epoch} does not follow the one before it; it was not sent"
            raise BrokenChainError(url, reason, epoch=mark.epoch, seq=entry.seq)
        seq, head = entry.seq, entry.hash


def _begin(connection: Connection, station_id: str, mark: Mark, at: Instant) -> None:
    row: dict[str, Any] = {"station_id": station_id, "epoch": mark.epoch, "epoch_no": mark.epoch_no}
    connection.execute(insert(WATERMARK).values(row | {"last_seq": 0, "head": mark.head, "updated_at": at}))


def _store(connection: Connection, centre: Centre, mark: Mark, entries: Sequence[JournalEntry], at: Instant) -> int:
    """Move the watermark, then fill in what it says."""
    station_id, last = entries[0].station_id, entries[-1]
    where = (WATERMARK.c.station_id == station_id, WATERMARK.c.epoch == mark.epoch)
    seen = (WATERMARK.c.last_seq == mark.last_seq, WATERMARK.c.head == mark.head)
    moved = connection.execute(update(WATERMARK).where(*where, *seen).values(last_seq=last.seq, head=last.hash, updated_at=at))
    if moved.rowcount != 1:
        raise WatermarkMovedError(centre.url, f"epoch {mark.epoch} moved on while it was sent")
    journal.append(connection, entries)
    return project_all(connection, mark.epoch_no, entries, at)


def _is_due(connection: Connection, station_id: str, at: Instant) -> bool:
    last = connection.scalar(select(STATION.c.last_heard_at).where(STATION.c.station_id == station_id))
    return last is None or abs(at - last) > SAY_EVERY_US


def _say(centre: Centre, reader: Reader, at: Instant, app_version: str) -> None:
    """Nothing to send, but here."""
    with centre.writing() as connection:
        _note(connection, reader.station_id, reader.epochs(), at, app_version, sent=None)


def _note(
    connection: Connection,
    station_id: str,
    tips: Sequence[EpochTip],
    at: Instant,
    app_version: str,
    *,
    sent: tuple[str, JournalEntry] | None,
) -> None:
    """What the station says of itself: where its journal stands, and since when the oldest unsent entry waits."""
    present = tips[-1].position
    is_behind = sent is not None and (sent[0], sent[1].seq) != (present.epoch, present.seq)
    values: dict[str, Any] = {"last_heard_at": at, "app_version": app_version, "epoch": present.epoch, "last_seq": present.seq}
    values["oldest_unsent_at"] = sent[1].recorded_at if is_behind and sent else None
    connection.execute(update(STATION).where(STATION.c.station_id == station_id).values(values))
