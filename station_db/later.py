"""Reading again what was set aside: an entry an older version could not read gets its row once a newer one can."""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping, select, update

from station_db import journal
from station_db.errors import ProjectionError
from station_db.journal import HASHED, JournalEntry, entry_hash
from station_db.projection import project
from station_db.records.base import Instant
from station_db.records.keeping import Redaction
from station_db.redacting import follow
from station_db.tables import JOURNAL, SET_ASIDE, TYPED

EPOCH = TYPED["epoch"].c
OF_ENTRY = (
    (JOURNAL.c.station_id == SET_ASIDE.c.station_id) & (JOURNAL.c.epoch == SET_ASIDE.c.epoch) & (JOURNAL.c.seq == SET_ASIDE.c.seq)
)
OF_EPOCH = (EPOCH.station_id == SET_ASIDE.c.station_id) & (EPOCH.id == SET_ASIDE.c.epoch)
STILL_ASIDE = (
    select(JOURNAL, EPOCH.epoch_no.label("epoch_no"))
    .select_from(SET_ASIDE)
    .join(JOURNAL, OF_ENTRY)
    .join(TYPED["epoch"], OF_EPOCH)
    .where(SET_ASIDE.c.projected_at.is_(None))
    .order_by(EPOCH.epoch_no, SET_ASIDE.c.seq)
)


def project_aside(connection: Connection, at: Instant) -> int:
    """Give every entry its row that can be read by now, within the caller's transaction; how many that were.

    A row that a later entry made meanwhile stays. What still can't be read, or is damaged, stays listed.
    """
    rows = connection.execute(STILL_ASIDE).mappings().all()
    return sum(_is_read(connection, _entry(row), row["epoch_no"], at) for row in rows)


def _is_read(connection: Connection, entry: JournalEntry, epoch_no: int, at: Instant) -> bool:
    if entry_hash(entry) != entry.hash:
        return False
    try:
        record = project(connection, entry, epoch_no)
    except ProjectionError:
        return False
    if isinstance(record, Redaction):
        follow(connection, (record,))
    place = (SET_ASIDE.c.station_id == entry.station_id, SET_ASIDE.c.epoch == entry.epoch, SET_ASIDE.c.seq == entry.seq)
    connection.execute(update(SET_ASIDE).where(*place).values(projected_at=at))
    return True


def _entry(row: RowMapping) -> JournalEntry:
    return journal.entry_of({name: row[name] for name in (*HASHED, "prev_hash", "hash")})  # type: ignore[arg-type]
