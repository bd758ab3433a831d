"""The hydraulic oil of the press: warms while it works, cools while it waits, and on a bad day becomes too hot."""

from __future__ import annotations

from math import pi, sin

from drivers.simulation.disturbances import SCAN_MS

HOT_C, COOL_C = 55.0, 53.0
"""The alarm comes above the one and goes below the other."""
_SLOWNESS_MS = 6 * 60_000
_DAY_MS = 30 * 60_000


class Oil:
    """The oil's temperature in °C and its alarm."""

    def __init__(self, *, is_calm: bool) -> None:
        self.temperature_c = 41.0
        self.is_hot = False
        self._swing_c = 0.0 if is_calm else 9.0
        self._age_ms = 0

    def scan(self, *, is_working: bool) -> None:
        """Let one scan pass."""
        self._age_ms += SCAN_MS
        target = 51.0 + self._swing_c * sin(2 * pi * self._age_ms / _DAY_MS) if is_working else 38.0
        self.set(self.temperature_c + (target - self.temperature_c) * SCAN_MS / _SLOWNESS_MS)

    def set(self, temperature_c: float) -> None:
        """Make the oil so warm."""
        self.temperature_c = temperature_c
        self.is_hot = temperature_c > (COOL_C if self.is_hot else HOT_C)
