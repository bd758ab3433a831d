"""Many samples made few lines without losing a peak: per pixel column the first, last, least and greatest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_TOUCHING = 1.5
"""Uprights this many pixels apart leave no column between them."""


@dataclass(frozen=True)
class PixelMap:
    """Where data lie in pixels: `pixel = scale * value + offset` on each axis."""

    x_scale: float
    x_offset: float
    y_scale: float
    y_offset: float


@dataclass(frozen=True)
class ColumnLines:
    """Lines (x1, y1, x2, y2) in pixels, one row each: an upright per column, and joins between columns."""

    uprights: Floats
    joins: Floats


def column_lines(x: Floats, y: Floats, pixels: PixelMap) -> ColumnLines:
    """Lines that look like the curve through every sample.

    Samples may run back and forth in x. A NaN in either is a gap that no line crosses.
    """
    across = x * pixels.x_scale + pixels.x_offset
    up = y * pixels.y_scale + pixels.y_offset
    kept = np.flatnonzero(np.isfinite(across + up))
    if not len(kept):
        return ColumnLines(np.empty((0, 4)), np.empty((0, 4)))
    if len(kept) < len(across):
        across, up = across[kept], up[kept]
    gap = np.diff(kept) > 1
    starts = np.flatnonzero(np.concatenate(([True], (np.diff(np.floor(across)) != 0) | gap)))
    return _lines(across, up, starts, gap)


def _lines(across: Floats, up: Floats, starts: NDArray[np.intp], gap: NDArray[np.bool_]) -> ColumnLines:
    """An upright a column, and a join to the next one unless the two touch by themselves."""
    ends = np.append(starts[1:], len(across)) - 1
    lows, highs = np.minimum.reduceat(up, starts), np.maximum.reduceat(up, starts)
    columns = across[starts]
    apart = (lows[1:] > highs[:-1]) | (lows[:-1] > highs[1:]) | (np.abs(np.diff(columns)) > _TOUCHING)
    joined = np.flatnonzero(apart & ~gap[ends[:-1]])
    before, after = ends[joined], starts[joined + 1]
    joins = np.column_stack((across[before], up[before], across[after], up[after]))
    return ColumnLines(np.column_stack((columns, lows, columns, highs)), joins)


def envelope(x: Floats, low: Floats, high: Floats, most: int = 600) -> tuple[Floats, Floats, Floats]:
    """A band in at most `most` steps that still holds every sample: x, least of `low`, greatest of `high`."""
    known = np.isfinite(x) & np.isfinite(low) & np.isfinite(high)
    x, low, high = x[known], low[known], high[known]
    if len(x) <= most:
        return x, low, high
    starts = np.linspace(0, len(x), most, endpoint=False).astype(np.intp)
    return x[starts], np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)
