"""A watched cycle whose points become the samples of its curve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from drivers.derived.cycle import CycleWatch, Point
from drivers.derived.setup import CycleMade
from drivers.reading import Batch, Samples
from drivers.tag import Value


class SampledCycle:
    """One machine's cycles and their curves."""

    def __init__(self, setup: CycleMade, silence: int | None) -> None:
        self.setup = setup
        self.watch = CycleWatch(setup, silence)
        self._lost = 0

    def samples(self, image: Mapping[str, Value], batch: Batch) -> list[Samples]:
        """Look at what a batch said; return the samples that came of it."""
        return [said for point in self.watch.turn(image, batch.heard_ns) for said in self._said(point, batch)]

    def _said(self, point: Point, batch: Batch) -> Iterator[Samples]:
        """A sample with a bad channel is none: the next one says that it is missing."""
        if point.index == 0:
            self._lost = 0
        if point.values is None:
            self._lost += 1
            return
        names, units = self.setup.channels, self.setup.units
        columns = tuple((value,) for value in point.values) or tuple(() for _ in names)
        lost, self._lost = self._lost, 0
        yield Samples(batch.device, point.cycle, names, units, point.index, columns, lost, batch.at, batch.heard_ns)
