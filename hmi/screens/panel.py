"""What a small panel changes: pages one after the other, tighter margins."""

from __future__ import annotations

from widgets.profile import DisplayProfile

SMALL_MM = 300
"""Panels narrower than this show chart and step one after the other."""


def is_small_panel(profile: DisplayProfile, width_px: int) -> bool:
    """Whether a window of this width is a 10 or 12 inch panel."""
    return width_px / profile.px_per_mm < SMALL_MM


def page_margin(profile: DisplayProfile, *, is_small: bool) -> int:
    """Room around a page's cards, in pixels."""
    return profile.mm(1.5) if is_small else profile.gap
