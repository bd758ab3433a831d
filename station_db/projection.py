"""From a journal entry to the row of its typed table: the same on a station and at the centre, SQLite or PostgreSQL.

A row is only ever replaced by a later entry, so projecting again, or in another order, ends the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from station_db import straight
from station_db.columns import MisfitError
from station_db.errors import ProjectionError
from station_db.journal import JournalEntry
from station_db.records.base import from_payload, kind_of
from station_db.rows import row_of
from station_db.tables import TYPED

DIALECTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True, slots=True)
class Projected:
    """What one entry says: the record, and its row in the table of `kind`."""

    kind: str
    record: Any
    row: dict[str, Any]


def projected(entry: JournalEntry, epoch_no: int) -> Projected:
    """Read an entry. Raises `ProjectionError` for a kind or a payload this version cannot read."""
    try:
        record = from_payload(entry.kind, entry.payload)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise ProjectionError(entry.kind, entry.record_id, f"{type(error).__name__}: {error}") from error
    return projected_record(entry, epoch_no, record)


def projected_record(entry: JournalEntry, epoch_no: int, record: Any) -> Projected:
    """The same for an entry whose record is at hand. Raises `ProjectionError` for a value its column cannot hold."""
    kind = kind_of(record)
    try:
        row = row_of(kind, record)
    except (MisfitError, OverflowError) as error:
        raise ProjectionError(entry.kind, entry.record_id, str(error)) from error
    if record.id != entry.record_id:
        raise ProjectionError(entry.kind, entry.record_id, "the payload has another id")
    row |= {"station_id": entry.station_id, "row_version": entry.version, "row_epoch_no": epoch_no, "row_seq": entry.seq}
    return Projected(kind.name, record, row)


def write_rows(connection: Connection, rows: Iterable[Projected]) -> None:
    """Bring the typed tables up to these rows, one statement a kind."""
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for each in rows:
        by_kind.setdefault(each.kind, []).append(each.row)
    for kind, values in by_kind.items():
        straight.execute(connection, upsert(kind, connection.dialect.name), values)


def project(connection: Connection, entry: JournalEntry, epoch_no: int) -> Any:
    """Project one entry and return its record. Raises `ProjectionError`, having written nothing."""
    made = projected(entry, epoch_no)
    write_rows(connection, (made,))
    return made.record


@cache
def upsert(kind: str, dialect: str) -> Any:
    """Insert a row, or replace the one an earlier entry made."""
    table = TYPED[kind]
    statement = DIALECTS[dialect](table)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["station_id", "id"],
        set_={column.name: new[column.name] for column in table.c if not column.primary_key},
        where=tuple_(table.c.row_epoch_no, table.c.row_seq) < tuple_(new.row_epoch_no, new.row_seq),
    )
