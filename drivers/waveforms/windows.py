"""Cuts a channel's stretches into windows of equal length; one that has a hole holds nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drivers.reading import Waveform
from drivers.waveforms.features import Samples

_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Window:
    """So many samples in a row, the last one at `at`; None where some of them went missing."""

    samples: Samples | None
    at: int


class Windows:
    """One channel's. All windows begin anew behind a hole, so that none reaches over one."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._next: int | None = None
        self._pieces: list[NDArray[np.float32]] = []
        self._held = 0

    def take(self, stretch: Waveform) -> Iterator[Window]:
        """Add a stretch; yield the windows it completes, and one without samples for that which a hole before it broke."""
        samples = np.frombuffer(stretch.samples, "<f4")
        lost = self.lost_before(stretch)
        if lost and self._held:
            yield Window(None, _time_of(stretch, -1 - lost, len(samples)))
        if lost or stretch.first != self._next:
            self._pieces, self._held = [], 0
        self._next = stretch.first + len(samples)
        begin = 0
        while (need := self._length - self._held) <= len(samples) - begin:
            piece = samples[begin : begin + need]
            begin += need
            whole = np.concatenate([*self._pieces, piece]).astype(np.float64)
            self._pieces, self._held = [], 0
            yield Window(whole, _time_of(stretch, begin - 1, len(samples)))
        if begin < len(samples):
            self._pieces.append(samples[begin:])
            self._held += len(samples) - begin

    def lost_before(self, stretch: Waveform) -> int:
        """Return how many samples are known to be missing before a stretch; what begins anew (0) is no hole."""
        if stretch.first == 0 or self._next is None:
            return 0
        return max(stretch.lost, stretch.first - self._next)


def _time_of(stretch: Waveform, number: int, count: int) -> int:
    """Return when a sample of a stretch was taken; those before it have negative numbers."""
    return stretch.at - round((count - 1 - number) * _US / stretch.rate_hz)
