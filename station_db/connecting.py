"""How the store's two SQLite files are opened: one writer that owns every checkpoint, and readers that cannot write.

Readers use `mode=ro`, never `query_only`, which would checkpoint and delete the write-ahead log when it closes last.
"""

from __future__ import annotations

import sqlite3
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError
from sqlalchemy.util import LRUCache

RECORD_FILE = "record.db"
SIGNALS_FILE = "signals.db"
BUSY_S = 5.0
BACKSTOP_PAGES = 4000
"""The log is checkpointed by `Store.checkpoint`; at 16 MB SQLite does it by itself within a commit."""

_COMPILED: LRUCache[Any, Any] = LRUCache(1000)

WRITER_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "mmap_size=0",
    f"wal_autocheckpoint={BACKSTOP_PAGES}",
    "journal_size_limit=67108864",
)


def writer_engine(path: Path) -> Engine:
    """An engine whose transactions take the write lock when they begin."""
    engine = _engine(path, "rwc")
    event.listen(engine, "connect", _apply_writer_pragmas)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def reader_engine(path: Path) -> Engine:
    """An engine that can only read; a transaction sees one state of the file from its first statement on."""
    engine = _engine(path, "ro")
    event.listen(engine, "begin", _begin)
    return engine


def still_engine(path: Path) -> Engine:
    """A reading engine for a file that nobody changes and that has no log beside it: not even a lock file is made for it."""
    return _engine(path, "ro&immutable=1")


def raw(connection: Connection, statement: str) -> list[Any]:
    """Run a statement outside any transaction, as checkpoints and some pragmas need it. Raises SQLAlchemy's `DBAPIError`."""
    driver: Any = connection.connection.driver_connection
    try:
        return driver.execute(statement).fetchall()
    except sqlite3.Error as error:
        raise DatabaseError(statement, None, error) from error


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """The driver's connection to a file, `ro` or `rwc` (other words of SQLite's address may follow).

    It is made only here, so that tests can put a disk of theirs below.
    """
    address = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False)


def _engine(path: Path, mode: str) -> Engine:
    """An engine for a file. What statements are compiled to is shared by all: that takes longer than to run them."""

    def connected() -> Any:
        return connect(path, mode)

    dialect = sqlite_dialect()
    pool = NullPool(connected, dialect=dialect)
    return Engine(pool, dialect, make_url("sqlite://"), execution_options={"compiled_cache": _COMPILED})


@cache
def sqlite_dialect() -> Dialect:
    """SQLAlchemy's knowledge of SQLite, asked of the library once."""
    engine = create_engine("sqlite://")
    engine.connect().close()
    engine.dispose()
    return engine.dialect


def _apply_writer_pragmas(driver: sqlite3.Connection, _record: object) -> None:
    for pragma in WRITER_PRAGMAS:
        driver.execute(f"PRAGMA {pragma}").fetchall()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
