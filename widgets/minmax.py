"""Many samples made few lines without losing a peak: per pixel column the first, last, least and greatest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_TOUCHING = 1.5
"""Uprights this many pixels apart leave no column between them."""
_HIGHEST = 2.0**15
"""Pixels beyond any panel; nothing is drawn further out than this."""


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


NO_LINES = ColumnLines(np.empty((0, 4)), np.empty((0, 4)))


def column_lines(x: Floats, y: Floats, pixels: PixelMap) -> ColumnLines:
    """Lines that look like the curve through every sample.

    Samples may run back and forth in x. A NaN in either is a gap that no line crosses.
    """
    across = x * pixels.x_scale + pixels.x_offset
    up = y * pixels.y_scale + pixels.y_offset
    known = np.isfinite(across + up)
    gap = np.zeros(max(0, len(across) - 1), np.bool_)
    if not known.all():
        kept = np.flatnonzero(known)
        across, up, gap = across[kept], up[kept], np.diff(kept) > 1
    if not len(across):
        return NO_LINES
    columns = np.floor(across)
    starts = np.flatnonzero(np.concatenate(([True], (columns[1:] != columns[:-1]) | gap)))
    return _lines(across, up, starts, gap)


def all_lines(curves: Sequence[ColumnLines]) -> ColumnLines:
    """Curves of one colour as one: where their uprights lie over each other, one is enough."""
    return ColumnLines(
        merged(np.concatenate([lines.uprights for lines in curves] or [NO_LINES.uprights])),
        np.concatenate([lines.joins for lines in curves] or [NO_LINES.joins]),
    )


def merged(uprights: Floats) -> Floats:
    """The fewest uprights, from top to bottom, that cover the same pixels, by column."""
    if not len(uprights):
        return uprights
    # Ends sorted each by itself suffice: where the next start lies behind as many ends as starts, all before it are closed.
    # A column's own range of keys keeps it apart from the others. Each curve's keys mostly rise: a stable sort only merges.
    columns = np.floor(uprights[:, 0]) * (4 * _HIGHEST)
    starts = np.sort(columns + np.clip(uprights[:, 1], -_HIGHEST, _HIGHEST), kind="stable")
    ends = np.sort(columns + np.clip(uprights[:, 3], -_HIGHEST, _HIGHEST), kind="stable")
    apart = starts[1:] > ends[:-1] + 1
    lows, highs = starts[np.concatenate(([True], apart))], ends[np.concatenate((apart, [True]))]
    columns = np.rint(lows / (4 * _HIGHEST))
    offset = columns * (4 * _HIGHEST)
    return np.column_stack((columns, lows - offset, columns, highs - offset))


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
