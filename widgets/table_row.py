"""A row of a table to be touched, and the head over its columns."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from resources.assets import IconName
from widgets.badge import FILLS
from widgets.display import RowText, Severity
from widgets.icon import draw_icon
from widgets.painted_text import LEFT, PaintedText, text_width, word_width, wrapped_height
from widgets.profile import TextRole
from widgets.shapes import draw_severity
from widgets.theme import Theme
from widgets.touch_button import TouchButton


def column_places(width: float, height: float, shares: Sequence[float], inset: float) -> list[QRectF]:
    """Places of columns whose widths are in proportion to `shares`."""
    room, total, left = width - 2 * inset, sum(shares), inset
    places = []
    for share in shares:
        places.append(QRectF(left, 0, room * share / total - inset, height))
        left += room * share / total
    return places


class TableHead(QWidget):
    """The names of the columns."""

    def __init__(self, theme: Theme, titles: Sequence[str], shares: Sequence[float], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._titles = tuple(titles)
        self._shares = (*shares, 0.35)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(self._theme.profile.mm(60), round(self._theme.profile.font_px(TextRole.LABEL_STRONG) * 1.6))

    def painted_texts(self) -> list[PaintedText]:
        """The titles."""
        places = column_places(self.width(), self.height(), self._shares, self._theme.profile.mm(2))
        font, colour = self._theme.font(TextRole.LABEL_STRONG), self._theme.color("second")
        return [PaintedText(t, place, font, colour, LEFT) for t, place in zip(self._titles, places, strict=False) if t]

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw titles and a rule."""
        painter = QPainter(self)
        for text in self.painted_texts():
            text.draw(painter)
        painter.setPen(QPen(self._theme.color("border"), 1))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.end()


class TableRow(TouchButton):
    """Cells in columns, the last one a badge where something is abnormal; the arrow says that it opens."""

    def __init__(self, theme: Theme, row: RowText, shares: Sequence[float], parent: QWidget | None = None) -> None:
        self._row = row
        self._shares = (*shares, 0.35)
        super().__init__(theme, parent=parent)
        self.setCheckable(True)
        self.show_row(row)

    @property
    def key(self) -> str:
        """Which row this is."""
        return self._row.key

    def show_row(self, row: RowText) -> None:
        """Show a row."""
        self._row = row
        self.setAccessibleName(", ".join((*row.cells, row.badge)).strip(", "))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """One line, a control high."""
        return QSize(self._theme.profile.mm(80), self.heightForWidth(self._theme.profile.mm(80)))

    def minimumSizeHint(self) -> QSize:
        """The longest words side by side."""
        font = self._theme.font(TextRole.BODY)
        widest = sum(word_width(font, cell) for cell in self._row.cells)
        return QSize(int(widest) + self._theme.profile.mm(4), self._theme.profile.other)

    def heightForWidth(self, width: int) -> int:
        """As high as its tallest cell."""
        font = self._theme.font(TextRole.BODY)
        places = column_places(width, 0, self._shares, self._theme.profile.mm(2))
        tallest = max((wrapped_height(font, c, p.width()) for c, p in zip(self._row.cells, places, strict=False)), default=0)
        return max(self._theme.profile.other, int(tallest) + self._theme.profile.mm(2))

    def painted_texts(self) -> list[PaintedText]:
        """The cells, then the badge's word."""
        places = column_places(self.width(), self.height(), self._shares, self._theme.profile.mm(2))
        font, ink = self._theme.font(TextRole.BODY), self._theme.color("ink")
        texts = [PaintedText(c, place, font, ink, LEFT) for c, place in zip(self._row.cells, places, strict=False) if c]
        if self._row.badge:
            texts.append(self._badge_text(places[len(self._row.cells)]))
        return texts

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw ground, rule, badge, cells and the arrow."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_ground(painter)
        texts = self.painted_texts()
        if self._row.badge and self._row.severity is not Severity.NORMAL:
            self._draw_badge(painter, texts[-1])
        for text in texts:
            text.draw(painter)
        side = self._theme.profile.font_px(TextRole.BODY)
        spot = QRectF(self.width() - side - self._theme.profile.mm(1.5), (self.height() - side) / 2, side, side)
        draw_icon(painter, IconName.RIGHT, self._theme.color("second"), spot)
        painter.end()

    def _draw_ground(self, painter: QPainter) -> None:
        place = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(
            QPen(
                self._theme.color("accent" if self.hasFocus() or self.isChecked() else "border"),
                2 if self.hasFocus() or self.isChecked() else 1,
            )
        )
        painter.setBrush(self._theme.color("pressed" if self.isDown() else "raised"))
        painter.drawRoundedRect(place, 5, 5)

    def _badge_text(self, place: QRectF) -> PaintedText:
        normal = self._row.severity is Severity.NORMAL
        font = self._theme.font(TextRole.BODY if normal else TextRole.LABEL_STRONG)
        inset = 0 if normal else font.pixelSize() * 1.6
        spot = QRectF(place.x() + inset, 0, text_width(font, self._row.badge) + 2, self.height())
        return PaintedText(self._row.badge, spot, font, self._theme.color(FILLS[self._row.severity][1]), LEFT, wraps=False)

    def _draw_badge(self, painter: QPainter, text: PaintedText) -> None:
        size = text.font.pixelSize()
        words = text.needed()
        fill, ink = FILLS[self._row.severity]
        painter.setPen(QPen(self._theme.color("edge"), 2))
        painter.setBrush(self._theme.color(fill))
        painter.drawRoundedRect(words.adjusted(-size * 1.6, -4, size * 0.5, 4), 6, 6)
        side = size * 0.7
        spot = QRectF(words.left() - size * 1.1, words.center().y() - side / 2, side, side)
        draw_severity(painter, self._row.severity, self._theme.color(ink), spot)
        painter.setBrush(Qt.BrushStyle.NoBrush)
