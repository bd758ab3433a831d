"""The second file: curves, frames and kept waveforms. It holds what may be let go for room; the record never is.

Its schema is its own and small: a file that does not fit is set aside and a new one begun.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    RowMapping,
    Table,
    Text,
    delete,
    func,
    insert,
    inspect,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import sqlite

from station_db.connecting import raw
from station_db.records.base import Digest, Instant, RecordId
from station_db.records.local import Curve
from station_db.signals import Frame, Layout, layout_id, layout_json, layout_of, pack, unpack
from station_db.tables import SIGNAL_BLOCK

SCHEMA = 3
"""2: kept waveforms; 3: blocks, and when curves were let go. A file of an older one gets the tables and columns it lacks."""
METADATA = MetaData()
CURVE = Table(
    "curve",
    METADATA,
    Column("digest", Text, primary_key=True),
    Column("machine", Text, nullable=False),
    Column("cycle", Text, nullable=False),
    Column("names", Text, nullable=False),
    Column("units", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("shed_at", BigInteger),
)
"""With `shed_at` the samples (`data` is then empty) were let go for room."""
LAYOUT = Table("layout", METADATA, Column("id", Text, primary_key=True), Column("json", Text, nullable=False))
FRAME = Table(
    "frame",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("layout", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("mono_ns", BigInteger, nullable=False),
    Column("packed", LargeBinary, nullable=False),
    Column("skipped", Integer, nullable=False, server_default="0"),
    Index("ix_frame_layout", "layout", "number", "mono_ns", "at"),
)
"""Scans that are no block yet; the index finds where a block ends without reading any values."""
SERIES = Table(
    "series",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("last_frame", BigInteger, nullable=False),
    Column("last_block", BigInteger, nullable=False),
)
"""One row: what the file calls itself, and the last numbers it gave, which are never given again."""
BLOCK = SIGNAL_BLOCK.to_metadata(METADATA)
"""As at the centre, so that the same questions can be put to both."""
IS_HEAD = BLOCK.c.tag == literal_column("''")
"""Told in full, so that SQLite sees that the index of heads will do."""
Index("ix_signal_block_number", BLOCK.c.number)
Index("ix_signal_block_head", BLOCK.c.number, sqlite_where=IS_HEAD)
WAVEFORM = Table(
    "waveform",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("machine", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("rate_hz", Float, nullable=False),
    Column("from_at", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("lost", Integer, nullable=False),
    Column("causes", Text, nullable=False),
    Column("codec", Integer, nullable=False),
    Column("scale", Float, nullable=False),
    Column("data", LargeBinary),
    Column("shed_at", BigInteger),
    Index("ix_waveform_machine", "machine", "from_at"),
)

_INSERT_CURVE = sqlite.insert(CURVE).on_conflict_do_nothing()
_INSERT_LAYOUT = sqlite.insert(LAYOUT).on_conflict_do_nothing()
_INSERT_FRAME = "INSERT INTO frame (number, layout, at, mono_ns, packed, skipped) VALUES (?, ?, ?, ?, ?, ?)"
"""As text: hundreds a second go this way."""


def create(connection: Connection) -> None:
    """Make the tables where there are none, within the caller's transaction."""
    is_older = schema_of(connection) > 0
    METADATA.create_all(connection)
    if is_older:
        _add_columns(connection)
    if connection.scalar(select(func.count()).select_from(SERIES)) == 0:
        connection.execute(insert(SERIES).values(id=secrets.token_hex(8), last_frame=0, last_block=0))
    connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA}")


def _add_columns(connection: Connection) -> None:
    """What schema 3 added to tables that were there before."""
    for table, column in ((CURVE, "shed_at BIGINT"), (FRAME, "skipped INTEGER DEFAULT '0' NOT NULL")):
        here = {each["name"] for each in inspect(connection).get_columns(table.name)}
        if column.split()[0] not in here:
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {column}")
    for index in FRAME.indexes:
        index.create(connection, checkfirst=True)


def schema_of(connection: Connection) -> int:
    """The schema of the file: 0 for a new one. Raises SQLAlchemy's `DatabaseError` for a damaged file."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def add_curves(connection: Connection, curves: Sequence[Curve]) -> None:
    """Keep curves; one that is here already stays."""
    connection.execute(_INSERT_CURVE, [_curve_row(curve) for curve in curves])


def _curve_row(curve: Curve) -> dict[str, Any]:
    return {
        "digest": curve.digest,
        "machine": curve.machine,
        "cycle": curve.cycle,
        "names": json.dumps(curve.names),
        "units": json.dumps(curve.units),
        "count": curve.count,
        "data": curve.data,
    }


def find_curve(connection: Connection, digest: Digest) -> Curve | None:
    """A curve by its digest; None when it is not in this file, or not any more."""
    row = connection.execute(select(CURVE).where(CURVE.c.digest == digest, CURVE.c.shed_at.is_(None))).mappings().first()
    return None if row is None else curve_of(row)


def curve_shed_at(connection: Connection, digest: Digest) -> Instant | None:
    """When a curve was let go; None where it was not, or never was in this file."""
    at = connection.scalar(select(CURVE.c.shed_at).where(CURVE.c.digest == digest))
    return None if at is None else Instant(at)


def every_curve(connection: Connection) -> Iterator[Curve]:
    """Each curve of the file, never all of them in memory."""
    query = select(CURVE).where(CURVE.c.shed_at.is_(None))
    yield from map(curve_of, connection.execution_options(yield_per=100).execute(query).mappings())


def curve_of(row: RowMapping) -> Curve:
    """A curve from its row."""
    names, units = (tuple(json.loads(row[column])) for column in ("names", "units"))
    return Curve(row["digest"], row["machine"], RecordId(row["cycle"]), names, units, row["count"], bytes(row["data"]))


def add_frames(connection: Connection, frames: Sequence[Frame]) -> None:
    """Keep frames and the layouts they name. Raises `ValueError` for values that do not fit their layout."""
    rows = [_frame_row(frame) for frame in frames]
    layouts = {layout_id(frame.layout): frame.layout for frame in frames}
    connection.execute(_INSERT_LAYOUT, [{"id": key, "json": layout_json(layout)} for key, layout in layouts.items()])
    connection.exec_driver_sql(_INSERT_FRAME, rows)


def _frame_row(frame: Frame) -> tuple[Any, ...]:
    packed = pack(frame.layout, frame.values, frame.uncertain)
    return frame.number, layout_id(frame.layout), frame.at, frame.mono_ns, packed, frame.skipped


def last_frame_number(connection: Connection) -> int:
    """The newest frame's number; 0 when there is none."""
    rolled = connection.execute(select(SERIES.c.last_frame)).scalar_one()
    return max(rolled, connection.scalar(select(func.max(FRAME.c.number))) or 0)


def frames_after(connection: Connection, number: int, limit: int) -> tuple[Frame, ...]:
    """At most `limit` frames behind a number, in order."""
    query = select(FRAME, LAYOUT.c.json).join(LAYOUT, LAYOUT.c.id == FRAME.c.layout)
    rows = connection.execute(query.where(FRAME.c.number > number).order_by(FRAME.c.number).limit(limit)).mappings()
    return tuple(_frame_of(row) for row in rows)


def _frame_of(row: Any) -> Frame:
    layout: Layout = layout_of(row["json"])
    values, uncertain = unpack(layout, bytes(row["packed"]))
    return Frame(row["number"], layout, Instant(row["at"]), row["mono_ns"], values, uncertain, row["skipped"])


def layouts_of_frames(connection: Connection) -> tuple[tuple[str, Layout], ...]:
    """The layouts of the frames that are here, each with its name in the store."""
    has_frames = select(FRAME.c.number).where(FRAME.c.layout == LAYOUT.c.id).exists()
    rows = connection.execute(select(LAYOUT.c.id, LAYOUT.c.json).where(has_frames)).all()
    return tuple((key, layout_of(text)) for key, text in rows)


@dataclass(frozen=True, slots=True)
class Gone:
    """Frames of one layout that were let go: the first one's number, how many, and from when to when they were."""

    layout: Layout
    first: int
    count: int
    from_at: Instant
    to_at: Instant


def shed_oldest(connection: Connection, most: int) -> tuple[Gone, ...]:
    """Let go of at most so many frames, oldest first; which they were."""
    oldest = select(FRAME.c.number, FRAME.c.layout, FRAME.c.at).order_by(FRAME.c.number).limit(most).subquery()
    told = select(func.min(oldest.c.number), func.count(), func.min(oldest.c.at), func.max(oldest.c.at), LAYOUT.c.json)
    query = told.join(LAYOUT, LAYOUT.c.id == oldest.c.layout).group_by(oldest.c.layout)
    rows = connection.execute(query).all()
    newest = connection.scalar(select(func.max(oldest.c.number))) or 0
    connection.execute(update(SERIES).values(last_frame=func.max(SERIES.c.last_frame, newest)))
    connection.execute(delete(FRAME).where(FRAME.c.number.in_(select(oldest.c.number))))
    return tuple(Gone(layout_of(text), first, count, Instant(low), Instant(high)) for first, count, low, high, text in rows)


def bytes_used(connection: Connection) -> int:
    """The room the content takes: freed pages, which are used again, do not count."""
    pages, free, size = (raw(connection, f"PRAGMA {name}")[0][0] for name in ("page_count", "freelist_count", "page_size"))
    return (pages - free) * size
