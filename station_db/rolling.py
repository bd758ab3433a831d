"""Frames become blocks: an hour of one layout at a time, in small pieces, each sample always in exactly one of the two.

A block ends after an hour by the monotonic clock, where the wall clock was set, where the monotonic one began anew (a restart of
the computer), or where it would grow too large; a new layout is a block of its own.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, func, select, update

from station_db import block_codec, block_store, levels, time_codec
from station_db.blocks import HEAD, HEAD_TYPE, SignalBlock
from station_db.columns_of_frames import Columns, FrameRow, columns_of
from station_db.crashpoints import crashpoint
from station_db.database_file import DatabaseFile
from station_db.levels import TagLevels
from station_db.records.base import Instant
from station_db.signal_store import FRAME, SERIES, layouts_of_frames
from station_db.signals import Layout

HOUR_NS = 3_600_000_000_000
HOUR_US = HOUR_NS // 1000
STEP_US = 1_000_000
"""The wall clock was set if it moves so much more or less than the monotonic one between two scans."""
DRIFT_US = 5_000_000
"""It may be led so far from where it stood at the block's beginning."""
MOST_FRAMES = 20_000
MOST_BYTES = 8_000_000
"""Of frames in a block, so that a transaction stays short and memory small."""
ROWS_A_PIECE = 200
TAGS_A_PIECE = 6


class RollUpError(ValueError):
    """The frames that were read are not those that stand there now; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Run:
    """Frames that become blocks together, first to last included."""

    key: str
    layout: Layout
    first: int
    last: int
    count: int


@dataclass(slots=True)
class _Packed:
    """What of a run is packed so far."""

    tags: list[bytes] = field(default_factory=list[bytes])
    levels: list[TagLevels] = field(default_factory=list[TagLevels])


class RollUp:
    """Rolls up all that is due, a piece a call; used by the writer's thread alone."""

    def __init__(self, file: DatabaseFile, station_id: str) -> None:
        self._file = file
        self._station_id = station_id
        self._pieces: Generator[None] | None = None
        self.blocks = 0
        """How many were made."""

    def step(self, mono_ns: int) -> bool:
        """Do the next piece, a few ms; returns whether there is another one. Raises what the disk raises, and `RollUpError`."""
        pieces = self._pieces or self._work(mono_ns)
        self._pieces = None
        for _ in pieces:
            self._pieces = pieces
            return True
        return False

    def forget(self) -> None:
        """Frames were let go: what was read of them counts no more."""
        self._pieces = None

    def _work(self, mono_ns: int) -> Generator[None]:
        with self._file.transaction() as connection:
            found = layouts_of_frames(connection)
        for key, layout in found:
            yield
            while run := self._next(key, layout, mono_ns):
                yield
                yield from self._roll(run)

    def _next(self, key: str, layout: Layout, mono_ns: int) -> Run | None:
        with self._file.transaction() as connection:
            return run_of(connection, key, layout, mono_ns)

    def _roll(self, run: Run) -> Generator[None]:
        rows: list[FrameRow] = []
        while len(rows) < run.count:
            with self._file.transaction() as connection:
                rows += frame_rows(connection, run.key, rows[-1][0] if rows else run.first - 1, run.last, ROWS_A_PIECE)
            yield
        columns = columns_of(run.layout, rows)
        yield
        packed = _Packed()
        minutes, starts = levels.minutes_of(columns.times.at)
        for place in range(len(run.layout.tags)):
            values, quality = columns.column(place)
            packed.tags.append(block_codec.packed(values, quality))
            packed.levels.append(levels.levels_of(values, quality, starts))
            if place % TAGS_A_PIECE == TAGS_A_PIECE - 1:
                yield
        told = levels.packed(run.layout.tags, run.layout.types, minutes, packed.levels)
        yield
        self._replace(run, columns, packed.tags, told)

    def _replace(self, run: Run, columns: Columns, tags: list[bytes], told: bytes) -> None:
        """The blocks come and the frames go at once."""
        with self._file.transaction() as connection:
            made = tuple(_blocks(connection, run, columns, tags, told))
            block_store.add(connection, self._station_id, made)
            crashpoint("during_roll_up")
            within = (FRAME.c.layout == run.key, FRAME.c.number.between(run.first, run.last))
            if connection.execute(delete(FRAME).where(*within)).rowcount != run.count:
                raise RollUpError(f"frames {run.first} to {run.last} are not {run.count} any more")
            newest = func.max(SERIES.c.last_frame, run.last)
            connection.execute(update(SERIES).values(last_frame=newest))
        crashpoint("after_roll_up")
        self.blocks += len(made)


def run_of(connection: Connection, key: str, layout: Layout, mono_ns: int) -> Run | None:
    """The oldest frames of a layout, once the oldest is an hour old, they are many, or the clock began anew; `mono_ns` is now."""
    of_layout = select(FRAME.c.number, FRAME.c.at, FRAME.c.mono_ns).where(FRAME.c.layout == key).order_by(FRAME.c.number)
    first = connection.execute(of_layout.add_columns(func.length(FRAME.c.packed)).limit(1)).first()
    if first is None:
        return None
    number, at, first_ns, size = first
    most = max(1, min(MOST_FRAMES, MOST_BYTES // max(size, 1)))
    asked = {"layout": key, "most": most + 1, "at": at, "mono_us": first_ns // 1000}
    seen, last_ns = connection.exec_driver_sql(_SEEN, asked).one()
    if seen <= most and 0 <= mono_ns - first_ns < HOUR_NS and mono_ns >= last_ns:
        return None
    end = connection.exec_driver_sql(_END_OF_PAST if layout.is_past else _END, asked).scalar()
    count = min(end or seen, most)
    last = connection.scalars(of_layout.limit(1).offset(count - 1)).one()
    return Run(key, layout, number, last, count)


_SEEN = """
SELECT COUNT(*), MAX(mono_ns) FROM (SELECT mono_ns FROM frame WHERE layout = :layout ORDER BY number LIMIT :most)
"""
"""As text, like the next two: SQLite looks at thousands of frames without Python's lock, and the polls go on."""
_BESIDE = """
WITH told AS (SELECT number, at, mono_ns / 1000 AS mono_us FROM frame WHERE layout = :layout ORDER BY number LIMIT :most),
beside AS (
    SELECT ROW_NUMBER() OVER w - 1 AS place, at, mono_us, LAG(at) OVER w AS at_before, LAG(mono_us) OVER w AS mono_before
    FROM told WINDOW w AS (ORDER BY number)
)
SELECT MIN(place) FROM beside WHERE
"""
"""How many frames, in order, belong together (`:at` and `:mono_us` are the first one's times); NULL where no end is seen."""
_END = f"""{_BESIDE} mono_us < mono_before OR mono_us - :mono_us >= {HOUR_US}
    OR ABS((at - mono_us) - (at_before - mono_before)) > {STEP_US} OR ABS((at - mono_us) - (:at - :mono_us)) > {DRIFT_US}
"""
_END_OF_PAST = f"{_BESIDE} at < at_before OR at - :at >= {HOUR_US}"


def frame_rows(connection: Connection, key: str, after: int, last: int, limit: int) -> list[FrameRow]:
    """At most so many frames of a layout behind a number and up to another."""
    columns = (FRAME.c.number, FRAME.c.at, FRAME.c.mono_ns, FRAME.c.skipped, FRAME.c.packed)
    query = select(*columns).where(FRAME.c.layout == key, FRAME.c.number > after, FRAME.c.number <= last)
    return [tuple(row) for row in connection.execute(query.order_by(FRAME.c.number).limit(limit))]


def _blocks(connection: Connection, run: Run, columns: Columns, tags: list[bytes], told: bytes) -> Generator[SignalBlock]:
    series, number = block_store.series_of(connection), block_store.last_number(connection) + 1
    times, layout = columns.times, run.layout
    from_at, to_at = Instant(int(times.at.min())), Instant(int(times.at.max()))
    named = (
        (HEAD, HEAD_TYPE, time_codec.packed(times), told),
        *zip(layout.tags, layout.types, tags, [None] * len(tags), strict=True),
    )
    for place, (tag, kind, data, extremes) in enumerate(named):
        yield SignalBlock(
            series,
            number + place,
            layout.machine,
            tag,
            kind,
            from_at,
            to_at,
            run.first,
            run.count,
            block_codec.CODEC,
            data,
            extremes,
        )
