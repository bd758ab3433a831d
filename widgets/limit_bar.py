"""A value on its limit range: between the limits dark, outside light, the value a mark above."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.display import LimitView
from widgets.painted_text import CENTRED, PaintedText, text_width
from widgets.profile import TextRole
from widgets.theme import Theme

_MARGIN = 0.22
"""How far the bar runs past each limit, as a share of the range."""


class LimitBar(QWidget):
    """Limits as a bar with their numbers, the value as a triangle; beyond the bar's end the mark stays at the end."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._view: LimitView | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_limits(self, view: LimitView | None) -> None:
        """Show a range and the value on it; None shows nothing."""
        self._view = view
        self.setAccessibleName("" if view is None else f"{view.low_text} – {view.high_text}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the mark, the bar and the limits' numbers."""
        profile = self._theme.profile
        texts = 0.0
        if self._view:
            font = self._theme.font(TextRole.LABEL)
            texts = max(text_width(font, self._view.low_text), text_width(font, self._view.high_text))
        width = max(profile.mm(38), int(texts * 2.6))
        return QSize(width, profile.mm(7) + round(profile.font_px(TextRole.LABEL) * 1.3))

    def minimumSizeHint(self) -> QSize:
        """Never smaller than its texts."""
        return self.sizeHint()

    def painted_texts(self) -> list[PaintedText]:
        """The two limits."""
        if self._view is None:
            return []
        font, colour = self._theme.font(TextRole.LABEL), self._theme.color("second")
        height = self._theme.profile.font_px(TextRole.LABEL) * 1.3
        texts = []
        for at, text in ((self._view.low, self._view.low_text), (self._view.high, self._view.high_text)):
            width = text_width(font, text) + 2
            left = min(max(0.0, self._x(at) - width / 2), self.width() - width)
            place = QRectF(left, self.height() - height, width, height)
            texts.append(PaintedText(text, place, font, colour, CENTRED, wraps=False))
        return texts

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw bar, limits and mark."""
        if self._view is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bar = self._bar()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("rest"))
        painter.drawRoundedRect(bar, bar.height() / 2, bar.height() / 2)
        painter.setBrush(self._theme.color("running"))
        painter.drawRect(QRectF(QPointF(self._x(self._view.low), bar.top()), QPointF(self._x(self._view.high), bar.bottom())))
        self._draw_mark(painter, bar)
        for text in self.painted_texts():
            text.draw(painter)
        painter.end()

    def _draw_mark(self, painter: QPainter, bar: QRectF) -> None:
        if self._view is None or self._view.value is None:
            return
        half = self._theme.profile.mm(1.7)
        x = min(max(self._x(self._view.value), half), self.width() - half)
        painter.setBrush(self._theme.color("ink"))
        tip = bar.top() - 2
        painter.drawPolygon(
            QPolygonF([QPointF(x - half, tip - 1.8 * half), QPointF(x + half, tip - 1.8 * half), QPointF(x, tip)])
        )

    def _bar(self) -> QRectF:
        profile = self._theme.profile
        return QRectF(0, profile.mm(3.8), self.width(), profile.mm(2.6))

    def _x(self, value: float) -> float:
        view = self._view
        if view is None or view.high <= view.low:
            return 0.0
        span = (view.high - view.low) * (1 + 2 * _MARGIN)
        share = (value - view.low + (view.high - view.low) * _MARGIN) / span
        return min(1.0, max(0.0, share)) * self.width()
