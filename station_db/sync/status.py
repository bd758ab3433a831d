"""How the centre sees its stations: how far each came, when it was last heard, what waits and what was set aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from station_db import migrating
from station_db.records.base import CENTRE, Instant
from station_db.sync import appending
from station_db.sync.centre import Centre
from station_db.tables import JOURNAL, SET_ASIDE, STATION, WATERMARK


@dataclass(frozen=True, slots=True)
class EpochStands:
    """One epoch of a station, as far as it has arrived."""

    epoch: str
    epoch_no: int
    last_seq: int
    updated_at: Instant


@dataclass(frozen=True, slots=True)
class StationStands:
    """One station. `backlog` is what it said it still had when it was last heard; None before it was ever heard."""

    station_id: str
    registered_at: Instant
    last_heard_at: Instant | None
    app_version: str
    epochs: tuple[EpochStands, ...]
    entries: int
    oldest_at: Instant | None
    newest_at: Instant | None
    backlog: int | None
    oldest_unsent_at: Instant | None
    set_aside: int


@dataclass(frozen=True, slots=True)
class CentreStands:
    """The centre as a whole: its schema, its own journal, its stations by name."""

    schema: str
    epoch: str
    last_seq: int
    stations: tuple[StationStands, ...]


def status(centre: Centre) -> CentreStands:
    """Read how things stand; a station's role sees only itself. Raises `CentreError`."""
    with centre.reading() as connection:
        head = appending.tip(connection, lock=False)
        assert head is not None, "checked when connected"
        rows = connection.execute(select(STATION).where(STATION.c.station_id != CENTRE).order_by(STATION.c.station_id))
        stations = tuple(_station(connection, row) for row in rows.all())
        return CentreStands(migrating.revision_of(connection) or "", head.epoch, head.seq, stations)


def _station(connection: Connection, said: Row[Any]) -> StationStands:
    epochs = _epochs(connection, said.station_id)
    of_it = JOURNAL.c.station_id == said.station_id
    span = select(func.min(JOURNAL.c.recorded_at), func.max(JOURNAL.c.recorded_at)).where(of_it)
    oldest, newest = connection.execute(span).one()
    arrived = next((epoch.last_seq for epoch in epochs if epoch.epoch == said.epoch), 0)
    aside = select(func.count()).select_from(SET_ASIDE).where(SET_ASIDE.c.station_id == said.station_id)
    return StationStands(
        station_id=said.station_id,
        registered_at=said.registered_at,
        last_heard_at=said.last_heard_at,
        app_version=said.app_version or "",
        epochs=epochs,
        entries=sum(epoch.last_seq for epoch in epochs),
        oldest_at=oldest,
        newest_at=newest,
        backlog=None if said.last_seq is None else max(0, said.last_seq - arrived),
        oldest_unsent_at=said.oldest_unsent_at,
        set_aside=connection.scalar(aside) or 0,
    )


def _epochs(connection: Connection, station_id: str) -> tuple[EpochStands, ...]:
    asked = select(WATERMARK).where(WATERMARK.c.station_id == station_id).order_by(WATERMARK.c.epoch_no)
    rows = connection.execute(asked)
    return tuple(EpochStands(row.epoch, row.epoch_no, row.last_seq, Instant(row.updated_at)) for row in rows)
