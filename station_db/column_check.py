"""Finding values of another type than their column's: SQLite stores whatever somebody writes into a file by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Column, Connection, LargeBinary, Table, Text, func, or_, select

from station_db.tables import JOURNAL, TYPED

LISTED = 100
"""So many are named of each table; one is enough to know."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """One row that cannot be read as what it should be."""

    where: str
    detail: str


def misfits(connection: Connection, station_id: str) -> tuple[Misfit, ...]:
    """The rows of an origin's journal and epochs that hold another type; PostgreSQL takes none."""
    if connection.dialect.name != "sqlite":
        return ()
    return tuple(found for table in (JOURNAL, TYPED["epoch"]) for found in _of_table(connection, table, station_id))


def _of_table(connection: Connection, table: Table, station_id: str) -> Iterator[Misfit]:
    is_other = {column.name: func.typeof(column).not_in(_types_of(column)) for column in table.c}
    keys = [column for column in table.primary_key.columns]
    wanted = select(*keys, *(func.typeof(column).label(f"type_of_{column.name}") for column in table.c))
    rows = connection.execute(wanted.where(table.c.station_id == station_id, or_(*is_other.values())).limit(LISTED))
    for row in rows.mappings():
        place = " ".join(str(row[key.name]) for key in keys)
        wrong = [column.name for column in table.c if row[f"type_of_{column.name}"] not in _types_of(column)]
        yield Misfit(f"{table.name} {place}", f"{', '.join(wrong)} holds another type than was written")


def _types_of(column: Column[object]) -> tuple[str, ...]:
    kind = "blob" if isinstance(column.type, LargeBinary) else "text" if isinstance(column.type, Text) else "integer"
    return (kind, "null") if column.nullable else (kind,)
