"""What SQLite's complaint about a file means to whoever must help."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from station_db.errors import CorruptStoreError, StoreError, StoreLockedError, UnwritableFolderError

DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
IN_USE = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
SURROUNDINGS = (
    *IN_USE,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_INTERRUPT,
)
"""What says nothing about the file's content."""
PRIMARY_CODE = 0xFF


def is_damage(error: DBAPIError) -> bool:
    """Whether the file itself is broken."""
    return _code(error) in DAMAGE


def is_about_the_file(error: DBAPIError) -> bool:
    """Whether reading failed for what stands in the file: also for a table that is not there, or text that is none."""
    return _code(error) not in SURROUNDINGS


def diagnosed(path: Path, error: DBAPIError) -> StoreError:
    """The store's own error for one of SQLite's; what is neither damage nor a lock is the disk or its rights."""
    code = _code(error)
    if code in DAMAGE:
        return CorruptStoreError(path, str(error.orig))
    if code in IN_USE:
        return StoreLockedError(path, str(error.orig))
    return UnwritableFolderError(path, str(error.orig))


def _code(error: DBAPIError) -> int:
    return getattr(error.orig, "sqlite_errorcode", 0) & PRIMARY_CODE
