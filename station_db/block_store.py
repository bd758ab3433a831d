"""Blocks and curves in signals.db, in the order in which they go to the centre."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, literal_column, select, update

from station_db.blocks import SignalBlock, SignalsSent
from station_db.records.base import Instant
from station_db.records.local import Curve
from station_db.signal_store import BLOCK, CURVE, SERIES, curve_of

MOST_ROWS = 2000
"""Rows asked for at once at most, however small they are."""
FIELDS = tuple(SignalBlock.__dataclass_fields__)
_COLUMNS = [BLOCK.c[name] for name in FIELDS]
curve_number: ColumnElement[int] = literal_column("curve.rowid")
"""Curves are numbered in the order they came; none is ever deleted, so no number comes twice."""


def series_of(connection: Connection) -> str:
    """The file's name for itself: numbers mean something only together with it. A copied store gets a new one."""
    return connection.execute(select(SERIES.c.id)).scalar_one()


def begin_series(connection: Connection, series: str) -> None:
    """From here on the file's numbers belong to another name, because the old one may go on elsewhere."""
    connection.execute(update(SERIES).values(id=series))


def add(connection: Connection, station_id: str, blocks: Sequence[SignalBlock]) -> None:
    """Keep blocks and remember the last number."""
    rows = [{"station_id": station_id, **{name: getattr(block, name) for name in FIELDS}} for block in blocks]
    connection.execute(insert(BLOCK), rows)
    connection.execute(update(SERIES).values(last_block=blocks[-1].number))


def last_number(connection: Connection) -> int:
    """The number of the newest block there ever was; 0 before the first."""
    return connection.execute(select(SERIES.c.last_block)).scalar_one()


def blocks_after(connection: Connection, number: int, limit_bytes: int) -> tuple[SignalBlock, ...]:
    """The blocks behind a number, in order, of about so many bytes; at least one where there is one."""
    query = select(*_COLUMNS).where(BLOCK.c.number > number).order_by(BLOCK.c.number).limit(MOST_ROWS)
    found: list[SignalBlock] = []
    for row in _streamed(connection, query):
        found.append(block_of(row))
        limit_bytes -= found[-1].size
        if limit_bytes <= 0:
            break
    return tuple(found)


def curves_after(connection: Connection, number: int, limit_bytes: int) -> tuple[tuple[int, Curve], ...]:
    """The curves behind a number, each with its own, in order, of about so many bytes; those let go are left out."""
    query = (
        select(curve_number.label("number"), CURVE).where(curve_number > number, CURVE.c.shed_at.is_(None)).order_by(curve_number)
    )
    found: list[tuple[int, Curve]] = []
    for row in _streamed(connection, query.limit(MOST_ROWS)):
        found.append((row["number"], curve_of(row)))
        limit_bytes -= len(row["data"])
        if limit_bytes <= 0:
            break
    return tuple(found)


def waiting(connection: Connection, sent: SignalsSent) -> int:
    """How many blocks and curves lie behind what the centre has. Frames count once they are blocks."""
    blocks = select(func.count()).select_from(BLOCK).where(BLOCK.c.number > sent.block)
    curves = select(func.count()).select_from(CURVE).where(curve_number > sent.curve, CURVE.c.shed_at.is_(None))
    return (connection.scalar(blocks) or 0) + (connection.scalar(curves) or 0)


def block_of(row: RowMapping) -> SignalBlock:
    """A block from its row."""
    shed_at = None if row["shed_at"] is None else Instant(row["shed_at"])
    data, levels = (None if row[name] is None else bytes(row[name]) for name in ("data", "levels"))
    return SignalBlock(
        row["series"],
        row["number"],
        row["machine"],
        row["tag"],
        row["type"],
        Instant(row["from_at"]),
        Instant(row["to_at"]),
        row["first_frame"],
        row["count"],
        row["codec"],
        data,
        levels,
        shed_at,
    )


def _streamed(connection: Connection, query: Any) -> Iterator[RowMapping]:
    with connection.execution_options(yield_per=50).execute(query) as result:
        yield from result.mappings()
