"""SQLite through apsw behind the face of `sqlite3`, so that the real store can run on a disk of ours (`vfs`)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import apsw

BUSY_MS = 5000
OPERATIONAL = {
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY),
    *(sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_PERM),
}


def connect(path: Path, mode: str, vfs: str) -> Connection:
    """As `station_db.connecting.connect`, on the VFS of that name."""
    flags = apsw.SQLITE_OPEN_READONLY if mode == "ro" else apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    with _as_sqlite3():
        return Connection(apsw.Connection(str(path.absolute()), flags=flags, vfs=vfs))


class Connection:
    """What SQLAlchemy and the store ask of a connection; nothing is begun or committed by itself."""

    isolation_level = None
    row_factory = None

    def __init__(self, inner: apsw.Connection) -> None:
        self._inner = inner
        inner.set_busy_timeout(BUSY_MS)

    @property
    def in_transaction(self) -> bool:
        return self._inner.in_transaction

    def cursor(self, _factory: object = None) -> Cursor:
        return Cursor(self._inner)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Cursor:
        return self.cursor().execute(sql, parameters)

    def executemany(self, sql: str, many: Iterable[Sequence[Any]]) -> Cursor:
        return self.cursor().executemany(sql, many)

    def create_function(self, name: str, arguments: int, function: Callable[..., Any], **options: bool) -> None:
        self._inner.create_scalar_function(name, function, arguments, **options)

    def commit(self) -> None:
        if self._inner.in_transaction:
            self.execute("COMMIT")

    def rollback(self) -> None:
        """SQLite has rolled back by itself where the disk failed; then there is none left."""
        if self._inner.in_transaction:
            self.execute("ROLLBACK")

    def close(self) -> None:
        """What the disk refuses while the log is brought into the file is not said, as `sqlite3` does not."""
        with suppress(apsw.Error):
            self._inner.close(force=True)


class Cursor:
    """A cursor that has fetched all by the time `execute` returns."""

    arraysize = 1

    def __init__(self, inner: apsw.Connection) -> None:
        self._inner = inner
        self._rows: list[tuple[Any, ...]] = []
        self.description: tuple[tuple[Any, ...], ...] | None = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Cursor:
        self.description = None
        with _as_sqlite3():
            cursor = self._inner.cursor()
            cursor.exec_trace = self._traced
            self._rows = list(cursor.execute(sql, tuple(parameters)))
        self._count()
        return self

    def executemany(self, sql: str, many: Iterable[Sequence[Any]]) -> Cursor:
        with _as_sqlite3():
            self._rows = list(self._inner.cursor().executemany(sql, [tuple(each) for each in many]))
        self._count()
        return self

    def _traced(self, cursor: apsw.Cursor, _sql: str, _bindings: object) -> bool:
        columns = cursor.get_description()
        self.description = tuple((name, None, None, None, None, None, None) for name, *_ in columns) or None
        return True

    def _count(self) -> None:
        self.rowcount = -1 if self.description else self._inner.changes()
        self.lastrowid = self._inner.last_insert_rowid()

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        taken, self._rows = self._rows[:size], self._rows[size:]
        return taken

    def fetchall(self) -> list[tuple[Any, ...]]:
        taken, self._rows = self._rows, []
        return taken

    def close(self) -> None:
        self._rows = []


@contextmanager
def _as_sqlite3():
    """Raise what `sqlite3` would, with its error code."""
    try:
        yield
    except apsw.Error as error:
        code = getattr(error, "result", sqlite3.SQLITE_ERROR)
        raised = _class_of(code)(str(error))
        raised.sqlite_errorcode = getattr(error, "extendedresult", code)
        raise raised from error


def _class_of(code: int) -> type[sqlite3.Error]:
    if code == sqlite3.SQLITE_CONSTRAINT:
        return sqlite3.IntegrityError
    return sqlite3.OperationalError if code in OPERATIONAL else sqlite3.DatabaseError
