"""How big things are: millimetres and minutes of arc made pixels for one panel at one viewing distance."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import ceil, floor

CAP_RATIO = 0.7273
"""Height of a capital of Inter over its font size."""

_MM_PER_METRE_AND_MINUTE = 0.2909

_LARGE = 22.0
"""Texts above this many minutes of arc are large for everybody and do not follow the text scale."""


class TextRole(Enum):
    """What a text is for: cap height in minutes of arc and font weight (UI.md C04: labels 16', values and steps 20')."""

    LABEL = (16.0, 400)
    LABEL_STRONG = (16.0, 700)
    BODY = (16.8, 400)
    STRONG = (16.8, 700)
    ACTION = (18.4, 700)
    STEP = (20.0, 400)
    TITLE = (20.0, 700)
    VALUE = (22.0, 700)
    KEY = (25.0, 700)
    COUNT = (33.0, 700)
    DISPLAY = (44.0, 700)

    @property
    def minutes(self) -> float:
        """Height of a capital as the eye sees it, in minutes of arc."""
        return self.value[0]

    @property
    def weight(self) -> int:
        """Weight of the font, 400 or 700."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class DisplayProfile:
    """A panel: pixels per millimetre, viewing distance in mm, and the person's text scale (1.0 to 1.25)."""

    px_per_mm: float
    distance_mm: float = 700.0
    text_scale: float = 1.0

    def mm(self, length: float) -> int:
        """Pixels that are at least `length` millimetres."""
        return ceil(length * self.px_per_mm - 1e-6)

    def line(self, millimetres: float = 0.3) -> int:
        """Width of a line: whole pixels, at least one."""
        return max(1, round(millimetres * self.px_per_mm))

    @property
    def primary(self) -> int:
        """Least side of the main action, 22 mm (UI.md C01)."""
        return self.mm(22)

    @property
    def key(self) -> int:
        """Least side of a key of a pad, 20 mm (UI.md C01)."""
        return self.mm(20)

    @property
    def other(self) -> int:
        """Least side of every other control, 15 mm (UI.md C01)."""
        return self.mm(15)

    @property
    def gap(self) -> int:
        """Least space between two controls, 3 mm (UI.md C01)."""
        return self.mm(3)

    @property
    def radius(self) -> int:
        """Corner radius of cards and controls."""
        return floor(1.9 * self.px_per_mm)

    def cap_px(self, role: TextRole) -> float:
        """Height of a capital in pixels that `role` asks for at this distance."""
        millimetres = role.minutes * _MM_PER_METRE_AND_MINUTE * self.distance_mm / 1000
        scale = self.text_scale if role.minutes <= _LARGE else 1.0
        return millimetres * self.px_per_mm * scale

    def font_px(self, role: TextRole) -> int:
        """Font size in pixels whose capitals are as high as `role` asks."""
        return ceil(self.cap_px(role) / CAP_RATIO)


PANEL_21 = DisplayProfile(px_per_mm=4.03)
"""21.5 inch, 1920 x 1080."""

PANEL_10 = DisplayProfile(px_per_mm=5.88)
"""10.1 inch, 1280 x 800."""

PANEL_12 = DisplayProfile(px_per_mm=4.91)
"""12.1 inch, 1280 x 800."""
