"""The shapes that say what colour says too: severities and machine states without a colour."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from widgets.display import Glyph, Severity


def draw_severity(painter: QPainter, severity: Severity, colour: QColor, place: QRectF) -> None:
    """Triangle for a warning, cross for an alarm, circle for a notice; nothing for normal."""
    painter.setPen(
        QPen(colour, max(2.0, place.width() / 9), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.MiterJoin)
    )
    painter.setBrush(Qt.BrushStyle.NoBrush)
    spot = place.adjusted(place.width() * 0.1, place.height() * 0.1, -place.width() * 0.1, -place.height() * 0.1)
    match severity:
        case Severity.WARNING:
            painter.drawPolygon(QPolygonF([QPointF(spot.center().x(), spot.top()), spot.bottomRight(), spot.bottomLeft()]))
        case Severity.ALARM:
            painter.drawLine(spot.topLeft(), spot.bottomRight())
            painter.drawLine(spot.topRight(), spot.bottomLeft())
        case Severity.NOTICE:
            painter.drawEllipse(spot)
        case Severity.NORMAL:
            pass


def draw_glyph(painter: QPainter, glyph: Glyph, colour: QColor, place: QRectF) -> None:
    """Triangle running, square stopped, ring idle, two bars paused, a hollow diamond unknown."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    x, y, w, h = place.x(), place.y(), place.width(), place.height()
    match glyph:
        case Glyph.RUN:
            painter.drawPolygon(QPolygonF([QPointF(x + w * 0.1, y), QPointF(x + w, y + h / 2), QPointF(x + w * 0.1, y + h)]))
        case Glyph.STOP:
            painter.drawRect(QRectF(x + w * 0.08, y + h * 0.08, w * 0.84, h * 0.84))
        case Glyph.PAUSE:
            painter.drawRect(QRectF(x + w * 0.12, y, w * 0.28, h))
            painter.drawRect(QRectF(x + w * 0.60, y, w * 0.28, h))
        case Glyph.IDLE:
            _draw_hollow(painter, colour, place, ring=True)
        case Glyph.UNKNOWN:
            _draw_hollow(painter, colour, place, ring=False)


def _draw_hollow(painter: QPainter, colour: QColor, place: QRectF, *, ring: bool) -> None:
    painter.setPen(QPen(colour, max(2.0, place.width() / 7)))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    spot = place.adjusted(2, 2, -2, -2)
    path = QPainterPath()
    if ring:
        path.addEllipse(spot)
    else:
        middle = spot.center()
        path.addPolygon(
            QPolygonF(
                [
                    QPointF(middle.x(), spot.top()),
                    QPointF(spot.right(), middle.y()),
                    QPointF(middle.x(), spot.bottom()),
                    QPointF(spot.left(), middle.y()),
                ]
            )
        )
        path.closeSubpath()
    painter.drawPath(path)
