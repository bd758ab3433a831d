"""What a setter may set at the simulated press: how fast the ram goes, how long it stays at the end."""

from __future__ import annotations

from enum import StrEnum

from drivers.simulation.disturbances import SCAN_MS


class PressSetting(StrEnum):
    """The words a person may write."""

    SPEED = "speed"
    """Percent of the usual speed."""
    DWELL = "dwell"
    """Milliseconds at the end of the stroke."""


RANGES = {PressSetting.SPEED: (50, 150), PressSetting.DWELL: (0, 500)}


class PressSettings:
    """Kept when the program starts anew; a stroke takes them over when it begins."""

    def __init__(self) -> None:
        self.words = {PressSetting.SPEED: 100, PressSetting.DWELL: 0}

    def takes(self, setting: PressSetting, value: int) -> bool:
        """Whether the press takes this value."""
        low, high = RANGES[setting]
        return low <= value <= high

    def write(self, setting: PressSetting, value: int) -> None:
        """Take a value."""
        self.words[setting] = value

    def stroke_scans(self, usual: int) -> int:
        """How many scans a stroke takes that would usually take `usual`."""
        return max(2, round(usual * 100 / self.words[PressSetting.SPEED]))

    @property
    def dwell_scans(self) -> int:
        """How many scans the ram stays at the end."""
        return self.words[PressSetting.DWELL] // SCAN_MS
