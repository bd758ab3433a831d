"""The last units as tiles, newest at the right; a bad one is filled and crossed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from widgets.button_look import draw_frame
from widgets.display import Severity, UnitMark, UnitText
from widgets.painted_text import LEFT, PaintedText, text_width
from widgets.profile import TextRole
from widgets.shapes import draw_severity
from widgets.theme import Theme
from widgets.touch_button import TouchButton

MOST_UNITS = 12

_SHAPES = {UnitMark.BAD: Severity.ALARM, UnitMark.HELD: Severity.WARNING, UnitMark.OPEN: Severity.NOTICE}
_FILLS = {UnitMark.BAD: ("stopped", "on_stopped"), UnitMark.HELD: ("warning", "on_warning")}


class UnitTile(TouchButton):
    """One unit: its number and, unless it is good, its shape."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._mark = UnitMark.GOOD
        super().__init__(theme, parent=parent)

    def show_unit(self, unit: UnitText, spoken: str) -> None:
        """Show a unit; `spoken` says it in words."""
        self._mark = unit.mark
        self.setProperty("state", unit.mark.value)
        self.show_text(unit.number)
        self.setAccessibleName(spoken)

    def sizeHint(self) -> QSize:
        """As narrow as a control may be."""
        side = self._theme.profile.other
        return QSize(max(side, int(text_width(self._unit_font(), self.words()) + self._room()) + 8), side)

    def minimumSizeHint(self) -> QSize:
        """Never narrower than its number."""
        return self.sizeHint()

    def heightForWidth(self, _width: int) -> int:
        """A control's least side."""
        return self._theme.profile.other

    def painted_texts(self) -> list[PaintedText]:
        """The number."""
        font = self._unit_font()
        width = text_width(font, self.words()) + 2
        left = (self.width() - width - self._room()) / 2
        colour = self._theme.color(_FILLS.get(self._mark, ("", "ink"))[1])
        return [PaintedText(self.words(), QRectF(left, 0, width, self.height()), font, colour, LEFT, wraps=False)]

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw frame, fill, number and shape."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_frame(painter, QRectF(self.rect()), self.look(), self._theme)
        fill, ink = _FILLS.get(self._mark, ("", "ink"))
        if fill:
            painter.setPen(QPen(self._theme.color("ink" if self.isDown() else "edge"), 2))
            painter.setBrush(self._theme.color(fill))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        [number] = self.painted_texts()
        number.draw(painter)
        side = font_side(number.font)
        spot = QRectF(number.rect.right() + side * 0.3, (self.height() - side) / 2, side, side)
        draw_severity(painter, _SHAPES.get(self._mark, Severity.NORMAL), self._theme.color(ink), spot)
        painter.end()

    def _room(self) -> float:
        return font_side(self._unit_font()) * 1.3 if self._mark in _SHAPES else 0.0

    def _unit_font(self) -> QFont:
        return self._theme.font(TextRole.LABEL_STRONG if self._mark in _SHAPES else TextRole.LABEL)


def font_side(font: QFont) -> float:
    """Side of a shape beside a text of `font`."""
    return font.pixelSize() * 0.62


class UnitTiles(QWidget):
    """Up to twelve units in one row, or two where room is short; `unit_pressed` carries a unit's key."""

    unit_pressed = Signal(str)

    def __init__(self, theme: Theme, *, columns: int = MOST_UNITS, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._columns = columns
        self._units: tuple[UnitText, ...] = ()
        self._tiles: list[UnitTile] = []
        self._grid = QGridLayout(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._dress()
        theme.changed.connect(self._dress)

    def show_units(self, units: Sequence[UnitText]) -> None:
        """Show the newest twelve, oldest first."""
        self._units = tuple(units)[-MOST_UNITS:]
        while len(self._tiles) < len(self._units):
            self._add_tile()
        for at, tile in enumerate(self._tiles):
            tile.setVisible(at < len(self._units))
        for tile, unit in zip(self._tiles, self._units, strict=False):
            tile.show_unit(unit, self._spoken(unit))

    def _spoken(self, unit: UnitText) -> str:
        words = {
            UnitMark.GOOD: self.tr("unit {0}, good"),
            UnitMark.BAD: self.tr("unit {0}, bad"),
            UnitMark.HELD: self.tr("unit {0}, held"),
            UnitMark.OPEN: self.tr("unit {0}, open"),
        }
        return words[unit.mark].format(unit.number)

    def _add_tile(self) -> None:
        at = len(self._tiles)
        tile = UnitTile(self._theme, self)
        tile.clicked.connect(lambda: self.unit_pressed.emit(self._units[at].key))
        self._grid.addWidget(tile, at // self._columns, at % self._columns, Qt.AlignmentFlag(0))
        self._tiles.append(tile)

    def _dress(self) -> None:
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(self._theme.profile.gap)
