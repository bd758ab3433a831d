"""What came from the centre and could not be read into its table here: it is safe in the journal, and listed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from station_db.records.base import CENTRE, Instant
from station_db.tables import SET_ASIDE


@dataclass(frozen=True, slots=True)
class AsideHere:
    """One entry of the centre's that this version could not read."""

    epoch: str
    seq: int
    kind: str
    reason: str
    at: Instant


def newest(connection: Connection, _station_id: str, limit: int = 50) -> tuple[AsideHere, ...]:
    """The newest of them, for `Reader.ask`."""
    columns = [SET_ASIDE.c[name] for name in ("epoch", "seq", "kind", "reason", "at")]
    wanted = (SET_ASIDE.c.station_id == CENTRE, SET_ASIDE.c.projected_at.is_(None))
    rows = connection.execute(
        select(*columns).where(*wanted).order_by(SET_ASIDE.c.at.desc(), SET_ASIDE.c.seq.desc()).limit(limit)
    )
    return tuple(AsideHere(row.epoch, row.seq, row.kind, row.reason, Instant(row.at)) for row in rows)
