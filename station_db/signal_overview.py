"""The extremes of signals over hours and days, for a chart, read without any sample; at a station or a centre alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from station_db import levels
from station_db.queries import Span
from station_db.records.base import Instant
from station_db.signal_queries import Missing, Scans, Unrolled, heads_of, shed_of


@dataclass(frozen=True, slots=True)
class Overview:
    """The extremes of tags, a row a tag and a column a bucket; bucket `k` begins at `from_at + k * width_us`.

    Where `count` is 0 there is nothing to draw and the others are NaN; `missing` says what was let go. Values that are
    uncertain, missing or not finite do not count. Least and greatest are float32, rounded outwards.
    """

    tags: tuple[str, ...]
    from_at: Instant
    width_us: int
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    mean: NDArray[np.float64]
    count: NDArray[np.int64]
    missing: tuple[Missing, ...]


def overview(
    connection: Connection,
    station_id: str,
    machine: str,
    tags: Sequence[str],
    span: Span,
    pixels: int,
    *,
    unrolled: Unrolled | None = None,
) -> Overview:
    """The extremes of these tags in at most `pixels` buckets of whole minutes, without reading a sample of any block.

    For spans of which a pixel is much less than a minute, ask for the samples.
    """
    width_us = -(-(span.end - span.start) // (pixels * levels.MINUTE_US)) * levels.MINUTE_US
    begin = span.start // levels.MINUTE_US * levels.MINUTE_US
    buckets = _Buckets(tuple(tags), begin, width_us, -(-(span.end - begin) // width_us))
    heads = tuple(heads_of(connection, station_id, machine, span))
    for head in heads:
        if head.levels is not None:
            buckets.add(levels.unpacked(head.levels))
    for scans in unrolled(connection, machine, span) if unrolled is not None else ():
        buckets.add(_levels_of(scans, tags))
    return buckets.overview(tuple(shed_of(heads)))


def _levels_of(scans: Scans, tags: Sequence[str]) -> levels.Levels:
    here = tuple(tag for tag in tags if tag in scans.tags)
    minutes, starts = levels.minutes_of(scans.times.at)
    rows = [levels.levels_of(*scans.column(tag), starts) for tag in here]
    if not rows:
        return levels.unpacked(levels.packed((), (), levels.NO_MINUTES, ()))
    kinds = tuple(scans.types[scans.tags.index(tag)] for tag in here)
    parts: Iterator[NDArray[Any]] = (np.array([getattr(row, name) for row in rows]) for name in ("low", "high", "way", "count"))
    return levels.Levels(here, kinds, minutes, *parts)


class _Buckets:
    """Gathers levels into buckets."""

    def __init__(self, tags: tuple[str, ...], begin: int, width_us: int, count: int) -> None:
        self._tags, self._begin, self._width = tags, begin, width_us
        shape = (len(tags), count)
        self._low, self._high = np.full(shape, np.inf, np.float32), np.full(shape, -np.inf, np.float32)
        self._sum, self._count = np.zeros(shape), np.zeros(shape, np.int64)

    def add(self, told: levels.Levels) -> None:
        """Add the minutes of a head."""
        bucket = (told.minutes * levels.MINUTE_US - self._begin) // self._width
        is_in = (bucket >= 0) & (bucket < self._low.shape[1])
        here = [place for place, tag in enumerate(self._tags) if tag in told.tags]
        if not here or not is_in.any():
            return
        rows = _rows([told.tags.index(self._tags[place]) for place in here], len(told.tags))
        bucket, starts = np.unique(bucket[is_in], return_index=True)
        low, high, way, count = (each[rows][:, is_in] for each in (told.low, told.high, told.way, told.count))
        total = np.where(count > 0, levels.mean_of(low, high, way) * count, 0.0)
        at: Any = (_rows(here, len(self._tags)), slice(int(bucket[0]), int(bucket[-1]) + 1))
        if len(bucket) != bucket[-1] - bucket[0] + 1:  # a hole within
            at = np.ix_(here, bucket.tolist())
        self._low[at] = np.fmin(self._low[at], np.fmin.reduceat(low, starts, axis=1))
        self._high[at] = np.fmax(self._high[at], np.fmax.reduceat(high, starts, axis=1))
        self._sum[at] += np.add.reduceat(total, starts, axis=1)
        self._count[at] += np.add.reduceat(count, starts, axis=1, dtype=np.int64)

    def overview(self, missing: tuple[Missing, ...]) -> Overview:
        """What was gathered."""
        is_empty = self._count == 0
        low, high = (np.where(is_empty, np.nan, each).astype(np.float64) for each in (self._low, self._high))
        with np.errstate(all="ignore"):
            mean = self._sum / self._count
        return Overview(self._tags, Instant(self._begin), self._width, low, high, mean, self._count, missing)


def _rows(places: list[int], of: int) -> slice | list[int]:
    """These rows; all of them in order need not be copied."""
    return slice(None) if places == list(range(of)) else places
