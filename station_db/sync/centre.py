"""The connection to a centre: one at a time, each step within a deadline, every refusal a typed error."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Any, Self

import psycopg
from sqlalchemy import URL, Connection, Engine, select, text
from sqlalchemy.exc import DBAPIError

from station_db import migrating
from station_db.sync import dialling, versions
from station_db.sync.deadline import Deadline, shut
from station_db.sync.errors import (
    CentreNewerError,
    CentreTimeoutError,
    NotACentreError,
    NotInitialisedError,
)
from station_db.sync.stride import Stride
from station_db.tables import CENTRE_HEAD

STEP_S = 15.0
"""How long one transaction with the centre may take before it is given up."""


class Centre:
    """Made by `Centre.connect`. Used by one thread at a time; only `shut` may be called from another."""

    def __init__(self, url: URL, engine: Engine, connection: Connection, step_s: float) -> None:
        self._engine = engine
        self._connection = connection
        self._step_s = step_s
        self._driver: Any = connection.connection.driver_connection
        self.url = dialling.shown(url)
        self.schema = migrating.HEAD
        """The centre's release."""
        self.lacking: versions.Lacking = {}
        """What this program would write and the centre, being older, has no place for."""
        self.stride = Stride()
        """How much to send at once on this connection."""

    @classmethod
    def connect(cls, url: str, password: str = "", *, role: str | None = None, step_s: float = STEP_S) -> Self:
        """Open a centre: `sqlite:///path` or `postgresql://user@host:port/database`, then as `role` where one is named.

        A centre may be up to two releases older or newer (`versions`). Raises the `CentreError` that says what is wrong;
        nothing was changed then.
        """
        centre = cls.dial(url, password, create=False, step_s=step_s)
        try:
            if role is not None:
                centre.become(role)
            with centre.reading() as connection:
                centre.schema = _schema_of(connection, centre.url)
                centre.lacking = versions.lacking(connection) if centre.schema < migrating.HEAD else {}
        except BaseException:
            centre.close()
            raise
        return centre

    @classmethod
    def dial(cls, url: str, password: str, *, create: bool, step_s: float = STEP_S) -> Self:
        """Open whatever is at the address, without asking whether it is a centre."""
        address = dialling.parsed(url)
        opened: list[Any] = []
        engine = dialling.dial(address, password, opened.append, create=create)
        try:
            with dialling.deadline(lambda: opened[0] if opened else None, dialling.DIAL_S + step_s):
                connection = engine.connect()
        except (DBAPIError, psycopg.Error, sqlite3.Error) as error:
            raise dialling.meaning(dialling.shown(address), error, dialling=True) from error
        return cls(address, engine, connection, step_s)

    @property
    def is_postgresql(self) -> bool:
        """Whether it has roles and rights."""
        return self._engine.dialect.name == "postgresql"

    def require_same_release(self) -> None:
        """Raise `CentreNewerError` or `CentreOlderError` for what only a program of the centre's own release may do."""
        versions.check_same(self.url, self.schema)

    def become(self, role: str) -> None:
        """Go on with the rights of another role."""
        if self.is_postgresql:
            quoted = self._engine.dialect.identifier_preparer.quote_identifier(role)
            with self.writing() as connection:
                connection.execute(text(f"SET ROLE {quoted}"))

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """A transaction that only reads."""
        with self._transaction(writes=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """A transaction that is whole or not at all. After a `CentreLostError` its outcome is unknown: read the watermark."""
        with self._transaction(writes=True) as connection:
            yield connection

    @contextmanager
    def _transaction(self, *, writes: bool) -> Generator[Connection]:
        with self._deadline() as limit:
            try:
                with self._connection.execution_options(writes=writes).begin():
                    yield self._connection
            except (DBAPIError, psycopg.Error, sqlite3.Error) as error:
                self.stride.broke()
                if limit is not None and limit.expired:
                    raise CentreTimeoutError(self.url, f"no answer within {self._step_s:g} s") from error
                raise dialling.meaning(self.url, error) from error

    def _deadline(self) -> AbstractContextManager[Deadline | None]:
        """A file needs none: SQLite's own patience bounds each step, and a thread to watch it would cost more than the step."""
        return dialling.deadline(lambda: self._driver, self._step_s) if self.is_postgresql else nullcontext()

    def shut(self) -> None:
        """End it from any thread, whoever waits on it."""
        if isinstance(self._driver, psycopg.Connection):
            shut(self._driver)
        else:
            with suppress(sqlite3.Error):
                self._driver.interrupt()

    def close(self) -> None:
        """Let go of the connection; never waits for a centre that does not answer."""
        with suppress(DBAPIError, psycopg.Error, sqlite3.Error), dialling.deadline(lambda: self._driver, 1.0):
            self._connection.close()
        self._engine.dispose()


def _schema_of(connection: Connection, url: str) -> str:
    """The release of the centre at the address; raise what is wrong with it."""
    from sqlalchemy import inspect

    tables = inspect(connection).get_table_names()
    if not tables:
        raise NotInitialisedError(url, "the database is empty")
    if "alembic_version" not in tables or CENTRE_HEAD.name not in tables:
        raise NotACentreError(url, "the database holds other things than a centre of Lineside")
    schema = migrating.revision_of(connection)
    versions.check(url, schema)
    if connection.scalar(select(CENTRE_HEAD.c.epoch).limit(1)) is None:
        raise NotACentreError(url, "this is a station's store, not a centre")
    return str(schema)


def check_revision(revision: str | None, url: str) -> None:
    """Raise `CentreNewerError` for a schema this program has never heard of."""
    try:
        migrating.check_known(revision)
    except migrating.UnknownRevisionError as error:
        raise CentreNewerError(url, f"its schema is {revision}, this program's is {migrating.HEAD}") from error
