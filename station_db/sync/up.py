"""A station's journal on its way up: each entry exactly once, in order, whatever breaks in between.

The centre's watermark alone says how far it came. It moves first, from the very number and hash we saw, and so is the lock;
entries and rows follow in the same transaction. Whether a commit that got no answer counts, the next look at it tells.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from station_db import migrating
from station_db.crashpoints import crashpoint
from station_db.journal import JournalEntry, columns_of
from station_db.reader import EpochTip, Reader
from station_db.records.base import Instant
from station_db.sync import aside, bulk
from station_db.sync.arriving import project_all
from station_db.sync.centre import Centre
from station_db.sync.errors import LetGoError, WatermarkMovedError
from station_db.sync.standing import Mark, check_chain, first_behind, marks_of
from station_db.tables import JOURNAL, STATION, TYPED, WATERMARK

LIMIT = 2000
SAY_EVERY_US = 10_000_000
"""How often a station that has nothing to send tells the centre that it is there."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a station says of itself with each push, as far as it knows."""

    app_version: str = ""
    clock_offset_us: int | None = None
    signals_waiting: int | None = None


@dataclass(frozen=True, slots=True)
class Pushed:
    """What one push did: entries stored, and how many of them could not be projected and are listed as set aside."""

    entries: int = 0
    set_aside: int = 0


@dataclass(frozen=True, slots=True)
class Balance:
    """Where all entries of a station are: `captured` = `sent` + `waiting` + `set_aside`, whenever it is asked."""

    captured: int = 0
    sent: int = 0
    waiting: int = 0
    set_aside: int = 0


def marks(centre: Centre, station_id: str) -> dict[str, Mark]:
    """The watermark of each epoch the centre has of a station. Raises `UnknownStationError`."""
    with centre.reading() as connection:
        return marks_of(connection, centre.url, station_id)


def balance(reader: Reader, centre: Centre) -> Balance:
    """Count both ends, each as it stood at one moment. Raises `CentreError`."""
    tips = reader.epochs()
    with centre.reading() as connection:
        known = marks_of(connection, centre.url, reader.station_id)
        put_aside = aside.count(connection, centre, reader.station_id)
    captured = sum(tip.position.seq for tip in tips)
    arrived = sum(min(tip.position.seq, mark.last_seq) for tip in tips if (mark := known.get(tip.position.epoch)))
    put_aside = min(put_aside, arrived)
    return Balance(captured, arrived - put_aside, captured - arrived, put_aside)


def push(
    reader: Reader,
    centre: Centre,
    *,
    at: Instant,
    app_version: str = "",
    limit: int = LIMIT,
    limit_bytes: int | None = None,
    said: Said | None = None,
) -> Pushed:
    """Send the next entries, oldest epoch first; nothing is left when `Pushed.entries` is 0.

    At most `limit` entries and about `limit_bytes` of payload, by default what the line has shown to carry at once.
    Raises `TransientCentreError` (try again later) or `CentreRefusedError` (a person; `ForkError` among them).
    """
    said = said or Said(app_version)
    tips = reader.epochs()
    with centre.reading() as connection:
        known = marks_of(connection, centre.url, reader.station_id)
        behind = first_behind(connection, centre.url, reader.station_id, tips, known)
        is_due = _is_due(connection, reader.station_id, at)
    if behind is None:
        if is_due:
            _say(centre, reader, tips, at, said)
        return Pushed()
    tip, mark = behind
    if mark.last_seq < tip.let_go:
        raise LetGoError(centre.url, f"it has entries up to {mark.last_seq}, and up to {tip.let_go} they were let go here")
    entries = reader.journal_after(mark.epoch, mark.last_seq, limit, limit_bytes or centre.stride.limit_bytes)
    check_chain(centre.url, mark, entries)
    own = _own_columns(reader, centre, tips, at, said, sent=(tip.position.epoch, entries[-1]))
    began_s = time.monotonic()
    with centre.writing() as connection:
        if mark.epoch not in known:
            _begin(connection, reader.station_id, mark, at)
        put_aside = _store(connection, centre, mark, entries, at)
        _note(connection, reader.station_id, own)
        crashpoint("before_centre_commit")
    crashpoint("after_centre_commit")
    centre.stride.took(time.monotonic() - began_s)
    return Pushed(len(entries), put_aside)


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
    bulk.write(connection, JOURNAL, [columns_of(entry) for entry in entries])
    return project_all(connection, mark.epoch_no, entries, at, centre.lacking)


def _is_due(connection: Connection, station_id: str, at: Instant) -> bool:
    last = connection.scalar(select(STATION.c.last_heard_at).where(STATION.c.station_id == station_id))
    return last is None or abs(at - last) > SAY_EVERY_US


def _say(centre: Centre, reader: Reader, tips: Sequence[EpochTip], at: Instant, said: Said) -> None:
    """Nothing to send, but here."""
    own = _own_columns(reader, centre, tips, at, said, sent=None)
    with centre.writing() as connection:
        _note(connection, reader.station_id, own)


def _own_columns(
    reader: Reader,
    centre: Centre,
    tips: Sequence[EpochTip],
    at: Instant,
    said: Said,
    *,
    sent: tuple[str, JournalEntry] | None,
) -> dict[str, Any]:
    """What the station says of itself: where its journal stands, and since when the oldest unsent entry waits."""
    present = tips[-1].position
    is_behind = sent is not None and (sent[0], sent[1].seq) != (present.epoch, present.seq)
    values: dict[str, Any] = {
        "last_heard_at": at,
        "app_version": said.app_version,
        "epoch": present.epoch,
        "last_seq": present.seq,
        "oldest_unsent_at": sent[1].recorded_at if is_behind and sent else None,
        "schema": migrating.HEAD,
        "clock_offset_us": said.clock_offset_us,
        "signals_waiting": said.signals_waiting,
        "last_backup_at": reader.ask(_last_backup),
    }
    return {name: value for name, value in values.items() if name not in centre.lacking.get(STATION.name, ())}


def _last_backup(connection: Connection, station_id: str) -> int | None:
    """When the last good one was made."""
    backup = TYPED["backup"].c
    newest = select(backup.at).where(backup.station_id == station_id, backup.ok).order_by(backup.at.desc()).limit(1)
    return connection.scalar(newest)


def _note(connection: Connection, station_id: str, own: dict[str, Any]) -> None:
    connection.execute(update(STATION).where(STATION.c.station_id == station_id).values(own))
