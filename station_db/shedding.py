"""What is let go when signals.db has grown too large, a little at a time and in a fixed order; records never are.

First raw waveforms, then curves beyond their share, then the samples of the oldest blocks, then their levels, and frames last.
Where a centre exists, blocks that it has go before those that it has not. What is left of a block is its head, which says when
it was let go; heads without levels become one line a month.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection, RowMapping, delete, func, select, update

from station_db import block_store, signal_store, waveform_store
from station_db.blocks import HEAD, HEAD_TYPE, SignalBlock, SignalsSent
from station_db.records.base import Instant
from station_db.signal_store import BLOCK, CURVE, IS_HEAD

CURVES_SHARE = 4
"""Curves may take one part in so many of the budget before they are let go."""
AT_ONCE_BYTES = 32 * 1024**2
"""Let go in one transaction at most, so that none takes long."""
FRAMES_AT_ONCE = 20_000
_HEADS_AT_ONCE = 50
NAMES_ONLY = 0
"""The codec of a head that has neither times nor levels."""


@dataclass(frozen=True, slots=True)
class Shed:
    """How many of each were let go: waveforms, curves, blocks with samples, heads with levels, frames."""

    waveforms: int = 0
    curves: int = 0
    blocks: int = 0
    levels: int = 0
    frames: int = 0

    def __add__(self, other: Shed) -> Shed:
        """Both together."""
        return Shed(
            self.waveforms + other.waveforms,
            self.curves + other.curves,
            self.blocks + other.blocks,
            self.levels + other.levels,
            self.frames + other.frames,
        )


@dataclass(frozen=True, slots=True)
class Pressure:
    """How much must go, the whole budget, what the centre has (None where there is none), and now."""

    excess: int
    budget: int
    sent: SignalsSent | None
    at: Instant


def shed(connection: Connection, station_id: str, pressure: Pressure) -> Shed:
    """Let go of what goes first, as much as is too much but no more than a transaction should."""
    most = min(pressure.excess, AT_ONCE_BYTES)
    waveforms, freed = waveform_store.shed_oldest(connection, most, pressure.at)
    curves = 0
    if freed < most:
        curves, bytes_gone = _shed_curves(connection, pressure, most - freed)
        freed += bytes_gone
    gone = Shed(waveforms, curves)
    for known_only in (True, False):
        for step in (_shed_samples, _shed_levels):
            if freed < most:
                more, bytes_gone = step(connection, pressure, most - freed, is_known=known_only)
                gone, freed = gone + more, freed + bytes_gone
    if gone == Shed():
        return Shed(frames=_shed_frames(connection, station_id, pressure))
    return gone


def _shed_curves(connection: Connection, pressure: Pressure, most: int) -> tuple[int, int]:
    size = func.length(CURVE.c.data)
    held = connection.scalar(select(func.coalesce(func.sum(size), 0))) or 0
    most = min(most, held - pressure.budget // CURVES_SHARE)
    if most <= 0:
        return 0, 0
    sent = pressure.sent.curve if pressure.sent else 0
    number = block_store.curve_number
    oldest = select(number, size).where(CURVE.c.shed_at.is_(None)).order_by(number > sent, number)
    chosen, freed = _up_to(connection.execute(oldest), most)
    connection.execute(update(CURVE).where(number.in_(chosen)).values(data=b"", shed_at=pressure.at))
    return len(chosen), freed


def _up_to(sized: Iterable[tuple[int, int]], most: int) -> tuple[list[int], int]:
    """The first of these that together are about so many bytes."""
    chosen: list[int] = []
    freed = 0
    for number, size in sized:
        if freed >= most:
            break
        chosen.append(number)
        freed += size
    return chosen, freed


def _shed_samples(connection: Connection, pressure: Pressure, most: int, *, is_known: bool) -> tuple[Shed, int]:
    """The oldest heads lose their blocks."""
    blocks = freed = 0
    for head, end in _heads(connection, pressure, is_known=is_known, has_samples=True):
        if freed >= most:
            break
        of_it = (BLOCK.c.number > head["number"], BLOCK.c.number < end, BLOCK.c.first_frame == head["first_frame"])
        size = connection.scalar(select(func.sum(func.length(BLOCK.c.data))).where(*of_it)) or 0
        blocks += connection.execute(delete(BLOCK).where(*of_it)).rowcount
        connection.execute(update(BLOCK).where(BLOCK.c.number == head["number"]).values(data=None, shed_at=pressure.at))
        freed += size + len(head["data"])
    return Shed(blocks=blocks), freed


def _shed_levels(connection: Connection, pressure: Pressure, most: int, *, is_known: bool) -> tuple[Shed, int]:
    """The oldest heads without samples lose their levels, and join the line of their month."""
    from station_db.levels import without_minutes  # it loads numpy and zstd, which a store opens without

    heads = freed = 0
    for row, _ in _heads(connection, pressure, is_known=is_known, has_samples=False):
        if freed >= most:
            break
        head = block_store.block_of(row)
        freed += head.size
        bare = replace(head, levels=without_minutes(head.levels or b""), codec=NAMES_ONLY, shed_at=pressure.at)
        _join(connection, pressure, bare)
        heads += 1
    return Shed(levels=heads), freed


def _heads(connection: Connection, pressure: Pressure, *, is_known: bool, has_samples: bool) -> list[tuple[RowMapping, int]]:
    """The oldest heads with samples, or with levels only, each with the number its blocks end before."""
    query = select(BLOCK).where(IS_HEAD, BLOCK.c.codec != NAMES_ONLY, BLOCK.c.shed_at.is_(None) == has_samples)
    rows = connection.execute(query.order_by(BLOCK.c.number).limit(_HEADS_AT_ONCE)).mappings().all()
    heads = [(row, _end_of(connection, row)) for row in rows]
    sent = pressure.sent.block if pressure.sent else 0
    return [(row, end) for row, end in heads if end - 1 <= sent or not is_known]


def _end_of(connection: Connection, head: RowMapping) -> int:
    """The number behind a head's last block."""
    next_head = select(func.min(BLOCK.c.number)).where(BLOCK.c.number > head["number"], IS_HEAD)
    return connection.scalar(next_head) or block_store.last_number(connection) + 1


def _join(connection: Connection, pressure: Pressure, head: SignalBlock) -> None:
    """A head that says nothing more than that there was something becomes part of its month's line."""
    same = (BLOCK.c.machine == head.machine, BLOCK.c.tag == HEAD, BLOCK.c.codec == NAMES_ONLY, BLOCK.c.levels == head.levels)
    query = select(BLOCK).where(*same, BLOCK.c.number < head.number).order_by(BLOCK.c.number.desc()).limit(1)
    row = connection.execute(query).mappings().first()
    line = None if row is None else block_store.block_of(row)
    if line is None or not _is_one_line(line, head, pressure.sent):
        values = {"levels": head.levels, "codec": head.codec, "shed_at": head.shed_at}
        connection.execute(update(BLOCK).where(BLOCK.c.number == head.number).values(**values))
        return
    to_at, count = max(line.to_at, head.to_at), line.count + head.count
    connection.execute(delete(BLOCK).where(BLOCK.c.number == head.number))
    longer = update(BLOCK).where(BLOCK.c.number == line.number)
    connection.execute(longer.values(to_at=to_at, count=count, shed_at=head.shed_at))


def _is_one_line(line: SignalBlock, head: SignalBlock, sent: SignalsSent | None) -> bool:
    is_told = sent is None or (line.number <= sent.block) == (head.number <= sent.block)
    return is_told and line.from_at <= head.from_at and _month(line.from_at) == _month(head.from_at)


def _month(at: Instant) -> tuple[int, int]:
    day = datetime.fromtimestamp(at // 1_000_000, UTC)
    return day.year, day.month


def _shed_frames(connection: Connection, station_id: str, pressure: Pressure) -> int:
    """Frames that never became blocks leave heads behind as well."""
    from station_db.levels import NO_MINUTES, packed  # it loads numpy and zstd, which a store opens without

    gone = signal_store.shed_oldest(connection, FRAMES_AT_ONCE)
    for each in gone:
        names = packed(each.layout.tags, each.layout.types, NO_MINUTES, ())
        series, number = block_store.series_of(connection), block_store.last_number(connection) + 1
        told = (HEAD, HEAD_TYPE, each.from_at, each.to_at, each.first, each.count, NAMES_ONLY, None, names, pressure.at)
        head = SignalBlock(series, number, each.layout.machine, *told)
        block_store.add(connection, station_id, [head])
        _join(connection, pressure, head)
    return sum(each.count for each in gone)
