"""Every colour of the screen, by meaning, for day and for night; nothing else in Lineside names a colour."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tokens:
    """One theme: `#RRGGBB` by meaning. Text pairs hold 7:1, graphic pairs 3:1 (`TEXT_PAIRS`, `GRAPHIC_PAIRS`)."""

    name: str
    bg: str
    panel: str
    raised: str
    pressed: str
    ink: str
    second: str
    third: str
    line: str
    border: str
    accent: str
    accent_pressed: str
    on_accent: str
    running: str
    idle: str
    pause: str
    rest: str
    stopped: str
    on_stopped: str
    warning: str
    on_warning: str
    notice: str
    edge: str
    trace: str
    past: str
    band: str


DAY = Tokens(
    name="day",
    bg="#D9DCDF",
    panel="#E9EBED",
    raised="#F6F7F8",
    pressed="#D3D8DC",
    ink="#1B1F23",
    second="#3A4148",
    third="#454D55",
    line="#BFC4C9",
    border="#737D87",
    accent="#0A4F96",
    accent_pressed="#083D75",
    on_accent="#FFFFFF",
    running="#7A8692",
    idle="#AEB6BD",
    pause="#DFE2E5",
    rest="#C3C8CE",
    stopped="#9A150F",
    on_stopped="#FFFFFF",
    warning="#F2A93B",
    on_warning="#000000",
    notice="#D3D8DC",
    edge="#1B1F23",
    trace="#123A63",
    past="#66727E",
    band="#C9D3DC",
)

NIGHT = Tokens(
    name="night",
    bg="#15181B",
    panel="#1F2428",
    raised="#2A3036",
    pressed="#3B444C",
    ink="#EEF1F3",
    second="#C9D0D7",
    third="#B6BFC8",
    line="#444C54",
    border="#7F8A95",
    accent="#7CBCFF",
    accent_pressed="#A9D3FF",
    on_accent="#0B1A2A",
    running="#7F8A95",
    idle="#56616B",
    pause="#2A3036",
    rest="#3A424A",
    stopped="#F4786E",
    on_stopped="#0C0908",
    warning="#FFB74D",
    on_warning="#000000",
    notice="#3B444C",
    edge="#000000",
    trace="#A9D3FF",
    past="#8A95A0",
    band="#2C3A47",
)

TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    ("ink", "bg"),
    ("ink", "panel"),
    ("ink", "raised"),
    ("ink", "pressed"),
    ("ink", "notice"),
    ("second", "bg"),
    ("second", "panel"),
    ("second", "raised"),
    ("third", "panel"),
    ("third", "raised"),
    ("on_accent", "accent"),
    ("on_accent", "accent_pressed"),
    ("on_stopped", "stopped"),
    ("on_warning", "warning"),
)
"""Text on its ground, as the widgets pair them."""

GRAPHIC_PAIRS: tuple[tuple[str, str], ...] = (
    ("accent", "panel"),
    ("accent", "raised"),
    ("accent", "bg"),
    ("border", "panel"),
    ("border", "raised"),
    ("border", "bg"),
    ("running", "panel"),
    ("running", "raised"),
    ("stopped", "panel"),
    ("stopped", "raised"),
    ("trace", "panel"),
    ("trace", "band"),
    ("past", "panel"),
    ("past", "band"),
    ("third", "panel"),
)
"""Borders, curves, marks and focus on their ground."""


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio of two `#RRGGBB` colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
