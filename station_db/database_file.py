"""One SQLite file and the one connection that writes it, opened again after any failure.

After a failed fsync the system may have dropped what was to be written, and still say that the next one succeeded. What
stands in the log behind that place would be lost with it, so nothing is appended to such a log: it is first written into
the file whole and begun anew.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError

from station_db.connecting import raw, writer_engine
from station_db.diagnosis import is_damage


class DatabaseFile:
    """The writer's hold on a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = writer_engine(path)
        self._connection: Connection | None = None
        self._is_suspect = False
        self.is_damaged = False
        """Whether a statement found the file broken."""

    @property
    def connection(self) -> Connection:
        """The connection, opened if it is not. Raises SQLAlchemy's `DBAPIError`."""
        if self._connection is None:
            self._connection = self._engine.connect()
        if self._is_suspect:
            self._begin_log_anew(self._connection)
        return self._connection

    def _begin_log_anew(self, connection: Connection) -> None:
        try:
            is_held, *_ = raw(connection, "PRAGMA wal_checkpoint(TRUNCATE)")[0]
        except DBAPIError:
            self.close()
            raise
        if is_held:
            held = "the disk failed, and a reader keeps the log from being begun anew"
            raise OperationalError("PRAGMA wal_checkpoint(TRUNCATE)", None, RuntimeError(held))
        self._is_suspect = False

    @contextmanager
    def transaction(self) -> Generator[Connection]:
        """All of what is done within, or nothing. After a failure the connection is not trusted and a new one is made."""
        connection = self.connection
        try:
            with connection.begin():
                yield connection
        except BaseException as error:
            self._is_suspect |= isinstance(error, DBAPIError) and not isinstance(error, IntegrityError)
            self.is_damaged |= isinstance(error, DBAPIError) and is_damage(error)
            self.close()
            raise

    def checkpoint(self) -> None:
        """Bring the log into the file as far as readers let it. Raises SQLAlchemy's `DBAPIError`."""
        try:
            raw(self.connection, "PRAGMA wal_checkpoint(PASSIVE)")
        except DBAPIError as error:
            self._is_suspect = True
            self.is_damaged |= is_damage(error)
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file; without other readers its log is written into it."""
        if self._connection is not None:
            with suppress(SQLAlchemyError):
                self._connection.close()
        self._connection = None
