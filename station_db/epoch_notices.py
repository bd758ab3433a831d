"""What a person must hear of the epoch a store opens, or that opened just before the last start died."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from station_db import notices
from station_db.epochs import EpochReason, passed
from station_db.journal import Position
from station_db.marker import Marker
from station_db.notices import Notice
from station_db.opening import salvage_notice
from station_db.salvage import Salvage
from station_db.tables import TYPED

UNKNOWN = "?"


def epoch_notices(
    connection: Connection, station_id: str, reason: EpochReason | None, tip: Position | None, last: Marker | None
) -> Iterator[Notice]:
    """The notices of one start; `tip` is where the journal stood before it."""
    if reason is EpochReason.RESTORED:
        yield Notice(notices.RESTORED, (_missing(connection, station_id, tip, last),))
    elif reason is EpochReason.COPIED:
        yield Notice(notices.COPIED)
    if tip is not None and last is not None and last.epoch != tip.epoch and (told := _untold(connection, station_id, tip)):
        yield salvage_notice(told)


def _missing(connection: Connection, station_id: str, tip: Position | None, last: Marker | None) -> str:
    """How many entries the marker knows that are not here."""
    if tip is None or last is None or last.epoch != tip.epoch:
        return UNKNOWN
    if last.seq > tip.seq:
        return str(last.seq - tip.seq)
    return "0" if passed(connection, station_id, last) and not last.clean else UNKNOWN


def _untold(connection: Connection, station_id: str, tip: Position) -> Salvage | None:
    """The record was made again, and the start that did it died before it could say so."""
    epoch = TYPED["epoch"].c
    reason = connection.scalar(select(epoch.reason).where(epoch.station_id == station_id, epoch.id == tip.epoch))
    return None if reason is None else Salvage.of(reason)
