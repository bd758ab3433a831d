"""Opening signals.db: a missing or damaged one is replaced and said, since the record does not depend on it.

Damage that shows only while it is used is met in the same way: the work under way fails once, and goes on with a new file.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, select
from sqlalchemy.exc import DatabaseError

from station_db import signal_store
from station_db.connecting import SIGNALS_FILE
from station_db.database_file import DatabaseFile
from station_db.diagnosis import diagnosed, is_about_the_file, is_damage
from station_db.notices import SIGNALS_DAMAGED, SIGNALS_MISSING, Notice
from station_db.records.base import Instant
from station_db.sidelining import sideline


class SignalFile(DatabaseFile):
    """The writer's hold on signals.db; `notices` are what a person must hear about it, the latest last."""

    def __init__(self, folder: Path, at: Instant) -> None:
        super().__init__(folder / SIGNALS_FILE)
        self._at = at
        self.notices: tuple[Notice, ...] = ()

    @contextmanager
    def transaction(self) -> Generator[Connection]:
        """As of any file; one that turns out to be damaged is put aside before the error is raised."""
        try:
            with super().transaction() as connection:
                yield connection
        except DatabaseError as error:
            if is_damage(error):
                self.begin_anew()
            raise

    def begin_anew(self) -> None:
        """Put the file aside and begin an empty one. Raises SQLAlchemy's `DBAPIError`, `OSError`."""
        self.close()
        kept = sideline(self.path, self._at)
        self.notices += (Notice(SIGNALS_DAMAGED, (kept.path.name,)),)
        self.bring_up()

    def bring_up(self) -> None:
        """Give the file the tables it lacks, all of them or none."""
        with super().transaction() as connection:
            if signal_store.schema_of(connection) < signal_store.SCHEMA:
                signal_store.create(connection)


def open_signals(folder: Path, *, is_new_store: bool, at: Instant) -> SignalFile:
    """The writer's hold on signals.db, with what a person must hear about it."""
    file = SignalFile(folder, at)
    if not file.path.exists():
        sideline(file.path, at)  # a log alone belongs to the file that is gone
        file.notices = () if is_new_store else (Notice(SIGNALS_MISSING),)
    try:
        file.bring_up()
        _look(file)
    except DatabaseError as error:
        if not is_about_the_file(error):
            raise diagnosed(file.path, error) from error
        file.begin_anew()
    return file


def _look(file: SignalFile) -> None:
    """Touch every table: one that is not there, or cannot be read, is better found now."""
    with file.connection.begin():
        for table in signal_store.METADATA.sorted_tables:
            file.connection.execute(select(table).limit(1)).all()
