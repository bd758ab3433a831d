"""How the centre sees its stations: how far each came, when it was last heard, what waits, what was set aside, what is amiss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from station_db.records.base import CENTRE, Instant
from station_db.sync import appending, aside
from station_db.sync.centre import Centre
from station_db.tables import JOURNAL, STATION, WATERMARK


@dataclass(frozen=True, slots=True)
class EpochStands:
    """One epoch of a station, as far as it has arrived."""

    epoch: str
    epoch_no: int
    last_seq: int
    updated_at: Instant


@dataclass(frozen=True, slots=True)
class StationStands:
    """One station. `backlog` is what it said it still had when it was last heard; None before it was ever heard.

    `clock_offset_us` is what its clock lacks of the centre's, `schema` the release it runs; None where it has not said so.
    When it was heard, when its oldest unsent entry was recorded and its last backup made are by the centre's clock, as far as
    its own is known; `oldest_at` and `newest_at` are as they were recorded.
    """

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
    schema: str | None = None
    clock_offset_us: int | None = None
    signals_waiting: int | None = None
    last_backup_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class CentreStands:
    """The centre as a whole: its schema, its own journal, its stations by name."""

    schema: str
    epoch: str
    last_seq: int
    stations: tuple[StationStands, ...]


def status(centre: Centre) -> CentreStands:
    """Read how things stand; a station's role sees only itself. Raises `CentreError`."""
    columns = [column for column in STATION.c if column.name not in centre.lacking.get(STATION.name, ())]
    with centre.reading() as connection:
        head = appending.tip(connection, lock=False)
        assert head is not None, "checked when connected"
        rows = connection.execute(select(*columns).where(STATION.c.station_id != CENTRE).order_by(STATION.c.station_id))
        stations = tuple(_station(connection, centre, dict(row)) for row in rows.mappings().all())
        return CentreStands(centre.schema, head.epoch, head.seq, stations)


def _station(connection: Connection, centre: Centre, said: Mapping[str, Any]) -> StationStands:
    epochs = _epochs(connection, said["station_id"])
    arrived = next((epoch.last_seq for epoch in epochs if epoch.epoch == said["epoch"]), 0)
    return StationStands(
        station_id=said["station_id"],
        registered_at=said["registered_at"],
        last_heard_at=_by_centre(said, "last_heard_at"),
        app_version=said["app_version"] or "",
        epochs=epochs,
        entries=sum(epoch.last_seq for epoch in epochs),
        oldest_at=_recorded_at(connection, said["station_id"], epochs[:1], is_last=False),
        newest_at=_recorded_at(connection, said["station_id"], epochs[-1:], is_last=True),
        backlog=None if said["last_seq"] is None else max(0, said["last_seq"] - arrived),
        oldest_unsent_at=_by_centre(said, "oldest_unsent_at"),
        set_aside=aside.count(connection, centre, said["station_id"]),
        schema=said.get("schema"),
        clock_offset_us=said.get("clock_offset_us"),
        signals_waiting=said.get("signals_waiting"),
        last_backup_at=_by_centre(said, "last_backup_at"),
    )


def _by_centre(said: Mapping[str, Any], name: str) -> Instant | None:
    """What a station told by its own clock: one days ahead would else not be missed for days."""
    told = said.get(name)
    return None if told is None else Instant(told + (said.get("clock_offset_us") or 0))


def _epochs(connection: Connection, station_id: str) -> tuple[EpochStands, ...]:
    asked = select(WATERMARK).where(WATERMARK.c.station_id == station_id).order_by(WATERMARK.c.epoch_no)
    rows = connection.execute(asked)
    return tuple(EpochStands(row.epoch, row.epoch_no, row.last_seq, Instant(row.updated_at)) for row in rows)


def _recorded_at(connection: Connection, station_id: str, epoch: Sequence[EpochStands], *, is_last: bool) -> Instant | None:
    """When the first or the last entry of an epoch was recorded."""
    if not epoch:
        return None
    seq = epoch[0].last_seq if is_last else 1
    wanted = (JOURNAL.c.station_id == station_id, JOURNAL.c.epoch == epoch[0].epoch, JOURNAL.c.seq == seq)
    return connection.scalar(select(JOURNAL.c.recorded_at).where(*wanted))
