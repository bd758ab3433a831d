"""Every sample of a span, on a station's signals.db or a centre alike (an overview of days is in `signal_overview`).

A question takes a connection and the station whose signals are read. At a station the frames that are no block yet belong to
it (`unrolled=frames_in`); a transaction sees each sample once. What is not there is said: `Missing` tells when and why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from station_db import block_codec, block_store, time_codec
from station_db.block_codec import Qualities, Values
from station_db.blocks import HEAD, SignalBlock
from station_db.columns_of_frames import Columns, Times, columns_of
from station_db.queries import Span
from station_db.records.base import Instant
from station_db.signal_store import BLOCK, FRAME, layouts_of_frames
from station_db.signals import Layout

REACH_US = 2 * 3_600_000_000
"""A block that begins so long before a span can't reach into it."""


class Why(StrEnum):
    """Why samples are not here."""

    SKIPPED = "skipped"
    """The disk was too slow and scans were left out."""
    SHED = "shed"
    """They were let go for room."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Scans that are not here: `count` of them between two times. `at` is when they were let go, None for those skipped."""

    from_at: Instant
    to_at: Instant
    count: int
    why: Why
    at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """The samples of one tag of one type, by wall time: arrays of one length.

    `values` has the tag's own type; where `quality` (of `block_codec`) is missing it is 0. `skipped` says how many scans were
    left out just before a sample.
    """

    tag: str
    type: str
    at: NDArray[np.int64]
    mono_ns: NDArray[np.int64]
    skipped: NDArray[np.int64]
    values: Values
    quality: Qualities


@dataclass(frozen=True, slots=True)
class Samples:
    """What was read of a machine's tags: their stretches (a tag that changed its type has several), and what is not here."""

    stretches: tuple[Stretch, ...]
    missing: tuple[Missing, ...]

    def of(self, tag: str) -> tuple[Stretch, ...]:
        """Those of one tag."""
        return tuple(stretch for stretch in self.stretches if stretch.tag == tag)


@dataclass(frozen=True, slots=True)
class Scans:
    """Scans of one layout in a row: their times, and a way to the samples of any tag by name."""

    tags: tuple[str, ...]
    types: tuple[str, ...]
    times: Times
    column: Callable[[str], tuple[Values, Qualities]]


Unrolled = Callable[[Connection, str, Span], Iterator[Scans]]


def samples(
    connection: Connection, station_id: str, machine: str, tags: Sequence[str], span: Span, *, unrolled: Unrolled | None = None
) -> Samples:
    """Every sample of these tags in a span, each once, to the bit."""
    heads = tuple(heads_of(connection, station_id, machine, span))
    scans = [_of_blocks(connection, station_id, head, tags) for head in heads if head.data is not None]
    if unrolled is not None:
        scans += unrolled(connection, machine, span)
    whole = [each for each in (_within(each, span) for each in scans) if len(each.times)]
    missing = (*shed_of(heads), *(gap for each in whole for gap in _skipped(each.times)))
    return Samples(tuple(_stretches(whole, tags)), tuple(sorted(missing, key=lambda gap: gap.from_at)))


def heads_of(connection: Connection, station_id: str, machine: str, span: Span) -> Iterator[SignalBlock]:
    """The heads that reach into a span, and the month lines of those long gone."""
    of_it = (BLOCK.c.station_id == station_id, BLOCK.c.machine == machine, BLOCK.c.tag == HEAD)
    lines = BLOCK.c.from_at >= span.start - REACH_US
    reach = (BLOCK.c.from_at < span.end, BLOCK.c.to_at >= span.start, lines | (BLOCK.c.data.is_(None)))
    rows = connection.execute(select(BLOCK).where(*of_it, *reach).order_by(BLOCK.c.from_at, BLOCK.c.number)).mappings()
    return map(block_store.block_of, rows)


def frames_in(connection: Connection, machine: str, span: Span) -> Iterator[Scans]:
    """The frames of a machine that are no block yet: for the station's own signals.db."""
    for key, layout in layouts_of_frames(connection):
        if layout.machine != machine:
            continue
        columns = (FRAME.c.number, FRAME.c.at, FRAME.c.mono_ns, FRAME.c.skipped, FRAME.c.packed)
        query = select(*columns).where(FRAME.c.layout == key, FRAME.c.at >= span.start, FRAME.c.at < span.end)
        rows = connection.execute(query.order_by(FRAME.c.number)).all()
        if rows:
            yield _of_columns(layout, columns_of(layout, [tuple(row) for row in rows]))


def _of_columns(layout: Layout, columns: Columns) -> Scans:
    places = {tag: place for place, tag in enumerate(layout.tags)}
    return Scans(layout.tags, layout.types, columns.times, lambda tag: columns.column(places[tag]))


def _of_blocks(connection: Connection, station_id: str, head: SignalBlock, tags: Sequence[str]) -> Scans:
    """The blocks behind a head; they are read at once and unpacked when they are asked for."""
    names = (BLOCK.c.tag, BLOCK.c.type, BLOCK.c.data)
    of_it = (BLOCK.c.station_id == station_id, BLOCK.c.series == head.series, BLOCK.c.from_at == head.from_at)
    behind = (BLOCK.c.number > head.number, BLOCK.c.first_frame == head.first_frame, BLOCK.c.tag != HEAD)
    query = select(*names).where(*of_it, *behind)
    if len(tags) <= _ASKED_BY_NAME:
        query = query.where(BLOCK.c.tag.in_(tags))
    rows = {row.tag: (row.type, bytes(row.data)) for row in connection.execute(query)}
    times = time_codec.unpacked(head.data or b"", head.count)

    def column(tag: str) -> tuple[Values, Qualities]:
        kind, data = rows[tag]
        return block_codec.unpacked(kind, head.count, data)

    return Scans(tuple(rows), tuple(kind for kind, _ in rows.values()), times, column)


_ASKED_BY_NAME = 20
"""So few tags are looked for by name; for more, all of a head's blocks are read."""


def _within(scans: Scans, span: Span) -> Scans:
    """Only what lies in the span."""
    at = scans.times.at
    is_in = (at >= span.start) & (at < span.end)
    if is_in.all():
        return scans
    times = scans.times
    kept = Times(times.numbers[is_in], at[is_in], times.mono_ns[is_in], times.skipped[is_in])

    def column(tag: str) -> tuple[Values, Qualities]:
        values, quality = scans.column(tag)
        return values[is_in], quality[is_in]

    return Scans(scans.tags, scans.types, kept, column)


def shed_of(heads: Sequence[SignalBlock]) -> Iterator[Missing]:
    """What of these heads was let go."""
    for head in heads:
        if head.data is None:
            yield Missing(head.from_at, head.to_at, head.count, Why.SHED, head.shed_at)


def _skipped(times: Times) -> Iterator[Missing]:
    for place in np.flatnonzero(times.skipped):
        before = times.at[place - 1] if place else times.at[place]
        yield Missing(Instant(int(before)), Instant(int(times.at[place])), int(times.skipped[place]), Why.SKIPPED)


def _stretches(scans: Sequence[Scans], tags: Sequence[str]) -> Iterator[Stretch]:
    joined: dict[tuple[int, ...], tuple[Times, NDArray[np.intp] | None]] = {}
    for tag in tags:
        kinds = dict.fromkeys(dict(zip(each.tags, each.types, strict=True)).get(tag) for each in scans)
        for kind in filter(None, kinds):
            chosen = [place for place, each in enumerate(scans) if (tag, kind) in zip(each.tags, each.types, strict=True)]
            if (key := tuple(chosen)) not in joined:
                joined[key] = _joined([scans[place].times for place in chosen])
            times, order = joined[key]
            told = [scans[place].column(tag) for place in chosen]
            values, quality = np.concatenate([each[0] for each in told]), np.concatenate([each[1] for each in told])
            if order is not None:
                values, quality = values[order], quality[order]
            yield Stretch(tag, kind, times.at, times.mono_ns, times.skipped, values, quality)


def _joined(times: Sequence[Times]) -> tuple[Times, NDArray[np.intp] | None]:
    """All times by the wall clock, and the order that makes them so where they were not."""
    names = ("numbers", "at", "mono_ns", "skipped")
    whole = [np.concatenate([getattr(each, name) for each in times]) for name in names]
    if (np.diff(whole[1]) >= 0).all():
        return Times(*whole), None
    order = np.argsort(whole[1], kind="stable")
    return Times(*(each[order] for each in whole)), order
