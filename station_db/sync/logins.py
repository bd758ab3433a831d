"""The logins of a PostgreSQL centre: made, given a new password, taken away. What a removed station recorded stays.

The server is given a SCRAM verifier, never the password: it can't be in its logs.
"""

from __future__ import annotations

import secrets
from typing import Any

from psycopg import sql

from station_db.sync import rights
from station_db.sync.centre import Centre
from station_db.sync.errors import NoLoginsError, UnknownStationError

PASSWORD_BYTES = 18


def renew(url: str, station: str, *, password: str = "", secret: str | None = None) -> str:
    """Give a station's role another password (a random one unless `secret`), which is returned. Raises `CentreError`."""
    centre = _dialled(url, password)
    try:
        with centre.writing() as connection:
            driver = _driver(connection)
            return allow(driver, _known(driver, centre, station), secret)
    finally:
        centre.close()


def remove(url: str, station: str, *, password: str = "") -> None:
    """Let a station in no more, also where it is connected now; its rows stay, and `init --station` lets it in again."""
    centre = _dialled(url, password)
    try:
        with centre.writing() as connection:
            driver = _driver(connection)
            role = _known(driver, centre, station)
            for statement in _let_go(driver, role):
                driver.execute(statement)
            driver.execute(sql.SQL("ALTER ROLE {} NOLOGIN PASSWORD NULL").format(sql.Identifier(role)))
    finally:
        centre.close()


def _let_go(driver: Any, role: str) -> list[sql.Composed]:
    """Take the group away from whoever it was given by: of two who gave it, a bare REVOKE would leave one's gift standing."""
    asked = """SELECT grantor::regrole::text FROM pg_auth_members
        WHERE roleid = %s::regrole AND member = quote_ident(%s)::regrole"""
    words = sql.SQL("REVOKE {} FROM {} GRANTED BY {}")
    names = sql.Identifier(rights.STATIONS), sql.Identifier(role)
    return [words.format(*names, sql.SQL(grantor)) for (grantor,) in driver.execute(asked, (rights.STATIONS, role)).fetchall()]


def allow(driver: Any, role: str, secret: str | None) -> str:
    """Make a role, or one that is there, log in with `secret` or a random password, which is returned."""
    chosen = secret or secrets.token_urlsafe(PASSWORD_BYTES)
    verifier = driver.pgconn.encrypt_password(chosen.encode(), role.encode(), b"scram-sha-256").decode()
    words = "ALTER ROLE {} LOGIN PASSWORD {}" if exists(driver, role) else "CREATE ROLE {} LOGIN PASSWORD {}"
    driver.execute(sql.SQL(words).format(sql.Identifier(role), sql.Literal(verifier)))
    return chosen


def exists(driver: Any, role: str) -> bool:
    """Whether there is such a role, with or without a login."""
    return driver.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is not None


def may_log_in(driver: Any, role: str) -> bool:
    """Whether the role is there and was not taken away."""
    return driver.execute("SELECT 1 FROM pg_roles WHERE rolname = %s AND rolcanlogin", (role,)).fetchone() is not None


def _dialled(url: str, password: str) -> Centre:
    centre = Centre.connect(url, password)
    if not centre.is_postgresql:
        centre.close()
        raise NoLoginsError(centre.url, "a SQLite centre has no logins: whoever may write the file may write as any station")
    return centre


def _driver(connection: Any) -> Any:
    return connection.connection.driver_connection


def _known(driver: Any, centre: Centre, station: str) -> str:
    role = rights.role_of(station)
    if not exists(driver, role):
        raise UnknownStationError(centre.url, f"it does not know a station {station!r}")
    return role
