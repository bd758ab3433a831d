"""The statements of every commit, run by SQLite's own driver: SQLAlchemy's way there takes longer than they do.

SQLAlchemy writes them, once each. They run within the caller's transaction and raise what SQLAlchemy raises. PostgreSQL takes
the usual way.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from station_db.connecting import sqlite_dialect

Row = Mapping[str, Any]


def execute(connection: Connection, statement: Any, rows: Sequence[Row]) -> None:
    """Run a statement for each row; all rows have the same names. The statement is kept for good, so it must be one of a few."""
    if not rows:
        return
    if connection.dialect.name != "sqlite":
        connection.execute(statement, rows)
        return
    text, names = _written(statement, tuple(rows[0]))
    try:
        _driver(connection).executemany(text, [[row[name] for name in names] for row in rows])
    except sqlite3.Error as error:
        raise _wrapped(text, error) from error


def scalar(connection: Connection, statement: Any, values: Row) -> Any:
    """The first value that a statement gives, None where it gives none."""
    if connection.dialect.name != "sqlite":
        return connection.scalar(statement, values)
    text, names = _written(statement, tuple(values))
    try:
        found = _driver(connection).execute(text, [values[name] for name in names]).fetchone()
    except sqlite3.Error as error:
        raise _wrapped(text, error) from error
    return None if found is None else found[0]


@cache
def _written(statement: Any, names: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Its text, and whose values stand for its question marks."""
    compiled = statement.compile(dialect=sqlite_dialect(), column_keys=list(names))
    return str(compiled), tuple(compiled.positiontup)


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _wrapped(text: str, error: sqlite3.Error) -> Exception:
    return DBAPIError.instance(text, None, error, sqlite3.Error)
