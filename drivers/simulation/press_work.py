"""The press at work: moves the ram, feels the force, puts the curve into its FIFO."""

from __future__ import annotations

from random import Random

from drivers.simulation.chance import scatter
from drivers.simulation.curve_fifo import CurveFifo
from drivers.simulation.press_curve import NOISE_KN, Stroke, draw_stroke, force_at, is_good
from drivers.simulation.press_settings import PressSettings
from drivers.simulation.work import PartOrder

RETURN_MM = 1.0
"""How far the ram goes back in one scan."""


class PressWork:
    """The ram and its curve; positions and forces in hundredths of mm and kN."""

    def __init__(self, settings: PressSettings) -> None:
        self._settings = settings
        self.reset()

    @property
    def progress(self) -> float:
        """How much of the stroke is done, 0 to 1."""
        return self._done / self._scans

    def begin(self, order: PartOrder) -> None:
        """Take a part: the stroke is drawn, the curve begins."""
        self._stroke = draw_stroke(order.chance, order.wear, is_bad=order.is_bad)
        self._way_scans = self._settings.stroke_scans(self._stroke.scans)
        self._scans = self._way_scans + self._settings.dwell_scans
        self._chance, self._done = order.chance, 0
        self.fifo.begin()

    def step(self) -> bool | None:
        """Press on for one scan and put its sample; the verdict when the ram has arrived."""
        way = min(1.0, self._done / (self._way_scans - 1))
        self._done += 1
        is_end = self._done == self._scans
        noise = 0.0 if is_end else scatter(self._chance, NOISE_KN)
        self.position = round(100 * way * self._stroke.end_mm)
        self.force = round(100 * (force_at(self._stroke, way) + noise))
        self.fifo.put(self.position, self.force)
        return self._judge() if is_end else None

    def rest(self) -> None:
        """Draw the ram back."""
        self.force = 0
        self.position = max(0, self.position - round(100 * RETURN_MM))

    def reset(self) -> None:
        """The program starts anew: an empty FIFO, the ram up."""
        self.fifo = CurveFifo()
        self.position = self.force = self.end_position = self.end_force = 0
        self._stroke, self._done, self._chance = Stroke(0.0, 0.0, 1), 0, Random(0)
        self._way_scans = self._scans = 1

    def _judge(self) -> bool:
        self.end_position, self.end_force = self.position, self.force
        return is_good(self.end_position / 100, self.end_force / 100)
