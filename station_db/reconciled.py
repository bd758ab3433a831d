"""The days whose entries were found the same here and at the centre: what reconciliation need not look at again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, select
from sqlalchemy.dialects import sqlite

from station_db.records.base import Digest, Instant
from station_db.tables import RECONCILED_DAY


@dataclass(frozen=True, slots=True)
class ReconciledDay:
    """A UTC day of an epoch, `2026-11-21`: how many entries it has, and SHA-256 over their hashes in order."""

    epoch: str
    day: str
    entries: int
    digest: Digest
    at: Instant
    up_to_seq: int = 0
    """The last of its entries that was compared."""


def days_of(connection: Connection, station_id: str) -> tuple[ReconciledDay, ...]:
    """All of a station's, for `Reader.ask`."""
    rows = connection.execute(select(RECONCILED_DAY).where(RECONCILED_DAY.c.station_id == station_id))
    return tuple(
        ReconciledDay(row.epoch, row.day, row.entries, Digest(row.digest), Instant(row.at), row.up_to_seq) for row in rows
    )


def note(connection: Connection, station_id: str, days: Sequence[ReconciledDay]) -> None:
    """Write days down, each in place of what was known of it."""
    if not days:
        return
    statement = sqlite.insert(RECONCILED_DAY)
    changed = {name: statement.excluded[name] for name in ("entries", "digest", "at", "up_to_seq")}
    rows = [asdict(day) | {"station_id": station_id} for day in days]
    connection.execute(statement.on_conflict_do_update(index_elements=["station_id", "epoch", "day"], set_=changed), rows)
