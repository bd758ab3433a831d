"""The cycle chart: the current cycle bold, the last good ones faint, their band behind, fixed axes, nothing to drag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from widgets.chart_axes import ChartAxis, ChartView
from widgets.chart_paint import ChartNotes, ChartPaint
from widgets.curve_item import BandItem, Curve, CurveItem
from widgets.minmax import Floats
from widgets.painted_text import PaintedText
from widgets.theme import Theme, restyle

_BLANK = ChartView(ChartAxis("", 0, 1), ChartAxis("", 0, 1))


class CycleChart(pg.GraphicsView):
    """A live or past cycle over its band; the property `quality` is live or stale."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=theme.tokens.panel)
        self._theme = theme
        self._view = _BLANK
        self._notes = ChartNotes()
        self._box = pg.ViewBox(enableMouse=False, enableMenu=False, defaultPadding=0.0)
        self._band = BandItem(theme.color("band"))
        self._past = CurveItem(theme.color("past"))
        self._current = CurveItem(theme.color("trace"))
        self._build()
        self._paint = ChartPaint(theme, self._view, (self.width(), self.height()))
        theme.changed.connect(self._dress)
        self._dress()

    def show_axes(self, view: ChartView) -> None:
        """Fix the axes and the end window."""
        self._view = view
        self._box.setRange(xRange=(view.x.low, view.x.high), yRange=(view.y.low, view.y.high), padding=0, update=True)
        self._place()

    def show_current(self, curve: Curve | None, flag: str = "") -> None:
        """Draw the current cycle so far, with the value at its head as text; None takes it away."""
        curve = curve or Curve(np.empty(0), np.empty(0))
        self._current.show_curves([curve])
        self._note(replace(self._notes, flag=flag, head=_head(curve)))

    def show_past(self, curves: Sequence[Curve]) -> None:
        """Draw the last good cycles, faint."""
        self._past.show_curves(curves)

    def show_band(self, x: Floats, low: Floats, high: Floats) -> None:
        """Fill the band of good cycles behind everything."""
        self._band.show_band(x, low, high)

    def show_stale(self, reason: str) -> None:
        """Hatch the chart and say why; an empty reason makes it live."""
        restyle(self, quality="stale" if reason else "live")
        self._note(replace(self._notes, stale=reason))
        self._current.show_colour(self._theme.color("past" if reason else "trace"), self._theme.profile.line(1.0))

    def show_empty(self, sentence: str) -> None:
        """Say in one sentence why there is no curve; empty takes it away."""
        self._note(replace(self._notes, empty=sentence))

    def show_mode(self, text: str) -> None:
        """Say that this is not the live cycle ("last cycle", "history"); empty means live."""
        self._note(replace(self._notes, mode=text))

    def painted_texts(self) -> list[PaintedText]:
        """Every text on the chart."""
        return self._paint.texts(self._notes)

    def plot_rect(self) -> QRectF:
        """Where the curves are drawn, in the widget's pixels."""
        return self._paint.plot

    def sizeHint(self) -> QSize:
        """As large as there is room."""
        return QSize(self._theme.profile.mm(120), self._theme.profile.mm(70))

    def minimumSizeHint(self) -> QSize:
        """The least that still reads."""
        return QSize(self._theme.profile.mm(50), self._theme.profile.mm(32))

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        """Draw ground and grid."""
        super().drawBackground(painter, rect)
        self._paint.draw_grid(painter)

    def drawForeground(self, painter: QPainter, _rect: QRectF) -> None:
        """Draw what is said on the chart."""
        self._paint.draw_over(painter, self._notes)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        super().resizeEvent(event)
        if event is not None and hasattr(self, "_paint"):
            self._place()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Nothing: axes stand still."""
        event.ignore()

    def _note(self, notes: ChartNotes) -> None:
        if notes != self._notes:
            self._notes = notes
            self.viewport().update()

    def _build(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setViewportUpdateMode(pg.GraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setAntialiasing(aa=False)
        self.enableMouse(b=False)
        self.setInteractive(False)
        self.scene().addItem(self._box)
        self._box.disableAutoRange()
        for height, item in enumerate((self._band, self._past, self._current)):
            self._box.addItem(item, ignoreBounds=True)
            item.setZValue(height)
        restyle(self, quality="live")

    def _place(self) -> None:
        self._paint = ChartPaint(self._theme, self._view, (self.width(), self.height()))
        self._box.setGeometry(self._paint.plot)
        self.viewport().update()

    def _dress(self) -> None:
        self.setBackground(self._theme.tokens.panel)
        self._band.show_colour(self._theme.color("band"))
        self.show_stale(self._notes.stale)
        self._past.show_colour(self._theme.color("past"), max(2, self._theme.profile.line(0.5)))
        self._place()


def _head(curve: Curve) -> tuple[float, float] | None:
    known = np.flatnonzero(np.isfinite(curve.x) & np.isfinite(curve.y))
    return (float(curve.x[known[-1]]), float(curve.y[known[-1]])) if len(known) else None
