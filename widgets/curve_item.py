"""Curves fast enough for a panel PC: few lines from `minmax`, one pixel wide, drawn side by side for width."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QTransform
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from widgets.minmax import Floats, PixelMap, envelope, segments


class CurveItem(pg.GraphicsObject):
    """One curve in data coordinates; `width` is what it looks like in pixels."""

    def __init__(self, colour: QColor, width: int = 2) -> None:
        super().__init__()
        self._x = self._y = np.empty(0)
        self._pen = QPen(colour, 1)
        self._width = width
        self._bounds = QRectF()
        self._drawn_for: PixelMap | None = None
        self._lines = PrimitiveArray(QLineF, 4)
        self._count = 0

    def show_curve(self, x: Floats, y: Floats) -> None:
        """Draw these samples; NaN is a gap."""
        self._x, self._y = np.asarray(x, np.float64), np.asarray(y, np.float64)
        bounds = _bounds(self._x, self._y)
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds
        self._drawn_for = None
        self.update()

    def show_colour(self, colour: QColor, width: int) -> None:
        """Change its look."""
        self._pen.setColor(colour)
        self._width = width
        self.update()

    def boundingRect(self) -> QRectF:
        """Where the samples lie, in data coordinates."""
        return self._bounds

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Draw the lines, shifted by whole pixels until they are as wide as asked."""
        self._prepare(painter.worldTransform())
        if not self._count:
            return
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setPen(self._pen)
        for right, down in _shifts(self._width):
            painter.translate(right, down)
            painter.drawLines(*self._lines.drawargs())
            painter.translate(-right, -down)

    def _prepare(self, to_pixels: QTransform) -> None:
        pixels = PixelMap(to_pixels.m11(), to_pixels.dx(), to_pixels.m22(), to_pixels.dy())
        if pixels == self._drawn_for:
            return
        lines = segments(self._x, self._y, pixels)
        self._lines.resize(len(lines))
        self._count = len(lines)
        if self._count:
            self._lines.ndarray()[:] = lines
        self._drawn_for = pixels


class BandItem(pg.GraphicsObject):
    """The band of good cycles: a filled area between two curves."""

    def __init__(self, colour: QColor) -> None:
        super().__init__()
        self._colour = colour
        self._area = QPolygonF()

    def show_band(self, x: Floats, low: Floats, high: Floats) -> None:
        """Fill between `low` and `high`."""
        self.prepareGeometryChange()
        along, least, most = envelope(np.asarray(x, float), np.asarray(low, float), np.asarray(high, float))
        upper = [QPointF(a, b) for a, b in zip(along.tolist(), most.tolist(), strict=True)]
        lower = [QPointF(a, b) for a, b in zip(along.tolist(), least.tolist(), strict=True)]
        self._area = QPolygonF([*upper, *reversed(lower)])
        self.update()

    def show_colour(self, colour: QColor) -> None:
        """Change its fill."""
        self._colour = colour
        self.update()

    def boundingRect(self) -> QRectF:
        """Where the band lies, in data coordinates."""
        return self._area.boundingRect()

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Fill the area."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour)
        painter.drawPolygon(self._area)


def _shifts(width: int) -> list[tuple[int, int]]:
    """Offsets that make a 1 px line look `width` px wide at any slope."""
    before = (width - 1) // 2
    return [(0, at - before) for at in range(width)] + [(at - before, 0) for at in range(width) if width > 2 and at != before]


def _bounds(x: Floats, y: Floats) -> QRectF:
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        return QRectF()
    x, y = x[known], y[known]
    left, top = float(x.min()), float(y.min())
    return QRectF(left, top, float(x.max()) - left or 1e-9, float(y.max()) - top or 1e-9)
