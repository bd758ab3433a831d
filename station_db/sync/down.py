"""What the centre has for a station: orders, people, routings and shifts, in the order they were made.

The centre numbers its entries under the lock of its head row, so an entry never appears behind one that was already read.
"""

from __future__ import annotations

from sqlalchemy import Connection, select, tuple_

from station_db import journal
from station_db.feed import START, FeedCursor
from station_db.journal import FeedEntry
from station_db.records.base import CENTRE
from station_db.sync.centre import Centre
from station_db.sync.errors import ForkError
from station_db.tables import CENTRE_HEAD, JOURNAL, TYPED

LIMIT = 500


def pull(centre: Centre, station_id: str, cursor: FeedCursor | None, *, limit: int = LIMIT) -> tuple[FeedEntry, ...]:
    """The next entries addressed to a station or to all behind a cursor; none when it has all.

    Raises `ForkError` when the centre was put back to before what the station has applied.
    """
    after = cursor or START
    epoch = TYPED["epoch"]
    with centre.reading() as connection:
        _check_not_put_back(connection, centre, after)
        query = (
            select(JOURNAL, epoch.c.epoch_no)
            .join(epoch, (epoch.c.station_id == JOURNAL.c.station_id) & (epoch.c.id == JOURNAL.c.epoch))
            .where(JOURNAL.c.station_id == CENTRE, JOURNAL.c.addressee.in_(("", station_id)))
            .where(tuple_(epoch.c.epoch_no, JOURNAL.c.seq) > tuple_(after.epoch_no, after.last_seq))
            .order_by(epoch.c.epoch_no, JOURNAL.c.seq)
            .limit(limit)
        )
        rows = connection.execute(query).all()
    return tuple(FeedEntry(journal.JournalEntry(*row[:-1]), row.epoch_no) for row in rows)


def _check_not_put_back(connection: Connection, centre: Centre, after: FeedCursor) -> None:
    head = connection.execute(select(CENTRE_HEAD).where(CENTRE_HEAD.c.station_id == CENTRE)).one()
    is_behind = (head.epoch_no, head.last_seq) < (after.epoch_no, after.last_seq)
    if is_behind or (head.epoch_no == after.epoch_no and head.epoch != after.epoch):
        reason = f"it stands before entry {after.last_seq} of epoch {after.epoch}, which this station has applied"
        raise ForkError(centre.url, reason, epoch=after.epoch, seq=after.last_seq)
