"""Hatching: the look of what is not known, over a stale value, a stale chart or a stretch of time."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from widgets.theme import Theme


def draw_hatch(painter: QPainter, place: QRectF, theme: Theme, *, pitch_mm: float = 1.7) -> None:
    """Draw diagonal lines over `place`, clipped to it, `pitch_mm` apart."""
    step = theme.profile.mm(pitch_mm)
    painter.save()
    painter.setClipRect(place, Qt.ClipOperation.IntersectClip)
    painter.setPen(QPen(theme.color("border"), theme.profile.line(0.4)))
    start = place.left() - place.height()
    lines = []
    while start < place.right():
        lines.append(QLineF(start, place.top(), start + place.height(), place.bottom()))
        start += step
    painter.drawLines(lines)
    painter.restore()
