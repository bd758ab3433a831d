"""A trend that scrolls: each new moment moves the picture by whole pixels and draws only what is new."""

from __future__ import annotations

import numpy as np
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QLineF, QRect, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.minmax import Floats
from widgets.theme import Theme

_TOKENS = ("trace", "second", "accent", "past")

_MOST_COLUMNS = 4000
"""Wider than any panel: what waits for a first picture is kept up to here."""


class LiveStrip(QWidget):
    """Curves over the last moments, newest at the right; one column of pixels is `samples_per_pixel` samples."""

    def __init__(
        self, theme: Theme, *, curves: int, low: float, high: float, samples_per_pixel: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._low, self._high = low, high
        self._per_pixel = samples_per_pixel
        self._last = np.full(curves, np.nan)
        self._waiting = np.empty((curves, 0))
        self._picture = QPixmap()
        self._lines = PrimitiveArray(QLineF, 4)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self._start_anew)

    def append(self, samples: Floats) -> None:
        """Take new samples, one row a curve; NaN is a gap. Less than a pixel's worth waits for the rest."""
        self._waiting = np.concatenate((self._waiting, samples), axis=1)[:, -_MOST_COLUMNS * self._per_pixel :]
        self._draw_waiting()

    def _draw_waiting(self) -> None:
        columns = self._waiting.shape[1] // self._per_pixel
        if not columns or self._picture.isNull():
            return
        taken, self._waiting = np.split(self._waiting, [columns * self._per_pixel], axis=1)
        self._scroll(taken[:, -self._picture.width() * self._per_pixel :])
        self.update()

    def sizeHint(self) -> QSize:
        """As large as there is room."""
        return QSize(self._theme.profile.mm(80), self._theme.profile.mm(30))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A new size begins a new picture."""
        super().resizeEvent(event)
        if self._picture.size() != self.size():
            self._start_anew()
            self._draw_waiting()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Blit the picture."""
        painter = QPainter(self)
        painter.drawPixmap(event.rect(), self._picture, event.rect())
        painter.end()

    def _start_anew(self) -> None:
        self._picture = QPixmap(self.size())
        self._picture.fill(self._theme.color("panel"))
        self._last[:] = np.nan
        self.update()

    def _scroll(self, samples: Floats) -> None:
        curves, count = samples.shape
        columns = count // self._per_pixel
        size = self._picture.size()
        self._picture.scroll(-columns, 0, self._picture.rect())
        painter = QPainter(self._picture)
        painter.fillRect(QRect(size.width() - columns, 0, columns, size.height()), self._theme.color("panel"))
        scaled = (self._high - samples.reshape(curves, columns, self._per_pixel)) / (self._high - self._low) * (size.height() - 2)
        for at, pixels in enumerate(scaled):
            self._draw(painter, at, pixels, size.width() - columns)
        painter.end()

    def _draw(self, painter: QPainter, curve: int, pixels: Floats, left: int) -> None:
        """One upright line a column, reaching back to where the column before ended."""
        before = np.concatenate(([self._last[curve]], pixels[:-1, -1]))
        self._last[curve] = pixels[-1, -1]
        low, high = np.fmin(pixels.min(axis=1), before), np.fmax(pixels.max(axis=1), before)
        known = np.flatnonzero(np.isfinite(pixels).all(axis=1))
        if not len(known):
            return
        self._lines.resize(len(known))
        across = left + known
        self._lines.ndarray()[:] = np.column_stack((across, low[known], across, high[known] + 1))
        painter.setPen(QPen(self._theme.color(_TOKENS[curve % len(_TOKENS)]), 1))
        painter.drawLines(*self._lines.drawargs())
