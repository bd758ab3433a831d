"""Curves put together from their pieces, one for each cycle of a machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from drivers.reading import Samples
from hmi.channel.facts import LiveCurve
from hmi.station.cycles import CompletedCurve
from station_db.signals import curve_digest

CYCLES_KEPT = 4
SAMPLES_MAX = 1_000_000
"""Of one channel; a machine that never ends its cycle must not eat the memory."""

Block = NDArray[np.float32]
"""Channel by sample."""


@dataclass(slots=True)
class _Curve:
    channels: tuple[str, ...]
    units: tuple[str, ...]
    blocks: list[Block] = field(default_factory=list["Block"])
    count: int = 0
    end: int = 0

    def add(self, first: int, block: Block) -> None:
        """Take a stretch; what is here already is left out, what is missing before it only moves the end.

        One from the very first sample on begins the curve anew: the stroke before was broken off, or is told a second time.
        """
        if first == 0:
            self.blocks, self.count, self.end = [], 0, 0
        fresh = block[:, max(self.end - first, 0) :]
        if fresh.shape[1] and self.count < SAMPLES_MAX:
            self.blocks.append(fresh)
            self.count += fresh.shape[1]
        self.end = max(self.end, first + block.shape[1])

    def completed(self) -> CompletedCurve:
        data = np.concatenate(self.blocks, axis=1).astype("<f4").tobytes()
        digest = curve_digest(self.channels, self.units, self.count, data)
        return CompletedCurve(digest, self.channels, self.units, self.count, data, self.end - self.count)


class Curves:
    """The curves of one machine."""

    def __init__(self) -> None:
        self._curves: dict[int, _Curve] = {}

    def add(self, samples: Samples) -> LiveCurve:
        """Take a stretch; returns it as the screen draws it."""
        block: Block = np.asarray(samples.columns, dtype=np.float32)
        curve = self._curves.setdefault(samples.cycle, _Curve(samples.channels, samples.units))
        curve.add(samples.first, block)
        while len(self._curves) > CYCLES_KEPT:
            del self._curves[next(iter(self._curves))]
        return _live(samples, block)

    def take(self, cycle: int) -> dict[int, CompletedCurve]:
        """The curve of a cycle that is complete, by its number; nothing where no sample of it came."""
        curve = self._curves.pop(cycle, None)
        return {} if curve is None or not curve.count else {cycle: curve.completed()}


def _live(samples: Samples, block: Sequence[Sequence[float]] | Block) -> LiveCurve:
    data = np.asarray(block, dtype="<f4")
    channels, count = data.shape
    return LiveCurve(samples.device, samples.cycle, samples.first, count, channels, data.tobytes())
