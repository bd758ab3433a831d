"""How much there is: records of each kind and journal entries of one origin, on a station's store or at the centre."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, select

from station_db.tables import JOURNAL, TYPED


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of one origin; `records` by kind (`cycle`, `step_run` ...)."""

    records: Mapping[str, int]
    entries: int


def totals(connection: Connection, station_id: str) -> Totals:
    """Count everything that `station_id` made."""
    return Totals(
        {kind: _count(connection, table, station_id) for kind, table in TYPED.items()}, _count(connection, JOURNAL, station_id)
    )


def _count(connection: Connection, table: Table, station_id: str) -> int:
    query = select(func.count()).select_from(table).where(table.c.station_id == station_id)
    return connection.scalar(query) or 0
