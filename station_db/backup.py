"""A copy of the record that can be put in its place: it opens a new epoch there, since its numbers went on without it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from station_db.durable import fsync_file, fsync_folder
from station_db.errors import CorruptStoreError


def copy_record(connection: Connection, target: Path) -> None:
    """Write the database as it stands to `target`, which takes its name only when it is whole and checked."""
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    source: Any = connection.connection.driver_connection
    with closing(sqlite3.connect(partial)) as copied:
        source.backup(copied)
        copied.execute("PRAGMA journal_mode=DELETE").fetchall()
        found = copied.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise CorruptStoreError(partial, str(found))
    fsync_file(partial)
    partial.replace(target)
    fsync_folder(target.parent)
