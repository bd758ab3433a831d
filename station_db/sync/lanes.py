"""The second lane: blocks of signals and curves, behind every record, each kind with a watermark of its own as its lock."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Table, select, update

from station_db.blocks import BLOCK_LANE, CURVE_LANE
from station_db.crashpoints import crashpoint
from station_db.reader import Reader
from station_db.records.base import Instant
from station_db.records.local import Curve
from station_db.sync import bulk
from station_db.sync.bulk import Known
from station_db.sync.centre import Centre
from station_db.sync.errors import WatermarkMovedError
from station_db.tables import SIGNAL_BLOCK, SIGNAL_CURVE, SIGNAL_WATERMARK


@dataclass(frozen=True, slots=True)
class Piece:
    """What one transaction carries: rows for a table, and the step of the lane's watermark that they are."""

    table: Table
    lane: str
    rows: Sequence[dict[str, Any]]
    behind: int
    up_to: int


def takes_signals(centre: Centre) -> bool:
    """Whether the centre has a place for them; one of a release before 0003 has none."""
    return not centre.lacking.keys() & {SIGNAL_BLOCK.name, SIGNAL_CURVE.name, SIGNAL_WATERMARK.name}


def signal_marks(centre: Centre, station_id: str, series: str) -> dict[str, int]:
    """The last number of each lane that the centre has of a signals file; a lane it has nothing of is left out.

    Raises `CentreError`.
    """
    if not takes_signals(centre):
        return {}
    of_it = (SIGNAL_WATERMARK.c.station_id == station_id, SIGNAL_WATERMARK.c.series == series)
    with centre.reading() as connection:
        rows = connection.execute(select(SIGNAL_WATERMARK.c.lane, SIGNAL_WATERMARK.c.last_number).where(*of_it)).all()
    return {row.lane: row.last_number for row in rows}


def push_signals(reader: Reader, centre: Centre, *, at: Instant, limit_bytes: int | None = None) -> int:
    """Send the next blocks, then the next curves; how many, 0 when none waits or the centre has no place for them.

    To be called only when no record waits. A piece is about `limit_bytes`, by default what the line carries well within a
    second, so that a new record is next. Raises `TransientCentreError` or `CentreRefusedError`.
    """
    if not takes_signals(centre):
        return 0
    series = reader.series()
    marks = signal_marks(centre, reader.station_id, series)
    piece = _next_piece(reader, marks, limit_bytes or centre.stride.limit_bytes)
    if piece is None:
        return 0
    began_s = time.monotonic()
    with centre.writing() as connection:
        _move(connection, centre, reader.station_id, series, piece, at, is_new=piece.lane not in marks)
        bulk.write(connection, piece.table, piece.rows, Known.KEPT)
        crashpoint("before_centre_commit")
    crashpoint("after_centre_commit")
    centre.stride.took(time.monotonic() - began_s)
    return len(piece.rows)


def _next_piece(reader: Reader, marks: Mapping[str, int], limit_bytes: int) -> Piece | None:
    of_station = {"station_id": reader.station_id}
    behind = marks.get(BLOCK_LANE, 0)
    blocks = reader.blocks_after(behind, limit_bytes)
    if blocks:
        rows = [asdict(block) | of_station for block in blocks]
        return Piece(SIGNAL_BLOCK, BLOCK_LANE, rows, behind, blocks[-1].number)
    behind = marks.get(CURVE_LANE, 0)
    curves = reader.curves_after(behind, limit_bytes)
    if not curves:
        return None
    # The same curve may stand under two numbers; one statement must not meet it twice.
    rows = list({curve.digest: _curve_row(curve) | of_station for _, curve in curves}.values())
    return Piece(SIGNAL_CURVE, CURVE_LANE, rows, behind, curves[-1][0])


def _curve_row(curve: Curve) -> dict[str, Any]:
    return asdict(curve) | {"names": json.dumps(curve.names), "units": json.dumps(curve.units)}


def _move(
    connection: Connection, centre: Centre, station_id: str, series: str, piece: Piece, at: Instant, *, is_new: bool
) -> None:
    """The watermark moves first, from the number we saw, and so is the lock."""
    if is_new:
        row: dict[str, Any] = {"station_id": station_id, "series": series, "lane": piece.lane, "last_number": 0, "updated_at": at}
        bulk.write(connection, SIGNAL_WATERMARK, [row], Known.KEPT)
    of_lane = (SIGNAL_WATERMARK.c.station_id == station_id, SIGNAL_WATERMARK.c.series == series)
    seen = (SIGNAL_WATERMARK.c.lane == piece.lane, SIGNAL_WATERMARK.c.last_number == piece.behind)
    moved = connection.execute(update(SIGNAL_WATERMARK).where(*of_lane, *seen).values(last_number=piece.up_to, updated_at=at))
    if moved.rowcount != 1:
        raise WatermarkMovedError(centre.url, f"lane {piece.lane} of {series} moved on while it was sent")
