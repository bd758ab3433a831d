"""What a chart's axes say: fixed ranges, round numbers, and the unit at each end."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10


@dataclass(frozen=True, slots=True)
class ChartAxis:
    """One axis: its title with unit ("force, kN") and its fixed ends."""

    title: str
    low: float
    high: float

    def ticks(self, most: int) -> list[float]:
        """Round numbers from end to end, at most `most`; never fewer than the two ends of a range."""
        span = self.high - self.low
        if span <= 0 or most < 2:
            return [self.low]
        step = _round_step(span / (most - 1))
        first, last = ceil(self.low / step - 1e-9), floor(self.high / step + 1e-9)
        round_ones = [at * step for at in range(first, last + 1)]
        return round_ones if len(round_ones) > 1 else [self.low, self.high]


@dataclass(frozen=True, slots=True)
class ChartWindow:
    """The end window a good curve must hit, in data units, with its label."""

    left: float
    right: float
    low: float
    high: float
    label: str


@dataclass(frozen=True, slots=True)
class ChartView:
    """Axes and window of a chart; they do not move while it is live."""

    x: ChartAxis
    y: ChartAxis
    window: ChartWindow | None = None


def tick_text(value: float) -> str:
    """A tick as it is written: no needless decimals."""
    return f"{value:.10g}"


def _round_step(least: float) -> float:
    size = 10.0 ** floor(log10(least))
    return next(size * step for step in (1, 2, 2.5, 4, 5, 10) if size * step >= least * (1 - 1e-9))
