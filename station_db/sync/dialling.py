"""One connection to a centre: SQLite in a file of this host, or PostgreSQL; and what its errors mean."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from station_db.sync import network_share, rights, securing
from station_db.sync.deadline import Deadline
from station_db.sync.errors import (
    CentreBusyError,
    CentreCertificateError,
    CentreError,
    CentreFullError,
    CentreInsecureError,
    CentreLostError,
    CentreOnShareError,
    CentreReadOnlyError,
    CentreUnreachableError,
    CentreUrlError,
    NotACentreError,
    NotInitialisedError,
    RightsError,
    WrongPasswordError,
)

DIAL_S = 10
SESSION = {
    "statement_timeout": "10s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
    "timezone": "UTC",
    "synchronous_commit": "on",
    "default_transaction_isolation": r"read\ committed",
    "row_security": "on",
    "standard_conforming_strings": "on",
}
"""What a session relies on, however the server, the database or the role is set up: an answered COMMIT is on its disk."""
POSTGRES: dict[str, Any] = {
    "connect_timeout": DIAL_S,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "application_name": "lineside",
    "options": " ".join(f"-c {name}={value}" for name, value in SESSION.items()),
}
SQLITE_BUSY_S = 5.0
PERSON_BY_STATE = {
    "28P01": WrongPasswordError,
    "28000": WrongPasswordError,
    "42501": RightsError,
    "3D000": NotInitialisedError,
    "3F000": NotInitialisedError,
    "42P01": NotInitialisedError,
    "42883": NotInitialisedError,
}
"""SQLSTATEs after which a person has to do something."""
BUSY_STATES = frozenset({"55P03", "57014", "40P01", "40001", "53000", "53200", "53300", "25006", "25P03"})
"""Locks, time-outs, dead ends between two, no memory, no connection left, read-only for now."""
FULL_STATES = frozenset({"53100", "58030"})
WORDS: tuple[tuple[str, type[CentreError]], ...] = (
    ('value: "', CentreUrlError),
    ("authentication method requirement", CentreInsecureError),
    ("channel binding", CentreInsecureError),
    ("server does not support SSL", CentreInsecureError),
    ("password", WrongPasswordError),
    ("no pg_hba.conf entry", WrongPasswordError),
    ("not permitted to log in", WrongPasswordError),
    ("certificate", CentreCertificateError),
    ("too many ", CentreBusyError),
    ("remaining connection slots", CentreBusyError),
)
"""For a failed attempt libpq gives no SQLSTATE; its English words, which are its own or the server's, must do."""


def parsed(address: str) -> URL:
    """The address of a centre. Raises `CentreUrlError`."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:
        raise CentreUrlError(_masked(address), "this is no address of a centre") from error
    is_file = url.drivername == "sqlite" and bool(url.database) and url.database != ":memory:"
    if not is_file and not (url.drivername == "postgresql" and url.database):
        raise CentreUrlError(shown(url), "this is no address of a centre")
    return url


def shown(url: URL) -> str:
    """The address as it may be said: without the password."""
    return url.difference_update_query(securing.SECRETS).set(password=None).render_as_string()


def _masked(address: str) -> str:
    """An address nobody can read may hold a password all the same."""
    return re.sub(r"(://[^:/?]*):.*@", r"\1@", re.sub(r"(password=)[^&]*", r"\1***", address))


def remarks(address: str, station: str = "") -> tuple[str, ...]:
    """What a person should hear about an address that works but proves too little, or is not `station`'s own.

    Raises `CentreUrlError`.
    """
    url = parsed(address)
    return securing.remarks(url) + (securing.login_remarks(url, rights.role_of(station)) if station else ())


def dial(url: URL, password: str, opened: Callable[[Any], None], *, create: bool) -> Engine:
    """An engine whose one connection is opened when it is asked for, and told to `opened` before it is used.

    With `create` a missing SQLite file is made.
    """
    if url.drivername == "sqlite":
        return _sqlite(url, create=create)
    return create_engine(
        "postgresql+psycopg://", creator=_postgres(url, password, opened), poolclass=NullPool, use_native_hstore=False
    )


def _postgres(url: URL, password: str, opened: Callable[[Any], None]) -> Callable[[], psycopg.Connection]:
    asked: dict[str, Any] = {"host": url.host, "port": url.port, "user": url.username, "dbname": url.database}
    secret = password or url.password
    given = {name: value for name, value in asked.items() if value is not None}
    trust = securing.settings(url)
    settings: dict[str, Any] = POSTGRES | given | trust | _query(url) | ({"password": str(secret)} if secret else {})

    def connect() -> psycopg.Connection:
        made = psycopg.connect(**settings)
        opened(made)
        return made

    return connect


def _query(url: URL) -> dict[str, Any]:
    """What the address says itself; its `options` come behind ours instead of in their place."""
    said = dict(url.query)
    return said | {"options": f"{POSTGRES['options']} {said['options']}"} if "options" in said else said


def _sqlite(url: URL, *, create: bool) -> Engine:
    path = Path(url.database or "").absolute()
    if not path.parent.is_dir():
        raise CentreUnreachableError(shown(url), f"there is no folder {path.parent}")
    share = network_share.of(path.parent)
    if share is not None:
        raise CentreOnShareError(shown(url), f"{path.parent} is on a network share ({share})")
    if not create and not path.exists():
        raise NotInitialisedError(shown(url), f"there is no file {path}")
    address = f"{path.as_uri()}?mode={'rwc' if create else 'rw'}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, timeout=SQLITE_BUSY_S, isolation_level=None, check_same_thread=False)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    event.listen(engine, "connect", _apply_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _apply_pragmas(driver: sqlite3.Connection, _record: object) -> None:
    # The rollback journal: a write-ahead log needs shared memory and one host for all who open it.
    for pragma in ("journal_mode=DELETE", "synchronous=FULL"):
        driver.execute(f"PRAGMA {pragma}").fetchall()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def meaning(url: str, error: DBAPIError | psycopg.Error | sqlite3.Error, *, dialling: bool = False) -> CentreError:
    """What a driver's error means to whoever wanted something of the centre."""
    origin: Any = error.orig if isinstance(error, DBAPIError) else error
    reason = " ".join(str(origin).split()) or type(origin).__name__
    if isinstance(origin, sqlite3.Error):
        return _sqlite_meaning(url, origin, reason)
    state: str | None = origin.sqlstate
    if state in PERSON_BY_STATE:
        return PERSON_BY_STATE[state](url, reason)
    if state in BUSY_STATES:
        return CentreBusyError(url, reason)
    if state in FULL_STATES:
        return CentreFullError(url, reason)
    if dialling and isinstance(origin, psycopg.ProgrammingError):
        return CentreUrlError(url, reason)  # an option that libpq does not know
    if dialling:
        return _dialling_meaning(url, reason)
    return CentreLostError(url, reason)


def _dialling_meaning(url: str, reason: str) -> CentreError:
    """A failed attempt by its words. What nobody knows is taken for a centre that is not there, and tried again."""
    for words, kind in WORDS:
        if words in reason:
            return kind(url, reason)
    if "does not exist" in reason:
        return NotInitialisedError(url, reason) if "database" in reason else WrongPasswordError(url, reason)
    return CentreUnreachableError(url, reason)


def _sqlite_meaning(url: str, origin: sqlite3.Error, reason: str) -> CentreError:
    if "readonly" in reason:
        return CentreReadOnlyError(url, reason)
    if "full" in reason:
        return CentreFullError(url, reason)
    if "not a database" in reason or "malformed" in reason:
        return NotACentreError(url, reason)
    if "locked" in reason or "busy" in reason:
        return CentreBusyError(url, reason)
    return CentreUnreachableError(url, reason) if "unable to open" in reason else CentreLostError(url, reason)


def deadline(connection: Callable[[], Any], seconds: float) -> Deadline:
    """A deadline for whatever driver is behind: it has no effect on a file, which SQLite's own patience bounds."""

    def socket_of() -> psycopg.Connection | None:
        driver = connection()
        return driver if isinstance(driver, psycopg.Connection) else None

    return Deadline(socket_of, seconds)
