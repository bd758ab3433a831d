"""Many rows in one statement: on PostgreSQL arrays that the server unfolds, as COPY is refused where rows have their rights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Connection, Float, LargeBinary, Table, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from station_db.tables import METADATA

DIALECTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Known(Enum):
    """What becomes of a row whose key is there already."""

    REFUSED = "refused"
    KEPT = "kept"
    """It stays as it is. Holds also for a table in partitions."""
    REPLACED = "replaced"
    """By the row of a later entry; for typed tables."""


def write(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], known: Known = Known.REFUSED) -> None:
    """Insert rows that all name the same columns of a table."""
    if not rows:
        return
    columns = tuple(rows[0])
    if connection.dialect.name == "postgresql":
        arrays = tuple([row[name] for row in rows] for name in columns)
        connection.exec_driver_sql(_unfolding(table.name, columns, known), arrays)
    else:
        connection.execute(_inserting(table.name, columns, known, connection.dialect.name), [dict(row) for row in rows])


@cache
def _inserting(name: str, columns: tuple[str, ...], known: Known, dialect: str) -> Any:
    table = METADATA.tables[name]
    statement = DIALECTS[dialect](table).values({column: None for column in columns})
    match known:
        case Known.REFUSED:
            return statement
        case Known.KEPT:
            return statement.on_conflict_do_nothing()
        case Known.REPLACED:
            new = statement.excluded
            return statement.on_conflict_do_update(
                index_elements=["station_id", "id"],
                set_={column: new[column] for column in columns if not table.c[column].primary_key},
                where=tuple_(table.c.row_epoch_no, table.c.row_seq) < tuple_(new.row_epoch_no, new.row_seq),
            )


@cache
def _unfolding(name: str, columns: tuple[str, ...], known: Known) -> str:
    """The statement for psycopg, with an array for each column."""
    table = METADATA.tables[name]
    names = ", ".join(f'"{column}"' for column in columns)
    arrays = ", ".join(f"%b::{_type_of(table.c[column])}[]" for column in columns)
    return f'INSERT INTO "{name}" ({names}) SELECT * FROM unnest({arrays}){_where_known(table, columns, known)}'  # noqa: S608  # all declared


def _where_known(table: Table, columns: Sequence[str], known: Known) -> str:
    match known:
        case Known.REFUSED:
            return ""
        case Known.KEPT:
            return " ON CONFLICT DO NOTHING"
        case Known.REPLACED:
            changed = ", ".join(f'"{column}" = excluded."{column}"' for column in columns if not table.c[column].primary_key)
            older = f'("{table.name}".row_epoch_no, "{table.name}".row_seq) < (excluded.row_epoch_no, excluded.row_seq)'
            return f" ON CONFLICT (station_id, id) DO UPDATE SET {changed} WHERE {older}"


def _type_of(column: Column[Any]) -> str:
    for kind, name in ((BigInteger, "bigint"), (Float, "double precision"), (Boolean, "boolean"), (LargeBinary, "bytea")):
        if isinstance(column.type, kind):
            return name
    return "text"
