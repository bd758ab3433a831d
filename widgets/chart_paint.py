"""What stands around and on a chart's curves: grid, numbers, units, end window, flag, hatch and sentence."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from widgets.chart_axes import ChartView, tick_text
from widgets.hatch import draw_hatch
from widgets.painted_text import CENTRED, LEFT, RIGHT, PaintedText, text_width, wrapped_height
from widgets.profile import TextRole
from widgets.theme import Theme


@dataclass(frozen=True)
class ChartNotes:
    """What is said on the chart: the head's flag, why it is stale, what stands in an empty one, and its mode."""

    flag: str = ""
    head: tuple[float, float] | None = None
    stale: str = ""
    empty: str = ""
    mode: str = ""


class ChartPaint:
    """Lays out and draws everything but the curves, in the chart widget's pixels."""

    def __init__(self, theme: Theme, view: ChartView, size: tuple[int, int]) -> None:
        self._theme = theme
        self._view = view
        self._font = theme.font(TextRole.LABEL)
        self._line = self._font.pixelSize() * 1.3
        self.plot = self._place_plot(*size)

    def to_pixels(self, x: float, y: float) -> QPointF:
        """A point of the data in pixels."""
        across, up = self._view.x, self._view.y
        return QPointF(
            self.plot.left() + (x - across.low) / (across.high - across.low) * self.plot.width(),
            self.plot.bottom() - (y - up.low) / (up.high - up.low) * self.plot.height(),
        )

    def draw_grid(self, painter: QPainter) -> None:
        """Draw one level line a number of the upright axis, and the base line."""
        painter.setPen(QPen(self._theme.color("line"), 1))
        for value in self._y_ticks():
            y = round(self.to_pixels(self._view.x.low, value).y()) + 0.5
            painter.drawLine(QLineF(self.plot.left(), y, self.plot.right(), y))

    def draw_over(self, painter: QPainter, notes: ChartNotes) -> None:
        """Draw window, head, hatch, and all texts."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_window(painter)
        if notes.head and not notes.stale:
            self._draw_head(painter, notes)
        if notes.stale:
            draw_hatch(painter, self.plot, self._theme, pitch_mm=4)
            self._clear_behind_window_text(painter)
        for place in self._boxes(notes):
            self._draw_box(painter, place)
        for text in self.texts(notes):
            text.draw(painter)

    def texts(self, notes: ChartNotes) -> list[PaintedText]:
        """Every text on the chart."""
        texts = [*self._axis_texts(), *self._window_text()]
        for text in (self._mode_text(notes), self._flag_text(notes), self._sentence(notes)):
            if text:
                texts.append(text)
        return texts

    def _place_plot(self, width: int, height: int) -> QRectF:
        left = max((text_width(self._font, tick_text(tick)) for tick in self._view.y.ticks(5)), default=0) + self._line * 0.8
        right = text_width(self._font, tick_text(self._view.x.high)) / 2 + 4
        top, bottom = self._line * 1.8, self._line * 2.3
        return QRectF(left, top, max(1.0, width - left - right), max(1.0, height - top - bottom))

    def _y_ticks(self) -> list[float]:
        return self._view.y.ticks(max(2, min(6, 1 + int(self.plot.height() / (1.6 * self._line)))))

    def _x_ticks(self) -> list[float]:
        widest = max(text_width(self._font, tick_text(end)) for end in (self._view.x.low, self._view.x.high))
        return self._view.x.ticks(max(2, min(8, int(self.plot.width() / (2.2 * widest)))))

    def _axis_texts(self) -> list[PaintedText]:
        second, third = self._theme.color("second"), self._theme.color("third")
        texts = []
        for value in self._y_ticks():
            y = self.to_pixels(self._view.x.low, value).y()
            place = QRectF(0, y - self._line / 2, self.plot.left() - self._line * 0.5, self._line)
            texts.append(PaintedText(tick_text(value), place, self._font, second, RIGHT, wraps=False))
        for value in self._x_ticks():
            words = tick_text(value)
            width = text_width(self._font, words) + 4
            x = self.to_pixels(value, self._view.y.low).x()
            place = QRectF(x - width / 2, self.plot.bottom() + self._line * 0.15, width, self._line)
            texts.append(PaintedText(words, place, self._font, second, CENTRED, wraps=False))
        above = QRectF(0, 0, self.plot.right(), self._line)
        below = QRectF(0, self.plot.bottom() + self._line * 1.15, self.plot.right(), self._line)
        texts.append(PaintedText(self._view.y.title, above, self._font, third, LEFT, wraps=False))
        texts.append(PaintedText(self._view.x.title, below, self._font, third, RIGHT, wraps=False))
        return [text for text in texts if text.text]

    def _window_place(self) -> QRectF | None:
        window = self._view.window
        if window is None:
            return None
        return QRectF(self.to_pixels(window.left, window.high), self.to_pixels(window.right, window.low))

    def _window_text(self) -> list[PaintedText]:
        place = self._window_place()
        if place is None or self._view.window is None:
            return []
        words = self._view.window.label
        width = text_width(self._font, words) + 2
        left = max(self.plot.left(), min(place.right(), self.plot.right()) - width)
        spot = QRectF(left, max(self._line, place.top() - self._line - 2), width, self._line)
        return [PaintedText(words, spot, self._font, self._theme.color("second"), RIGHT, wraps=False)]

    def _draw_window(self, painter: QPainter) -> None:
        place = self._window_place()
        if place is None:
            return
        pen = QPen(self._theme.color("second"), max(2, self._theme.profile.line(0.5)))
        pen.setDashPattern([3, 2])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place)

    def _clear_behind_window_text(self, painter: QPainter) -> None:
        for text in self._window_text():
            painter.fillRect(text.rect, self._theme.color("panel"))

    def _draw_head(self, painter: QPainter, notes: ChartNotes) -> None:
        if notes.head:
            radius = self._theme.profile.mm(2)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("trace"))
            painter.drawEllipse(self.to_pixels(*notes.head), radius, radius)

    def _mode_text(self, notes: ChartNotes) -> PaintedText | None:
        """What is shown when it is not the live cycle, over the plot's right end."""
        if not notes.mode:
            return None
        font = self._theme.font(TextRole.LABEL_STRONG)
        width = text_width(font, notes.mode) + 2
        place = QRectF(self.plot.right() - width, 0, width, self._line)
        return PaintedText(notes.mode, place, font, self._theme.color("ink"), RIGHT, wraps=False)

    def _flag_text(self, notes: ChartNotes) -> PaintedText | None:
        """The value beside the head: left and above where there is room, so that it does not cover what comes."""
        if not notes.flag or not notes.head or notes.stale:
            return None
        font = self._theme.font(TextRole.TITLE)
        pad = font.pixelSize()
        width, height = text_width(font, notes.flag) + 1.8 * pad, font.pixelSize() * 1.9
        head = self.to_pixels(*notes.head)
        left = head.x() - width - pad * 0.8 if head.x() - width - pad * 0.8 > self.plot.left() else head.x() + pad * 0.8
        left = min(left, self.plot.right() - width)
        top = max(self._line, min(head.y() - height - pad * 0.5, self.plot.bottom() - height - pad))
        return PaintedText(notes.flag, QRectF(left, top, width, height), font, self._theme.color("ink"), CENTRED, wraps=False)

    def _sentence(self, notes: ChartNotes) -> PaintedText | None:
        words = notes.stale or notes.empty
        if not words:
            return None
        font = self._theme.font(TextRole.STRONG)
        room = self.plot.width() * 0.8
        width = min(room, text_width(font, words) + 4)
        height = wrapped_height(font, words, width)
        middle = self.plot.center()
        place = QRectF(middle.x() - width / 2, middle.y() - height / 2, width, height)
        return PaintedText(words, place, font, self._theme.color("ink"), CENTRED)

    def _boxes(self, notes: ChartNotes) -> list[QRectF]:
        flag, sentence = self._flag_text(notes), self._sentence(notes)
        pad = self._line * 0.6
        boxes = [flag.rect] if flag else []
        return [*boxes, sentence.rect.adjusted(-pad, -pad / 2, pad, pad / 2)] if sentence else boxes

    def _draw_box(self, painter: QPainter, place: QRectF) -> None:
        painter.setPen(QPen(self._theme.color("border"), self._theme.profile.line()))
        painter.setBrush(self._theme.color("raised"))
        painter.drawRoundedRect(place, 6, 6)
