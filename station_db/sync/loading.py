"""Loading orders and master data: all of a document or nothing, and only what is new in it.

The same entries go to a centre (`load`) or, where there is none, straight to the station (`feed_of`), which applies
them as it applies what a centre sends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from station_db import journal
from station_db.epochs import EpochReason, opening, tip_of
from station_db.journal import FeedEntry, JournalEntry, Origin, Position
from station_db.reader import Reader
from station_db.records.base import CENTRE, Instant, RecordId
from station_db.sync import appending
from station_db.sync.centre import Centre
from station_db.sync.documents import DocumentError, Mistake, Parsed, read
from station_db.sync.founding import FIRST_EPOCH_NO
from station_db.sync.master import Master, known_master
from station_db.sync.pins import Pins
from station_db.sync.planning import Planned, plan, stations_of


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did."""

    appended: int
    unchanged: int


def load(centre: Centre, text: str, *, at: Instant, actor: str = "planner") -> Loaded:
    """Load a document into a centre. Raises `DocumentError` with every mistake, or `CentreError`; nothing was changed then."""
    parsed, pins = read(text), Pins()
    with centre.reading() as connection:
        # Once before the lock is taken: hashing PINs is slow on purpose, and remembered.
        plan(parsed, known_master(connection), stations_of(connection), pins)
    return appending.outlasting(lambda: _loaded(centre, parsed, pins, at, actor))


def _loaded(centre: Centre, parsed: Parsed, pins: Pins, at: Instant, actor: str) -> Loaded:
    with centre.writing() as connection:
        tip = appending.tip(connection, lock=False)
        assert tip is not None, "checked when connected"
        planned = plan(parsed, known_master(connection), stations_of(connection), pins)
        appending.append(connection, tip, _chained(tip, planned, at, actor))
    return Loaded(len(planned.changed), planned.unchanged)


def feed_of(
    reader: Reader, text: str, *, at: Instant, new_id: Callable[[], RecordId], actor: str = "station"
) -> tuple[FeedEntry, ...]:
    """What `Store.apply_feed` must be given so that a station without a centre has the document; none where all is known.

    Raises `DocumentError`, also where a centre is the one who sends.
    """
    parsed = read(text)
    cursor = reader.feed_cursor()
    if cursor is not None and cursor.epoch_no >= FIRST_EPOCH_NO:
        raise DocumentError((Mistake(1, "", "this station gets its orders from a centre: load them there"),))
    known = reader.ask(_known_here)
    planned = plan(parsed, known.master, frozenset({reader.station_id}), Pins())
    if not planned.changed:
        return ()
    if known.tip is not None:
        return _fed(known.tip, _chained(known.tip, planned, at, actor))
    began, entry = opening(None, new_id(), EpochReason.NEW, at)
    (first,) = journal.chain(Origin(CENTRE, at), began, (entry,), (1,))
    tip = Position(began.epoch, began.epoch_no, first.seq, first.hash)
    return _fed(tip, (first, *_chained(tip, planned, at, actor)))


@dataclass(frozen=True, slots=True)
class _Here:
    """What a station already has of origin `centre`."""

    master: Master
    tip: Position | None


def _known_here(connection: Connection, _station_id: str) -> _Here:
    return _Here(known_master(connection), tip_of(connection, CENTRE))


def _chained(tip: Position, planned: Planned, at: Instant, actor: str) -> tuple[JournalEntry, ...]:
    entries = [replace(change.entry, actor=actor) for change in planned.changed]
    return tuple(journal.chain(Origin(CENTRE, at), tip, entries, [change.version for change in planned.changed]))


def _fed(tip: Position, entries: Sequence[JournalEntry]) -> tuple[FeedEntry, ...]:
    return tuple(FeedEntry(entry, tip.epoch_no) for entry in entries)
