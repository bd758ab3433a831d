"""The frame of everything that can be touched: border, fill, focus, pressed and closed."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from widgets.theme import Theme


@dataclass(frozen=True, slots=True)
class ButtonLook:
    """What of a button's state is seen."""

    primary: bool = False
    open: bool = True
    down: bool = False
    focused: bool = False
    selected: bool = False


def draw_frame(painter: QPainter, place: QRectF, look: ButtonLook, theme: Theme) -> None:
    """Draw the frame of a control in `place`."""
    thin, bold = theme.profile.line(), max(2, theme.profile.line(0.5))
    width = bold if look.selected or look.down else thin
    pen = QPen(theme.color(_edge(look)), width)
    if not look.open:
        pen.setStyle(Qt.PenStyle.DashLine)
    inset = width / 2
    painter.setPen(pen)
    painter.setBrush(theme.color(_fill(look)))
    radius = theme.profile.radius - 2
    painter.drawRoundedRect(place.adjusted(inset, inset, -inset, -inset), radius, radius)
    if look.focused:
        _draw_focus(painter, place, look, theme)


def _draw_focus(painter: QPainter, place: QRectF, look: ButtonLook, theme: Theme) -> None:
    inset = theme.profile.mm(0.9)
    painter.setPen(QPen(theme.color("on_accent" if look.primary and look.open else "accent"), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(place.adjusted(inset, inset, -inset, -inset), theme.profile.radius - 4, theme.profile.radius - 4)


def _edge(look: ButtonLook) -> str:
    if look.down:
        return "ink"
    if look.selected or (look.primary and look.open):
        return "accent"
    return "border"


def _fill(look: ButtonLook) -> str:
    if not look.open:
        return "panel"
    if look.primary:
        return "accent_pressed" if look.down else "accent"
    return "pressed" if look.down else "raised"
