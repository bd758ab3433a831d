"""Opening signals.db: a missing or damaged one is replaced and said, since the record does not depend on it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.exc import DatabaseError

from station_db import signal_store
from station_db.connecting import SIGNALS_FILE
from station_db.database_file import DatabaseFile
from station_db.diagnosis import diagnosed, is_damage
from station_db.durable import remove_logs
from station_db.notices import SIGNALS_DAMAGED, SIGNALS_MISSING, Notice
from station_db.records.base import Instant


def open_signals(folder: Path, *, is_new_store: bool, at: Instant) -> tuple[DatabaseFile, tuple[Notice, ...]]:
    """The writer's hold on signals.db, and what a person must hear about it."""
    path = folder / SIGNALS_FILE
    is_lost = not is_new_store and not path.exists()
    try:
        return _open(path), ((Notice(SIGNALS_MISSING),) if is_lost else ())
    except DatabaseError as error:
        if not is_damage(error):
            raise diagnosed(path, error) from error
        damaged = Notice(SIGNALS_DAMAGED, (_set_aside(path, at),))
        return _open(path), (damaged,)


def _set_aside(path: Path, at: Instant) -> str:
    kept = path.with_name(f"{SIGNALS_FILE}.damaged-{at}")
    remove_logs(path)
    path.replace(kept)
    return kept.name


def _open(path: Path) -> DatabaseFile:
    file = DatabaseFile(path)
    with file.transaction() as connection:
        if signal_store.schema_of(connection) < signal_store.SCHEMA:
            signal_store.create(connection)
    return file
