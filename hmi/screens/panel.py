"""What a small panel changes: pages one after the other, tighter margins."""

from __future__ import annotations

from enum import Enum, auto

from widgets.profile import DisplayProfile

SMALL_MM = 300
"""Panels narrower than this show chart and step one after the other."""


LOW_MM = 240
"""Panels narrower than this are also too low for four rows of keys."""


class PanelSize(Enum):
    """How much room there is: a 10 inch, a 12 inch or a larger panel."""

    LOW = auto()
    SMALL = auto()
    LARGE = auto()


def panel_size(profile: DisplayProfile, width_px: int) -> PanelSize:
    """What a window of this width has room for."""
    width = width_px / profile.px_per_mm
    if width < LOW_MM:
        return PanelSize.LOW
    return PanelSize.SMALL if width < SMALL_MM else PanelSize.LARGE


def page_margin(profile: DisplayProfile, *, is_small: bool) -> int:
    """Room around a page's cards, in pixels."""
    return profile.mm(1.5) if is_small else profile.gap
