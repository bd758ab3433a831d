"""Projecting what arrived at a centre. Entries are always kept; one that cannot be projected is listed, and the rest goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from station_db.errors import ProjectionError
from station_db.feed import set_aside_row
from station_db.journal import JournalEntry
from station_db.projection import projected
from station_db.records.base import Instant
from station_db.sync import bulk
from station_db.sync.bulk import Known
from station_db.sync.versions import Lacking
from station_db.tables import SET_ASIDE, TYPED

Made = tuple[JournalEntry, str, Mapping[str, Any]]
"""An entry, the table it belongs to, and the row it makes there."""


def project_all(
    connection: Connection, epoch_no: int, entries: Sequence[JournalEntry], at: Instant, lacking: Lacking | None = None
) -> int:
    """Bring the typed tables up to these entries; returns how many were set aside."""
    aside = unprojected(connection, epoch_no, entries, at, lacking or {})
    if aside:
        bulk.write(connection, SET_ASIDE, aside, Known.KEPT)
    return len(aside)


def unprojected(
    connection: Connection, epoch_no: int, entries: Sequence[JournalEntry], at: Instant, lacking: Lacking
) -> list[dict[str, Any]]:
    """The same, but hands out what would be listed as set aside."""
    latest: dict[tuple[str, str], Made] = {}
    aside: list[dict[str, Any]] = []
    for entry in entries:
        try:
            kind, row = _row(entry, epoch_no, lacking)
        except ProjectionError as error:
            aside.append(set_aside_row(entry, error, at))
        else:
            latest[kind, entry.record_id] = (entry, kind, row)
    return aside + _write(connection, list(latest.values()), at) if latest else aside


def _row(entry: JournalEntry, epoch_no: int, lacking: Lacking) -> tuple[str, Mapping[str, Any]]:
    """What an entry writes where. Raises `ProjectionError` where the centre has no place for something it says."""
    made = projected(entry, epoch_no)
    absent = lacking.get(made.kind)
    if not absent:
        return made.kind, made.row
    homeless = sorted(name for name in absent if made.row[name] is not None)
    if homeless:
        reason = f"the centre is older: it has no place for {made.kind}.{homeless[0]}"
        raise ProjectionError(entry.kind, entry.record_id, reason)
    return made.kind, {name: value for name, value in made.row.items() if name not in absent}


def _write(connection: Connection, made: Sequence[Made], at: Instant) -> list[dict[str, Any]]:
    """All rows at once; where the database refuses one, each by itself to find it."""
    try:
        with connection.begin_nested():
            _put(connection, made)
    except DBAPIError as error:
        if not _is_of_the_data(error):
            raise
        if len(made) == 1:
            return [_refused_row(made[0][0], error, at)]
        half = len(made) // 2
        return _write(connection, made[:half], at) + _write(connection, made[half:], at)
    return []


def _put(connection: Connection, made: Iterable[Made]) -> None:
    """One statement a kind."""
    by_kind: dict[str, list[Mapping[str, Any]]] = {}
    for _, kind, row in made:
        by_kind.setdefault(kind, []).append(row)
    for kind, rows in by_kind.items():
        bulk.write(connection, TYPED[kind], rows, Known.REPLACED)


def _is_of_the_data(error: DBAPIError) -> bool:
    """Whether the row is to blame: not the connection, the rights or a lock. Classes 22 and 23 of SQLSTATE."""
    state = getattr(error.orig, "sqlstate", None)
    return state[:2] in ("22", "23") if state else isinstance(error, IntegrityError)


def _refused_row(entry: JournalEntry, error: DBAPIError, at: Instant) -> dict[str, Any]:
    reason = " ".join(str(error.orig).split())
    return set_aside_row(entry, ProjectionError(entry.kind, entry.record_id, reason), at)
