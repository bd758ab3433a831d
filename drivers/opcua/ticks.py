"""OPC UA's time, 100 ns since 1601, to ours and back. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_UNIX_US = 11_644_473_600_000_000
"""From 1601 to 1970."""
_FIRST_TICKS, _LAST_TICKS = 315_360_000_000_000, 2_650_152_384_000_000_000
"""The years 1601 and 9999: times of these, or beyond, stand for none."""


def microseconds(ticks: int) -> int | None:
    """Return UTC microseconds since 1970; None for what stands for no time."""
    return ticks // 10 - _UNIX_US if _FIRST_TICKS <= ticks < _LAST_TICKS else None


def all_microseconds(ticks: NDArray[np.int64]) -> list[int | None]:
    """Return `microseconds` of each."""
    found: list[int | None] = (ticks // 10 - _UNIX_US).tolist()
    if ticks.min() < _FIRST_TICKS or ticks.max() >= _LAST_TICKS:
        return [microseconds(each) for each in ticks.tolist()]
    return found


def ticks(time_us: int) -> int:
    """Return UTC microseconds since 1970 as OPC UA writes them."""
    return (time_us + _UNIX_US) * 10
