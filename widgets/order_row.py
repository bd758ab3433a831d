"""One order of the queue: number, product, progress and whether it can be started."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from widgets.badge import FILLS
from widgets.button_look import draw_frame
from widgets.display import Glyph, OrderText, Severity
from widgets.painted_text import LEFT, RIGHT, PaintedText, text_width, wrapped_height
from widgets.profile import TextRole
from widgets.shapes import draw_glyph, draw_severity
from widgets.theme import Theme
from widgets.touch_button import TouchButton

_SHARES = (0.27, 0.34, 0.17, 0.22)


@dataclass(frozen=True, slots=True)
class _Cell:
    column: int
    lines: tuple[tuple[str, TextRole, str], ...]
    at_right: bool = False


class OrderRow(TouchButton):
    """A row of the queue; the chosen one has the accent's border."""

    def __init__(self, theme: Theme, order: OrderText, parent: QWidget | None = None) -> None:
        self._order = order
        super().__init__(theme, order.title, parent=parent)
        self.setCheckable(True)
        self.show_order(order)

    @property
    def key(self) -> str:
        """Which order this is."""
        return self._order.key

    def show_order(self, order: OrderText) -> None:
        """Show an order."""
        self._order = order
        self.setAccessibleName(f"{order.title}, {order.product}, {order.progress}, {order.state}, {order.note}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        width = self._theme.profile.mm(130)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """A row that still reads."""
        return QSize(self._theme.profile.mm(90), self._theme.profile.primary)

    def heightForWidth(self, width: int) -> int:
        """As high as its tallest cell."""
        tallest = max(self._cell_height(cell, self._column(cell.column, width).width()) for cell in self._cells())
        return max(self._theme.profile.primary, int(tallest) + 2 * self._theme.profile.mm(2))

    def painted_texts(self) -> list[PaintedText]:
        """Every line of every cell."""
        texts = []
        for cell in self._cells():
            place = self._column(cell.column, self.width())
            top = (self.height() - self._cell_height(cell, place.width())) / 2
            for words, role, colour in cell.lines:
                font = self._theme.font(role)
                height = wrapped_height(font, words, place.width())
                spot = QRectF(place.x(), top, place.width(), height)
                texts.append(PaintedText(words, spot, font, self._theme.color(colour), RIGHT if cell.at_right else LEFT))
                top += height
        return [text for text in texts if text.text]

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw frame, badge or glyph, and the cells."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_frame(painter, QRectF(self.rect()), self.look(), self._theme)
        texts = self.painted_texts()
        if texts and texts[-1].text == self._order.state:
            self._draw_state(painter, texts[-1])
        for text in texts:
            text.draw(painter)
        painter.end()

    def _draw_state(self, painter: QPainter, state: PaintedText) -> None:
        words = state.needed()
        side = state.font.pixelSize() * 0.8
        shape = QRectF(words.left() - side * 1.45, words.center().y() - side / 2, side, side)
        if self._order.severity is not Severity.NORMAL:
            fill, ink = FILLS[self._order.severity]
            painter.setPen(QPen(self._theme.color("edge"), 2))
            painter.setBrush(self._theme.color(fill))
            painter.drawRoundedRect(words.united(shape).adjusted(-side * 0.5, -4, side * 0.5, 4), 6, 6)
            draw_severity(painter, self._order.severity, self._theme.color(ink), shape)
        elif self._order.running:
            draw_glyph(painter, Glyph.RUN, self._theme.color("ink"), shape)

    def _cells(self) -> tuple[_Cell, ...]:
        order = self._order
        strong = order.running or order.severity is not Severity.NORMAL
        ink = FILLS[order.severity][1] if order.severity is not Severity.NORMAL else "ink"
        return (
            _Cell(0, ((order.title, TextRole.TITLE, "ink"), (order.when, TextRole.LABEL, "second"))),
            _Cell(1, ((order.product, TextRole.STRONG, "ink"), (order.note, TextRole.LABEL, "second"))),
            _Cell(2, ((order.progress, TextRole.TITLE, "ink"),), at_right=True),
            _Cell(3, ((order.state, TextRole.STRONG if strong else TextRole.BODY, ink),), at_right=True),
        )

    def _cell_height(self, cell: _Cell, width: float) -> float:
        return sum(wrapped_height(self._theme.font(role), words, width) for words, role, _ in cell.lines)

    def _column(self, column: int, width: int) -> QRectF:
        inset, gap = self._theme.profile.mm(4), self._theme.profile.mm(2.5)
        room = width - 2 * inset
        left = inset + room * sum(_SHARES[:column])
        shape = text_width(self._theme.font(TextRole.STRONG), "MM") if column == 3 else 0.0
        return QRectF(left + shape, 0, room * _SHARES[column] - shape - gap, self.height())
