"""The extremes of each minute of all tags of a layout: what an overview of days is drawn from, without any sample.

The least and the greatest of a minute are kept as float32, rounded outwards so that no sample lies beyond them; the mean as a
16-bit fraction of the way from one to the other. Values that are missing, uncertain or not finite do not count.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station_db import integers
from station_db.block_codec import GOOD, Qualities, Values

MINUTE_US = 60_000_000
_HEAD = struct.Struct("<II")
_FULL = 65535.0
_PARTS = (("low", "<f4"), ("high", "<f4"), ("way", "<u2"), ("count", "<u4"))

Minutes = NDArray[np.int64]
Floats = NDArray[np.float32]
NO_MINUTES: Minutes = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class TagLevels:
    """One tag's: for each minute the least, the greatest, the mean's place between them, and how many samples counted."""

    low: Floats
    high: Floats
    way: NDArray[np.uint16]
    count: NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Levels:
    """Of every tag of a layout, a row a tag; `minutes` are since 1970. Without minutes they were let go."""

    tags: tuple[str, ...]
    types: tuple[str, ...]
    minutes: Minutes
    low: NDArray[Any]
    high: NDArray[Any]
    way: NDArray[Any]
    count: NDArray[Any]


def minutes_of(at: NDArray[np.int64]) -> tuple[Minutes, NDArray[np.intp]]:
    """The minutes that times fall into, and where each of them begins."""
    minutes = at // MINUTE_US
    starts = np.flatnonzero(np.diff(minutes, prepend=minutes[:1] - 1))
    return minutes[starts], starts


def levels_of(values: Values, quality: Qualities, starts: NDArray[np.intp]) -> TagLevels:
    """The levels of one tag's samples, in groups that begin at `starts`."""
    floats = values.astype(np.float64)
    counts = np.isfinite(floats) & (quality == GOOD)
    if not counts.all():
        floats[~counts] = np.nan
    count = np.add.reduceat(counts, starts, dtype=np.uint32)
    low, high = np.fmin.reduceat(floats, starts), np.fmax.reduceat(floats, starts)
    with np.errstate(all="ignore"):
        mean = np.add.reduceat(np.where(counts, floats, 0.0), starts) / count
        way = np.nan_to_num(np.clip((mean - low) / (high - low), 0, 1), nan=0.0)
    return TagLevels(_outwards(low, -np.inf), _outwards(high, np.inf), np.rint(way * _FULL).astype(np.uint16), count)


def mean_of(low: NDArray[Any], high: NDArray[Any], way: NDArray[Any]) -> NDArray[np.float64]:
    """The means that were kept as a way from least to greatest."""
    return low + (high - low) * (way / _FULL)


def packed(tags: Sequence[str], types: Sequence[str], minutes: Minutes, rows: Sequence[TagLevels]) -> bytes:
    """Pack the levels of all tags; without rows only what the tags were is kept."""
    heading = json.dumps([list(tags), list(types)], ensure_ascii=False, separators=(",", ":")).encode()
    kept = len(minutes) if rows else 0
    parts = [_HEAD.pack(len(heading), kept), heading, minutes[:kept].astype("<i8").tobytes()]
    parts += [_planes(np.array([getattr(row, name) for row in rows], dtype), dtype) for name, dtype in _PARTS if rows]
    return integers.squeezed(b"".join(parts))


def unpacked(octets: bytes) -> Levels:
    """The levels that were packed."""
    whole = integers.expanded(octets)
    heading, count = _HEAD.unpack_from(whole)
    begin = _HEAD.size + heading
    tags, types = json.loads(whole[_HEAD.size : begin])
    minutes = np.frombuffer(whole, "<i8", count, begin)
    begin += 8 * count
    arrays: list[NDArray[Any]] = []
    for _, dtype in _PARTS:
        width = np.dtype(dtype).itemsize
        planes = np.frombuffer(whole, np.uint8, width * count * len(tags), begin).reshape(width, -1)
        arrays.append(np.ascontiguousarray(planes.T).view(dtype).reshape(len(tags), count))
        begin += planes.size
    return Levels(tuple(tags), tuple(types), minutes, *arrays)


def without_minutes(octets: bytes) -> bytes:
    """What is left of levels that are let go: which tags there were."""
    levels = unpacked(octets)
    return packed(levels.tags, levels.types, levels.minutes, ())


def _outwards(floats: NDArray[np.float64], towards: float) -> Floats:
    with np.errstate(all="ignore"):
        near = floats.astype(np.float32)
        is_inside = near > floats if towards < 0 else near < floats
        return np.where(is_inside, np.nextafter(near, np.float32(towards)), near).astype(np.float32)


def _planes(array: NDArray[np.generic], dtype: str) -> bytes:
    return array.view(np.uint8).reshape(-1, np.dtype(dtype).itemsize).T.tobytes()
