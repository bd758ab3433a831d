"""Hatching: the look of what is not known, over a stale value, a stale chart or a stretch of time."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from widgets.theme import Theme


def draw_hatch(painter: QPainter, place: QRectF, theme: Theme, colour: QColor | None = None) -> None:
    """Draw diagonal lines over `place`, clipped to it."""
    step = theme.profile.mm(1.7)
    painter.save()
    painter.setClipRect(place, Qt.ClipOperation.IntersectClip)
    painter.setPen(QPen(colour or theme.color("border"), theme.profile.line(0.4)))
    start = place.left() - place.height()
    lines = []
    while start < place.right():
        lines.append(QLineF(start, place.top(), start + place.height(), place.bottom()))
        start += step
    painter.drawLines(lines)
    painter.restore()
