"""What the centre has for a station: orders, people, routings and shifts, in the order they were made.

The centre numbers its entries under the lock of its head row, so an entry never appears behind one that was already read.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, tuple_

from station_db import journal
from station_db.feed import START, FeedCursor
from station_db.journal import FeedEntry, Position
from station_db.records.base import CENTRE
from station_db.sync import appending
from station_db.sync.centre import Centre
from station_db.sync.errors import CentrePutBackError, OtherCentreError
from station_db.tables import JOURNAL, TYPED

LIMIT = 500
LIMIT_BYTES = 1024 * 1024
EPOCH = TYPED["epoch"].c
OF_EPOCH = (EPOCH.station_id == JOURNAL.c.station_id) & (EPOCH.id == JOURNAL.c.epoch)


def pull(
    centre: Centre, station_id: str, cursor: FeedCursor | None, *, limit: int = LIMIT, limit_bytes: int = LIMIT_BYTES
) -> tuple[FeedEntry, ...]:
    """The next entries addressed to a station or to all behind a cursor; none when it has all.

    At most `limit`, and no more behind those whose payloads together reach `limit_bytes`. Raises `OtherCentreError` for a
    centre that never made what the station has applied, `CentrePutBackError` for one that was put back to before it.
    """
    after = cursor or START
    with centre.reading() as connection:
        check_is_known(connection, centre, after)
        new = behind(after.epoch_no, after.last_seq)
        sizes = _sized(addressed_to(station_id).where(new).order_by(EPOCH.epoch_no, JOURNAL.c.seq).limit(limit))
        last = connection.execute(sizes.where(sizes.selected_columns.before < limit_bytes)).all()
        if not last:
            return ()
        return entries_where(connection, station_id, new, up_to(last[-1].epoch_no, last[-1].seq))


def behind(epoch_no: int, seq: int) -> ColumnElement[bool]:
    """Whether an entry came after a place among all of the centre's."""
    return tuple_(EPOCH.epoch_no, JOURNAL.c.seq) > tuple_(epoch_no, seq)


def up_to(epoch_no: int, seq: int) -> ColumnElement[bool]:
    """Whether it did not."""
    return tuple_(EPOCH.epoch_no, JOURNAL.c.seq) <= tuple_(epoch_no, seq)


def addressed_to(station_id: str) -> Select[Any, Any, Any]:
    """Place and size of every entry of the centre for a station or for all."""
    columns = select(EPOCH.epoch_no, JOURNAL.c.seq, func.length(JOURNAL.c.payload).label("size")).select_from(JOURNAL)
    return columns.join(TYPED["epoch"], OF_EPOCH).where(*_addressed(station_id))


def entries_where(connection: Connection, station_id: str, *wanted: ColumnElement[bool]) -> tuple[FeedEntry, ...]:
    """The entries for a station or for all that fit, in order."""
    query = select(JOURNAL, EPOCH.epoch_no).join(TYPED["epoch"], OF_EPOCH).where(*_addressed(station_id), *wanted)
    rows = connection.execute(query.order_by(EPOCH.epoch_no, JOURNAL.c.seq)).all()
    return tuple(FeedEntry(journal.JournalEntry(*row[:-1]), row.epoch_no) for row in rows)


def check_is_known(connection: Connection, centre: Centre, after: FeedCursor) -> Position:
    """The centre's own tip. It may have gone on in a deeper epoch; one no deeper must stand in the very epoch we know."""
    head = appending.tip(connection, lock=False)
    assert head is not None, "checked when connected"
    if head.epoch_no > after.epoch_no:
        return head
    if head.epoch_no == after.epoch_no and head.epoch != after.epoch:
        raise OtherCentreError(centre.url, "it is a new or another centre than the one this station has its orders from")
    if (head.epoch_no, head.seq) < (after.epoch_no, after.last_seq):
        reason = f"it was put back to its entry {head.seq}; this station has entry {after.last_seq} of a later state"
        raise CentrePutBackError(centre.url, reason)
    return head


def _addressed(station_id: str) -> tuple[ColumnElement[bool], ...]:
    return (JOURNAL.c.station_id == CENTRE, JOURNAL.c.addressee.in_(("", station_id)))


def _sized(places: Select[Any, Any, Any]) -> Select[Any, Any, Any]:
    """Places with the bytes of all before each, so that the first of them always goes."""
    of = places.subquery()
    before = func.sum(of.c.size).over(order_by=(of.c.epoch_no, of.c.seq)) - of.c.size
    inner = select(of.c.epoch_no, of.c.seq, before.label("before")).subquery()
    return select(inner.c.epoch_no, inner.c.seq, inner.c.before).order_by(inner.c.epoch_no, inner.c.seq)
