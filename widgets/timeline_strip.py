"""The states of a machine over a shift, ending at now; what is not known is hatched."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.display import SpanKind, StripSpan, StripView
from widgets.hatch import draw_hatch
from widgets.painted_text import CENTRED, PaintedText, text_width
from widgets.profile import TextRole
from widgets.theme import Theme

_FILLS = {
    SpanKind.RAN: "running",
    SpanKind.STOPPED: "stopped",
    SpanKind.IDLE: "idle",
    SpanKind.PAUSE: "pause",
    SpanKind.UNKNOWN: "raised",
}


class TimelineStrip(QWidget):
    """A shift as a strip; the rest after now is empty."""

    def __init__(self, theme: Theme, *, has_labels: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._has_labels = has_labels
        self._view: StripView | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_strip(self, view: StripView | None, spoken: str = "") -> None:
        """Show a shift; None shows an empty strip. `spoken` says it in words."""
        self._view = view
        self.setAccessibleName(spoken)
        self.update()

    def sizeHint(self) -> QSize:
        """The strip and its hours."""
        height = self._theme.profile.mm(7) + (self._label_height() if self._has_labels else 0)
        return QSize(self._theme.profile.mm(70), int(height) + 1)

    def minimumSizeHint(self) -> QSize:
        """Never so narrow that two hour labels do not fit."""
        return QSize(self._theme.profile.mm(40), self.sizeHint().height())

    def painted_texts(self) -> list[PaintedText]:
        """The hour labels that have room; the first and the last go before those between."""
        if self._view is None or not self._has_labels:
            return []
        font, colour = self._theme.font(TextRole.LABEL), self._theme.color("third")
        labels = sorted(self._view.labels)
        taken: list[PaintedText] = []
        for at, text in [*labels[:1], *labels[-1:], *labels[1:-1]] if len(labels) > 1 else labels:
            width = text_width(font, text) + 2
            left = min(max(0.0, self._x(at) - width / 2), self.width() - width)
            place = QRectF(left, self._bar().bottom() + 1, width, self._label_height())
            room = place.adjusted(-font.pixelSize() / 2, 0, font.pixelSize() / 2, 0)
            if not any(room.intersects(other.rect) for other in taken):
                taken.append(PaintedText(text, place, font, colour, CENTRED, wraps=False))
        return taken

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the spans, the frame and the hours."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bar = self._bar()
        frame = QPainterPath()
        frame.addRoundedRect(bar.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.fillPath(frame, self._theme.color("panel"))
        painter.save()
        painter.setClipPath(frame)
        for span in sorted(self._view.spans if self._view else (), key=lambda span: span.kind is SpanKind.STOPPED):
            self._draw_span(painter, span, bar)
        painter.restore()
        painter.setPen(QPen(self._theme.color("border"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(frame)
        for text in self.painted_texts():
            text.draw(painter)
        painter.end()

    def _draw_span(self, painter: QPainter, span: StripSpan, bar: QRectF) -> None:
        left, right = self._x(span.start), self._x(min(span.end, self._view.now if self._view else span.end))
        if right <= left:
            return
        width = max(right - left, 2.0 if span.kind is SpanKind.STOPPED else 1.0)
        place = QRectF(left, bar.top(), width, bar.height())
        painter.fillRect(place, self._theme.color(_FILLS[span.kind]))
        if span.kind is SpanKind.UNKNOWN:
            draw_hatch(painter, place, self._theme)

    def _bar(self) -> QRectF:
        return QRectF(0, 0, self.width(), self._theme.profile.mm(6.6))

    def _label_height(self) -> float:
        return self._theme.profile.font_px(TextRole.LABEL) * 1.3

    def _x(self, at: float) -> float:
        view = self._view
        if view is None or view.end <= view.start:
            return 0.0
        return min(1.0, max(0.0, (at - view.start) / (view.end - view.start))) * self.width()
