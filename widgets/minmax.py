"""Many samples made few lines without losing a peak: per pixel column the first, last, least and greatest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PixelMap:
    """Where data lie in pixels: `pixel = scale * value + offset` on each axis."""

    x_scale: float
    x_offset: float
    y_scale: float
    y_offset: float


def segments(x: Floats, y: Floats, pixels: PixelMap) -> Floats:
    """Lines (x1, y1, x2, y2) in pixels, one row each, that look like the curve through every sample.

    Samples may run back and forth in x. A NaN in either is a gap that no line crosses.
    """
    across = x * pixels.x_scale + pixels.x_offset
    up = y * pixels.y_scale + pixels.y_offset
    known = np.isfinite(across) & np.isfinite(up)
    if not known.any():
        return np.empty((0, 4))
    kept = np.flatnonzero(known)
    across, up = across[kept], up[kept]
    gap = np.diff(kept) > 1
    starts = np.flatnonzero(np.concatenate(([True], (np.diff(np.floor(across)) != 0) | gap)))
    return _lines(across, up, starts, gap)


def _lines(across: Floats, up: Floats, starts: NDArray[np.intp], gap: NDArray[np.bool_]) -> Floats:
    """One upright line a column, and one from each column's last sample to the next one's first."""
    ends = np.append(starts[1:], len(across)) - 1
    lows, highs = np.minimum.reduceat(up, starts), np.maximum.reduceat(up, starts)
    joined = np.flatnonzero(~gap[ends[:-1]]) if len(starts) > 1 else np.empty(0, np.intp)
    lines = np.empty((len(starts) + len(joined), 4))
    upright = lines[: len(starts)]
    upright[:, 0] = upright[:, 2] = across[starts]
    upright[:, 1], upright[:, 3] = lows, highs
    before, after = ends[joined], starts[joined + 1]
    lines[len(starts) :] = np.column_stack((across[before], up[before], across[after], up[after]))
    return lines


def envelope(x: Floats, low: Floats, high: Floats, most: int = 600) -> tuple[Floats, Floats, Floats]:
    """A band in at most `most` steps that still holds every sample: x, least of `low`, greatest of `high`."""
    known = np.isfinite(x) & np.isfinite(low) & np.isfinite(high)
    x, low, high = x[known], low[known], high[known]
    if len(x) <= most:
        return x, low, high
    starts = np.linspace(0, len(x), most, endpoint=False).astype(np.intp)
    return x[starts], np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)
