"""Curves fast enough for a panel PC: few lines from `minmax`, one pixel wide, drawn side by side for width."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QTransform
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from widgets.minmax import Floats, PixelMap, column_lines, envelope

_THIN = 2
"""Up to this width in pixels an upright is drawn once: its neighbours give it its width."""


class CurveItem(pg.GraphicsObject):
    """One curve in data coordinates; `width` is what it looks like in pixels."""

    def __init__(self, colour: QColor, width: int = 2) -> None:
        super().__init__()
        self._x = self._y = np.empty(0)
        self._pen = QPen(colour, 1)
        self._width = width
        self._bounds = QRectF()
        self._drawn_for: PixelMap | None = None
        self._uprights = PrimitiveArray(QLineF, 4)
        self._joins = PrimitiveArray(QLineF, 4)

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
        self._drawn_for = None
        self.update()

    def boundingRect(self) -> QRectF:
        """Where the samples lie, in data coordinates."""
        return self._bounds

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Draw the lines, shifted by whole pixels until they are as wide as asked."""
        self._prepare(painter.worldTransform())
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setPen(self._pen)
        reach = _reach(self._width)
        beside = reach if self._width > _THIN else range(1)
        _draw(painter, self._uprights, [(at, 0) for at in beside])
        _draw(painter, self._joins, [(0, at) for at in reach] + [(at, 0) for at in beside if at])

    def _prepare(self, to_pixels: QTransform) -> None:
        pixels = PixelMap(to_pixels.m11(), to_pixels.dx(), to_pixels.m22(), to_pixels.dy())
        if pixels == self._drawn_for:
            return
        lines = column_lines(self._x, self._y, pixels)
        reach = _reach(self._width)
        lines.uprights[:, 1] += reach[0]
        lines.uprights[:, 3] += reach[-1]
        _fill(self._uprights, lines.uprights)
        _fill(self._joins, lines.joins)
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


def _reach(width: int) -> range:
    """Whole pixels a line of `width` reaches before and after its middle."""
    before = (width - 1) // 2
    return range(-before, width - before)


def _draw(painter: QPainter, lines: PrimitiveArray, shifts: list[tuple[int, int]]) -> None:
    if not len(lines.ndarray()):
        return
    for right, down in shifts:
        painter.translate(right, down)
        painter.drawLines(*lines.drawargs())
        painter.translate(-right, -down)


def _fill(array: PrimitiveArray, lines: Floats) -> None:
    array.resize(len(lines))
    array.ndarray()[:] = lines


def _bounds(x: Floats, y: Floats) -> QRectF:
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        return QRectF()
    x, y = x[known], y[known]
    left, top = float(x.min()), float(y.min())
    return QRectF(left, top, float(x.max()) - left or 1e-9, float(y.max()) - top or 1e-9)
