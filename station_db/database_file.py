"""One SQLite file and the one connection that writes it, opened again after any failure."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from station_db.connecting import writer_engine


class DatabaseFile:
    """The writer's hold on a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = writer_engine(path)
        self._connection: Connection | None = None

    @property
    def connection(self) -> Connection:
        """The connection, opened if it is not. Raises SQLAlchemy's `DBAPIError`."""
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    @contextmanager
    def transaction(self) -> Generator[Connection]:
        """All of what is done within, or nothing. After a failure the connection is not trusted and a new one is made."""
        connection = self.connection
        try:
            with connection.begin():
                yield connection
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file; without other readers its log is written into it."""
        if self._connection is not None:
            with suppress(SQLAlchemyError):
                self._connection.close()
        self._connection = None
