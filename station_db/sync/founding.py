"""Making a centre: its schema, its own epoch, its stations and, on PostgreSQL, who may do what. Done again it changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from psycopg import sql
from sqlalchemy import Connection, insert, inspect, select

from station_db import journal, migrating
from station_db.epochs import EpochReason, opening
from station_db.journal import Origin, Position
from station_db.records.base import CENTRE, Instant, RecordId, may_name_a_station
from station_db.sync import appending, aside, logins, partitions, planner_function, redact_function, rights, sharing
from station_db.sync.centre import Centre, check_revision
from station_db.sync.errors import NotACentreError, StationNameError
from station_db.tables import CENTRE_HEAD, STATION

FIRST_EPOCH_NO = 2
"""A centre's first epoch. Depth 1 is what a station loads by itself before it has a centre, which then takes its place."""
INIT_S = 3600.0
"""A large journal is put into months by copying it."""
PATIENT = "; ".join(
    f"SET LOCAL {name} = {value}"
    for name, value in {
        "statement_timeout": 0,
        "lock_timeout": "'60s'",
        "idle_in_transaction_session_timeout": "'10min'",
    }.items()
)
FOUNDING_LOCK = 0x4C4E5349


@dataclass(frozen=True, slots=True)
class Founded:
    """What `init` did: the stations that are new, and the password of every role it made, told this once."""

    stations: tuple[str, ...] = ()
    passwords: Mapping[str, str] = field(default_factory=dict[str, str])


def init(
    url: str,
    stations: Iterable[str],
    *,
    at: Instant,
    new_id: Callable[[], RecordId],
    password: str = "",
    passwords: Mapping[str, str] | None = None,
    restored: bool = False,
) -> Founded:
    """Create or migrate a centre and register stations. `passwords` by role; a role without one gets a random one.

    `restored` opens a new epoch, for a centre that was put back from a backup. Raises `CentreError`.
    """
    wanted = tuple(dict.fromkeys(stations))
    _check_names(url, wanted)
    centre = Centre.dial(url, password, create=True, step_s=INIT_S)
    try:
        with centre.writing() as connection:
            _migrate(connection, centre)
            _open_epoch(connection, at, new_id, restored=restored)
            new = _register(connection, wanted, at)
            _read_again(connection, centre, at)
            made = _grant(connection, wanted, passwords or {}) if centre.is_postgresql else {}
    finally:
        centre.close()
    return Founded(new, made)


def _check_names(url: str, stations: Iterable[str]) -> None:
    for station in stations:
        if not may_name_a_station(station):
            raise StationNameError(url, f"a station can't be called {station!r}: use letters, digits, dot, dash, underscore")


def _migrate(connection: Connection, centre: Centre) -> None:
    """Raise before anything is written to a database that is not ours."""
    if centre.is_postgresql:
        connection.exec_driver_sql(PATIENT)
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({FOUNDING_LOCK})")
    tables = set(inspect(connection).get_table_names())
    if tables and not {"alembic_version", CENTRE_HEAD.name} <= tables:
        raise NotACentreError(centre.url, "the database holds other things than a centre of Lineside")
    if tables and appending.tip(connection, lock=False) is None:
        raise NotACentreError(centre.url, "this is a station's store, not a centre")
    revision = migrating.revision_of(connection)
    check_revision(revision, centre.url)
    if revision != migrating.HEAD:
        migrating.upgrade(connection)


def _open_epoch(connection: Connection, at: Instant, new_id: Callable[[], RecordId], *, restored: bool) -> None:
    tip = appending.tip(connection, lock=True)
    if tip is not None and not restored:
        return
    reason = EpochReason.NEW if tip is None else EpochReason.RESTORED
    began, entry = opening(tip, new_id(), reason, at)
    began, entry = _at_depth(began, entry, FIRST_EPOCH_NO) if tip is None else (began, entry)
    (made,) = journal.chain(Origin(CENTRE, at), began, (entry,), (1,))
    if tip is None:
        connection.execute(insert(CENTRE_HEAD).values(_head_row(began)))
    appending.append_as_owner(connection, began, (made,))


def _at_depth(began: Position, entry: Any, depth: int) -> tuple[Position, Any]:
    return replace(began, epoch_no=depth), replace(entry, record=replace(entry.record, epoch_no=depth))


def _head_row(began: Position) -> dict[str, Any]:
    row: dict[str, Any] = {"station_id": CENTRE, "epoch": began.epoch, "epoch_no": began.epoch_no}
    return row | {"last_seq": began.seq, "head": began.head}


def _register(connection: Connection, stations: Iterable[str], at: Instant) -> tuple[str, ...]:
    known = set(connection.scalars(select(STATION.c.station_id)))
    new = tuple(station for station in stations if station not in known)
    if new:
        connection.execute(insert(STATION), [{"station_id": station, "registered_at": at} for station in new])
    return new


def _read_again(connection: Connection, centre: Centre, at: Instant) -> None:
    """What an older schema had no place for."""
    for station_id in connection.scalars(select(STATION.c.station_id)).all():
        aside.retry_within(connection, station_id, at)


def _grant(connection: Connection, stations: Iterable[str], passwords: Mapping[str, str]) -> dict[str, str]:
    """Roles first, then everything that names them."""
    driver: Any = connection.connection.driver_connection
    owner = sql.Identifier(_ask(driver, "SELECT current_user")).as_string(driver)
    schema = sql.Identifier(_ask(driver, "SELECT current_schema()")).as_string(driver)
    if not logins.exists(driver, rights.STATIONS):
        driver.execute(f"CREATE ROLE {rights.STATIONS} NOLOGIN")
    roles = (*rights.LOGINS, *(rights.role_of(station) for station in stations))
    made = {role: logins.allow(driver, role, passwords.get(role)) for role in roles if not logins.may_log_in(driver, role)}
    for station in stations:
        driver.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(rights.STATIONS), sql.Identifier(rights.role_of(station))))
    driver.execute(f"GRANT {rights.PLANNER} TO {owner}")
    for statement in _rights(owner, schema):
        driver.execute(statement)
    partitions.arrange(driver)
    for name in partitions.names(driver):
        for statement in partitions.guarded(name, owner):
            driver.execute(statement)
    return made


def _rights(owner: str, schema: str) -> Iterator[str]:
    yield from rights.statements(owner, schema)
    yield planner_function.function_sql(schema)
    yield from planner_function.rights(owner)
    yield from partitions.functions(schema, owner)
    yield from sharing.functions(schema, owner)
    yield from redact_function.functions(schema, owner)


def _ask(driver: Any, question: str) -> str:
    return str(driver.execute(question).fetchone()[0])
