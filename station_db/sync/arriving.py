"""Projecting what arrived at a centre. Entries are always kept; one that cannot be projected is listed, and the rest goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert
from sqlalchemy.exc import DBAPIError, IntegrityError

from station_db.errors import ProjectionError
from station_db.feed import set_aside_row
from station_db.journal import JournalEntry
from station_db.projection import Projected, projected, write_rows
from station_db.records.base import Instant
from station_db.tables import SET_ASIDE


def project_all(connection: Connection, epoch_no: int, entries: Sequence[JournalEntry], at: Instant) -> int:
    """Bring the typed tables up to these entries; returns how many were set aside."""
    readable: dict[tuple[str, str], tuple[JournalEntry, Projected]] = {}
    aside: list[dict[str, Any]] = []
    for entry in entries:
        try:
            made = projected(entry, epoch_no)
        except ProjectionError as error:
            aside.append(set_aside_row(entry, error, at))
        else:
            readable[made.kind, entry.record_id] = (entry, made)
    aside += _write(connection, list(readable.values()), at)
    if aside:
        connection.execute(insert(SET_ASIDE), aside)
    return len(aside)


def _write(connection: Connection, rows: Sequence[tuple[JournalEntry, Projected]], at: Instant) -> list[dict[str, Any]]:
    """All rows at once; where the database refuses one, each by itself to find it."""
    try:
        with connection.begin_nested():
            write_rows(connection, [made for _, made in rows])
    except DBAPIError as error:
        if not _is_of_the_data(error):
            raise
        if len(rows) == 1:
            return [_refused_row(rows[0][0], error, at)]
        half = len(rows) // 2
        return _write(connection, rows[:half], at) + _write(connection, rows[half:], at)
    return []


def _is_of_the_data(error: DBAPIError) -> bool:
    """Whether the row is to blame: not the connection, the rights or a lock. Classes 22 and 23 of SQLSTATE."""
    state = getattr(error.orig, "sqlstate", None)
    return state[:2] in ("22", "23") if state else isinstance(error, IntegrityError)


def _refused_row(entry: JournalEntry, error: DBAPIError, at: Instant) -> dict[str, Any]:
    reason = " ".join(str(error.orig).split())
    return set_aside_row(entry, ProjectionError(entry.kind, entry.record_id, reason), at)
