"""The frames of one layout turned about: one array a tag instead of one row a scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from station_db.block_codec import DTYPES, MISSING, UNCERTAIN, Qualities, Values
from station_db.signals import Layout, bitmap_bytes

FrameRow = tuple[int, int, int, int, bytes]
"""Number, wall time, monotonic time, frames skipped before it, packed values."""


@dataclass(frozen=True, slots=True)
class Times:
    """When scans were, in order: number, wall time in us, monotonic time in ns, frames of theirs left out just before."""

    numbers: NDArray[np.int64]
    at: NDArray[np.int64]
    mono_ns: NDArray[np.int64]
    skipped: NDArray[np.int64]

    def __len__(self) -> int:
        """How many scans."""
        return len(self.numbers)


@dataclass(frozen=True, slots=True)
class Columns:
    """Scans of one layout; `column` gives those of a tag by its place."""

    layout: Layout
    times: Times
    _values: NDArray[np.void]
    _is_there: NDArray[np.uint8]
    _is_uncertain: NDArray[np.uint8] | None

    def column(self, place: int) -> tuple[Values, Qualities]:
        """The samples of the tag at this place of the layout, and their quality."""
        quality = np.where(self._is_there[:, place], np.uint8(0), np.uint8(MISSING))
        if self._is_uncertain is not None:
            quality[(self._is_uncertain[:, place] > 0) & (quality != MISSING)] = UNCERTAIN
        return np.ascontiguousarray(self._values[f"f{place}"]), quality


def columns_of(layout: Layout, rows: Sequence[FrameRow]) -> Columns:
    """Turn frames of a layout, in the order of their numbers."""
    told = np.array([row[:4] for row in rows], np.int64).reshape(-1, 4)
    times = Times(*(np.ascontiguousarray(told[:, place]) for place in range(4)))
    width, dtype = bitmap_bytes(layout), _dtype(layout)
    whole = width + dtype.itemsize
    octets = np.frombuffer(b"".join(row[4][:whole] for row in rows), np.uint8).reshape(len(rows), whole)
    values = np.ascontiguousarray(octets[:, width:]).view(dtype).reshape(-1)
    return Columns(layout, times, values, _bits(octets[:, :width]), _uncertain(rows, whole, width))


def _uncertain(rows: Sequence[FrameRow], whole: int, width: int) -> NDArray[np.uint8] | None:
    if all(len(row[4]) == whole for row in rows):
        return None
    octets = b"".join(row[4][whole:] or bytes(width) for row in rows)
    return _bits(np.frombuffer(octets, np.uint8).reshape(len(rows), width))


def _bits(octets: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.unpackbits(octets, axis=1, bitorder="little")


@cache
def _dtype(layout: Layout) -> np.dtype[np.void]:
    return np.dtype([(f"f{place}", DTYPES[kind]) for place, kind in enumerate(layout.types)])
