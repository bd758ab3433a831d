"""How late a poll came: each scan's time against the even grid on which its punctual neighbours lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MS = 1_000_000
PUNCTUAL = 0.25
EARLY_MS = 5
"""A poll so much before the beat still belongs to it."""


@dataclass(frozen=True, slots=True)
class Lateness:
    """Of one run of polls; milliseconds behind the grid, and how many of its beats no poll met."""

    polls: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    missed: int

    def __str__(self) -> str:
        return f"p50 {self.p50_ms:.2f}, p99 {self.p99_ms:.2f}, max {self.max_ms:.1f} ms"


def lateness(heard_ns: Sequence[int], period_ms: int) -> Lateness:
    """`heard_ns` are the monotonic times at which the answers were there. Raises `ValueError` for fewer than two."""
    if len(heard_ns) < 2:
        raise ValueError(f"{len(heard_ns)} polls")
    period = period_ms * MS
    behind = np.asarray(heard_ns, np.int64) - heard_ns[0]
    behind += EARLY_MS * MS - _grid(behind % period, period)
    beats, late_ms = behind // period, behind % period / MS - EARLY_MS
    p50, p99 = np.percentile(late_ms, (50, 99))
    missed = int(beats[-1] - beats[0]) + 1 - len(np.unique(beats))
    return Lateness(len(behind), float(p50), float(p99), float(late_ms.max()), missed)


def _grid(offsets: NDArray[np.int64], period: int) -> int:
    """Where in a period the beats lie: the shortest stretch that holds `PUNCTUAL` of all polls begins there."""
    once = np.sort(offsets)
    held = max(1, int(len(once) * PUNCTUAL))
    around = np.concatenate((once, once + period))
    return int(once[np.argmin((around[held:] - around[:-held])[: len(once)])])
