"""The curves a chart shows: the one that runs, and the last good ones behind it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hmi.channel.facts import LiveCurve
from hmi.station.topics import CycleTopic
from station_db.records.base import Verdict

Samples = NDArray[np.float32]
"""Channels by samples, x first."""

KEPT = 8
"""Good curves kept behind the running one."""


@dataclass(slots=True)
class RunningCurve:
    """One cycle's samples as far as they came; a missing stretch is NaN, never a line."""

    cycle: int
    samples: Samples

    def put(self, live: LiveCurve) -> None:
        """Lay a stretch where it belongs; one from the first sample on begins the curve anew."""
        if live.first == 0:
            self.samples = self.samples[:, :0]
        block = np.frombuffer(live.data, dtype="<f4").reshape(live.channels, live.count)
        end = live.first + live.count
        if end > self.samples.shape[1]:
            grown = np.full((live.channels, end), np.nan, dtype=np.float32)
            grown[:, : self.samples.shape[1]] = self.samples
            self.samples = grown
        self.samples[:, live.first : end] = block


@dataclass(slots=True)
class MachineCurves:
    """The curves of one machine."""

    running: RunningCurve | None = None
    good: list[Samples] = field(default_factory=list)
    ended_cycle: int | None = None

    @property
    def is_last(self) -> bool:
        """Whether the newest curve is that of a cycle that is over."""
        return self.running is not None and self.running.cycle == self.ended_cycle


class CurveBook:
    """Gathers live stretches a machine; the screen's only memory of curves."""

    def __init__(self) -> None:
        self._machines: dict[str, MachineCurves] = {}

    def of(self, machine: str) -> MachineCurves:
        """What is known of a machine's curves."""
        return self._machines.setdefault(machine, MachineCurves())

    def take(self, live: LiveCurve) -> None:
        """Add a stretch; another cycle's number begins a new curve."""
        known = self.of(live.machine)
        if known.running is None or known.running.cycle != live.cycle:
            known.running = RunningCurve(live.cycle, np.empty((live.channels, 0), dtype=np.float32))
        known.running.put(live)

    def close(self, cycle: CycleTopic) -> None:
        """A cycle was recorded: a good one's curve joins those behind."""
        known = self.of(cycle.machine)
        known.ended_cycle = cycle.number
        running = known.running
        if running and running.cycle == cycle.number and cycle.verdict == Verdict.GOOD:
            self.remember(cycle.machine, running.samples)

    def remember(self, machine: str, samples: Samples) -> None:
        """Keep a good curve behind the running one."""
        known = self.of(machine)
        known.good = [*known.good, samples][-KEPT:]


def envelope(curves: list[Samples], points: int = 60) -> tuple[Samples, Samples, Samples] | None:
    """The band that good curves lie in: x, low y, high y; None with fewer than three."""
    rising = [curve for curve in curves if curve.shape[0] > 1 and curve.shape[1] > 1]
    if len(rising) < 3:
        return None
    reach = min(float(np.nanmax(curve[0])) for curve in rising)
    x = np.linspace(max(float(np.nanmin(curve[0])) for curve in rising), reach, points, dtype=np.float32)
    heights = np.array([_height_at(curve, x) for curve in rising], dtype=np.float32)
    return x, np.nanmin(heights, axis=0), np.nanmax(heights, axis=0)


def _height_at(curve: Samples, x: Samples) -> Samples:
    known = ~np.isnan(curve).any(axis=0)
    order = np.argsort(curve[0][known], kind="stable")
    return np.interp(x, curve[0][known][order], curve[1][known][order]).astype(np.float32)
