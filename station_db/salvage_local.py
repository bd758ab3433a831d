"""What is in no journal, salvaged as far as SQLite still reads it: half-typed entries, and where counters stood.

A position that may be older than the record would have its parts counted twice. It is believed only from a file that reads
as far as the record goes; otherwise it is `DOUBTED`, and what the counter did since is a question for a person.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from station_db.journal import Position
from station_db.records.base import CENTRE
from station_db.records.local import DOUBTED
from station_db.tables import COUNTER_POSITION, DRAFT, FEED_CURSOR, JOURNAL, TYPED

FIRST_CENTRE_EPOCH = 2
"""What the centre's entries of a smaller epoch are: loaded at this station, and nobody sends them again."""
TABLES = (COUNTER_POSITION, DRAFT)
MODES = ("mode=ro", "mode=ro&immutable=1")
"""With its log, and where that cannot be, without."""

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Local:
    """The rows of a damaged file by table, and how far its journal reads."""

    rows: dict[str, Rows] = field(default_factory=dict[str, Rows])
    epoch: str = ""
    seq: int = 0


def refill_local(connection: Connection, station_id: str, damaged: Path | None, tip: Position | None) -> None:
    """Take over drafts and positions, within the caller's transaction; `tip` is None for a record that lacks entries."""
    local = _read(damaged, station_id)
    for table in TABLES:
        rows = [row for row in local.rows.get(table.name, []) if row.keys() == {column.name for column in table.c}]
        if rows:
            connection.execute(delete(table).where(table.c.station_id == station_id))
            connection.execute(insert(table), rows)
    if tip is None or (local.epoch, local.seq) != (tip.epoch, tip.seq):
        doubt_positions(connection, station_id)


def doubt_positions(connection: Connection, station_id: str) -> None:
    """Let nobody count from these positions on without a person."""
    connection.execute(update(COUNTER_POSITION).where(COUNTER_POSITION.c.station_id == station_id).values(boot=DOUBTED))


def refill_cursor(connection: Connection, station_id: str) -> None:
    """Where master data were loaded here, the next load goes on behind them."""
    epoch = TYPED["epoch"].c
    loaded = select(epoch.id, epoch.epoch_no).where(epoch.station_id == CENTRE, epoch.epoch_no < FIRST_CENTRE_EPOCH)
    own = connection.execute(loaded.order_by(epoch.epoch_no.desc())).first()
    cursor = connection.execute(select(FEED_CURSOR.c.epoch_no).where(FEED_CURSOR.c.station_id == station_id)).first()
    if own is None or (cursor is not None and cursor.epoch_no > own.epoch_no):
        return
    entries = select(JOURNAL.c.seq, JOURNAL.c.recorded_at).where(JOURNAL.c.station_id == CENTRE, JOURNAL.c.epoch == own.id)
    last = connection.execute(entries.order_by(JOURNAL.c.seq.desc()).limit(1)).first()
    if last is None:
        return
    connection.execute(delete(FEED_CURSOR).where(FEED_CURSOR.c.station_id == station_id))
    place: dict[str, Any] = {"station_id": station_id, "origin": CENTRE, "epoch": own.id, "epoch_no": own.epoch_no}
    connection.execute(insert(FEED_CURSOR), place | {"last_seq": last.seq, "heard_at": last.recorded_at})


def _read(damaged: Path | None, station_id: str) -> Local:
    if damaged is None or not damaged.exists():
        return Local()
    for mode in MODES:
        with suppress(sqlite3.Error, OSError, UnicodeDecodeError):
            return _read_as(damaged, station_id, mode)
    return Local()


def _read_as(damaged: Path, station_id: str, mode: str) -> Local:
    with closing(sqlite3.connect(f"{damaged.absolute().as_uri()}?{mode}", uri=True)) as file:
        file.row_factory = sqlite3.Row
        rows = {table.name: [dict(row) for row in file.execute(_all_of(table.name), (station_id,))] for table in TABLES}
        newest = "SELECT id FROM epoch WHERE station_id = ? ORDER BY epoch_no DESC LIMIT 1"
        epoch = file.execute(newest, (station_id,)).fetchone()
        if epoch is None:
            return Local(rows)
        last = "SELECT max(seq) FROM journal WHERE station_id = ? AND epoch = ?"
        return Local(rows, epoch["id"], file.execute(last, (station_id, epoch["id"])).fetchone()[0] or 0)


def _all_of(table: str) -> str:
    return f'SELECT * FROM "{table}" WHERE station_id = ?'  # noqa: S608  # one of TABLES
