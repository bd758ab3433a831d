"""The station's settings as frozen types: no raw table goes further than `hmi.configuration`, which reads station.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.derived.setup import Derivation
from drivers.driver import CurveSetup
from drivers.tag import Tag
from drivers.waveforms.setup import Channel
from station_db.retention import Retention


@dataclass(frozen=True, slots=True)
class Chart:
    """How the curve of a machine is drawn, x channel first. `window` is x low, x high, y low, y high."""

    titles: tuple[str, ...]
    units: tuple[str, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    window: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """Values that belong together, in the order they are written."""

    name: str
    title: str
    values: tuple[tuple[str, float], ...]


MANUAL = "manual"
"""The protocol of a station without a machine: people count."""


@dataclass(frozen=True, slots=True)
class Machine:
    """One `[[machine]]`: `protocol` names the driver (entry point), `options` are that driver's own keys.

    `groups` are poll or sampling periods in ms; `rate_max` is the most parts a minute that can be believed. `tags` are the
    machine's own, those that `derivation` makes of them, and the features of its `waveforms`, each in a group of its channel's
    name.
    """

    id: str
    name: str
    protocol: str
    options: Mapping[str, Any] = field(repr=False)
    tags: tuple[Tag, ...]
    groups: Mapping[str, int]
    rate_max: float = 120.0
    curve: CurveSetup | None = None
    chart: Chart | None = None
    recipes: tuple[Recipe, ...] = ()
    derivation: Derivation = field(default_factory=Derivation)
    waveforms: tuple[Channel, ...] = ()

    @property
    def is_manual(self) -> bool:
        """Whether there is no machine to hear, only people who count."""
        return self.protocol == MANUAL

    @property
    def wired(self) -> tuple[Tag, ...]:
        """The tags that the machine itself tells."""
        features = {channel.name for channel in self.waveforms}
        return tuple(tag for tag in self.tags if tag.name not in self.derivation.groups and tag.group not in features)


@dataclass(frozen=True, slots=True)
class Screen:
    """How the panel is: pixels per mm decide every size."""

    px_per_mm: float = 4.91
    distance_mm: int = 700
    text_scale: float = 1.0
    theme: str = "day"
    language: str = "en"
    full_screen: bool = True


@dataclass(frozen=True, slots=True)
class Centre:
    """Where the records go; `password` was resolved from its reference (environment or a 0600 file)."""

    url: str
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class BackupPlan:
    """Where copies of the record go, how often, and how many are kept; with a `secret` they are sealed."""

    folder: Path
    every_min: int = 60
    keep: int = 48
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole station, checked. The first machine is the main one (counts, timeline, chart)."""

    path: Path
    id: str
    name: str
    area: str
    zone: str
    folder: Path
    machines: tuple[Machine, ...]
    screen: Screen
    centre: Centre | None = None
    backup: BackupPlan | None = None
    signal_budget_mb: int = 2048
    """The room for curves, scans and waveforms; records have no such limit."""
    retention: Retention | None = None
    """How long records stay once the centre has them; None: for good."""
