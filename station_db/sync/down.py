"""What the centre has for a station: orders, people, routings and shifts, in the order they were made.

The centre numbers its entries under the lock of its head row, so an entry never appears behind one that was already read.
"""

from __future__ import annotations

from sqlalchemy import Connection, select, tuple_

from station_db import journal
from station_db.feed import START, FeedCursor
from station_db.journal import FeedEntry
from station_db.records.base import CENTRE
from station_db.sync import appending
from station_db.sync.centre import Centre
from station_db.sync.errors import CentrePutBackError, OtherCentreError
from station_db.tables import JOURNAL, TYPED

LIMIT = 500


def pull(centre: Centre, station_id: str, cursor: FeedCursor | None, *, limit: int = LIMIT) -> tuple[FeedEntry, ...]:
    """The next entries addressed to a station or to all behind a cursor; none when it has all.

    Raises `OtherCentreError` for a centre that never made what the station has applied, `CentrePutBackError` for one that
    was put back to before it.
    """
    after = cursor or START
    epoch = TYPED["epoch"]
    with centre.reading() as connection:
        _check_is_known(connection, centre, after)
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


def _check_is_known(connection: Connection, centre: Centre, after: FeedCursor) -> None:
    """A centre may have gone on in a deeper epoch; one that is no deeper must stand in the very epoch the station knows."""
    head = appending.tip(connection, lock=False)
    assert head is not None, "checked when connected"
    if head.epoch_no > after.epoch_no:
        return
    if head.epoch_no == after.epoch_no and head.epoch != after.epoch:
        raise OtherCentreError(centre.url, "it is a new or another centre than the one this station has its orders from")
    if (head.epoch_no, head.seq) < (after.epoch_no, after.last_seq):
        reason = f"it was put back to its entry {head.seq}; this station has entry {after.last_seq} of a later state"
        raise CentrePutBackError(centre.url, reason)
