"""What a high-rate channel is: where its samples come from, which features are made of them, what is kept raw.

Declarations only, as station.toml gives them after it was checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from drivers.driver import WaveformSetup

RMS, PEAK, CREST, KURTOSIS = "rms", "peak", "crest", "kurtosis"
WHOLE = (RMS, PEAK, CREST, KURTOSIS)
"""The features of a whole window, before those of its bands."""
IN_UNIT = (RMS, PEAK)
"""Those that have the channel's unit; so have the bands."""
OVER = "high"
"""Behind the name of a feature: whether it is above its limit."""

Band = tuple[float, float]
"""From (included) to (not included) so many Hz."""


class Occasion(StrEnum):
    """What makes the samples around it worth keeping."""

    ALARM = "alarm"
    """An alarm of the machine came."""
    BAD_PART = "bad_part"
    LIMIT = "limit"
    """A feature of the channel went above its limit."""


@dataclass(frozen=True, slots=True)
class Folder:
    """Where another program leaves its measurements; `marker` is the file in which we write down how far they were taken."""

    path: Path
    marker: Path
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Features:
    """What is made of each window of `window_s`, and how high a feature may be."""

    window_s: float = 1.0
    bands: tuple[Band, ...] = ()
    limits: Mapping[str, float] = field(default_factory=dict[str, float])

    @property
    def names(self) -> tuple[str, ...]:
        """All features, in the order they are told."""
        return (*WHOLE, *(band_name(band) for band in self.bands))


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is kept raw: the samples from so long before to so long after each occasion, all of it within `budget_bytes`."""

    occasions: tuple[Occasion, ...] = ()
    before_s: float = 5.0
    after_s: float = 5.0
    budget_bytes: int = 500_000_000


@dataclass(frozen=True, slots=True)
class Channel:
    """One `[machine.waveforms.NAME]`; its samples come every `every_s`, from a `folder` or by the machine's own link."""

    name: str
    rate_hz: float
    unit: str
    every_s: float
    features: Features = field(default_factory=Features)
    keeping: Keeping = field(default_factory=Keeping)
    folder: Folder | None = None
    link: WaveformSetup | None = None

    def tag(self, feature: str) -> str:
        """The tag that tells a feature."""
        return f"{self.name}.{feature}"

    def alarm(self, feature: str) -> str:
        """The tag that tells whether a feature is above its limit."""
        return f"{self.name}.{feature}_{OVER}"

    @property
    def period_ms(self) -> int:
        """How often its features come at least."""
        return round(1000 * max(self.every_s, self.features.window_s))


def band_name(band: Band) -> str:
    """What the RMS of a band is called: `10_100`."""
    return "_".join(f"{edge:g}" for edge in band)
