"""Curves fast enough for a panel PC: few uprights from `minmax`, filled as boxes, and thin joins drawn side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
import pyqtgraph as pg
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QTransform
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from widgets.minmax import Floats, PixelMap, all_lines, column_lines, envelope


@dataclass(frozen=True)
class Curve:
    """Samples of one cycle; NaN is a gap."""

    x: Floats
    y: Floats


class CurveItem(pg.GraphicsObject):
    """Curves of one look in data coordinates; `width` is what they look like in pixels."""

    def __init__(self, colour: QColor, width: int = 2) -> None:
        super().__init__()
        self._curves: Sequence[Curve] = ()
        self._pen = QPen(colour, 1)
        self._width = width
        self._bounds = QRectF()
        self._drawn_for: PixelMap | None = None
        self._uprights = PrimitiveArray(QRectF, 4)
        self._joins = PrimitiveArray(QLineF, 4)

    def show_curves(self, curves: Sequence[Curve]) -> None:
        """Draw these."""
        self._curves = [Curve(np.asarray(curve.x, np.float64), np.asarray(curve.y, np.float64)) for curve in curves]
        bounds = _bounds(self._curves)
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
        """Fill the uprights; draw the joins shifted by whole pixels until they are as wide as asked."""
        self._prepare(painter.worldTransform())
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        if len(self._uprights.ndarray()):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._pen.color())
            painter.drawRects(*self._uprights.drawargs())
        painter.setPen(self._pen)
        reach = _reach(self._width)
        _draw(painter, self._joins, [(0, at) for at in reach] + [(at, 0) for at in reach if at])

    def _prepare(self, to_pixels: QTransform) -> None:
        pixels = PixelMap(to_pixels.m11(), to_pixels.dx(), to_pixels.m22(), to_pixels.dy())
        if pixels == self._drawn_for:
            return
        lines = all_lines([column_lines(curve.x, curve.y, pixels) for curve in self._curves])
        _fill(self._uprights, _boxes(lines.uprights, self._width))
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


def _boxes(uprights: Floats, width: int) -> Floats:
    """Left, top, width and height of the pixels under uprights of `width`."""
    left, top, bottom = np.floor(uprights[:, 0]), np.floor(uprights[:, 1]), np.floor(uprights[:, 3])
    before = _reach(width)[0]
    return np.column_stack((left + before, top + before, np.full(len(left), float(width)), bottom - top + width))


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


def _bounds(curves: Sequence[Curve]) -> QRectF:
    """Around every sample."""
    around = QRectF()
    for curve in curves:
        around |= _bound(curve.x, curve.y)
    return around


def _bound(x: Floats, y: Floats) -> QRectF:
    if not len(x):
        return QRectF()
    left, right, top, bottom = float(x.min()), float(x.max()), float(y.min()), float(y.max())
    if isfinite(left + right + top + bottom):
        return QRectF(left, top, right - left or 1e-9, bottom - top or 1e-9)
    known = np.isfinite(x) & np.isfinite(y)
    return _bound(x[known], y[known])
