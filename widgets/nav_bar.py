"""The navigation at the left: at most five places, always the same, the current one marked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from widgets.display import NavPlace
from widgets.icon import draw_icon
from widgets.painted_text import CENTRED, PaintedText, text_width, word_width, wrapped_height
from widgets.profile import TextRole
from widgets.theme import Theme, restyle
from widgets.touch_button import TouchButton

MOST_PLACES = 5


class NavButton(TouchButton):
    """One place: icon over word, a mark when it is where we are, a count when something waits there."""

    def __init__(self, theme: Theme, place: NavPlace, parent: QWidget | None = None) -> None:
        self._place = place
        self._count = 0
        super().__init__(theme, place.text, parent=parent)
        self.setCheckable(True)
        self.setAutoExclusive(True)

    def show_count(self, count: int) -> None:
        """Show how many things wait there; 0 shows nothing."""
        self._count = count
        self.update()

    def sizeHint(self) -> QSize:
        """Icon, word and air; never below a control's size."""
        profile = self._theme.profile
        width = min(text_width(self._word_font(), self._place.text), profile.mm(25)) + profile.mm(3)
        width = max(int(width), profile.mm(25))
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """The longest word."""
        width = max(self._theme.profile.mm(25), int(word_width(self._word_font(), self._place.text)) + self._theme.profile.mm(3))
        return QSize(width, self.heightForWidth(width))

    def heightForWidth(self, width: int) -> int:
        """Icon over as many lines as the word needs."""
        profile = self._theme.profile
        text = wrapped_height(self._word_font(), self._place.text, width - profile.mm(2))
        return max(profile.mm(20), int(self._icon_px() + text) + profile.mm(7))

    def painted_texts(self) -> list[PaintedText]:
        """The word, and the count on its badge."""
        profile = self._theme.profile
        top = self._icon_top() + self._icon_px() + profile.mm(1)
        place = QRectF(profile.mm(1), top, self.width() - profile.mm(2), self.height() - top - profile.mm(0.5))
        texts = [PaintedText(self._place.text, place, self._word_font(), self._theme.color("ink"), _TOP)]
        if self._count:
            font = self._theme.font(TextRole.LABEL_STRONG)
            colour = self._theme.color("on_warning")
            texts.append(PaintedText(str(self._count), self._badge_place(), font, colour, CENTRED, wraps=False))
        return texts

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw ground, mark, icon, word and count."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_ground(painter)
        side = self._icon_px()
        spot = QRectF((self.width() - side) / 2, self._icon_top(), side, side)
        draw_icon(painter, self._place.icon, self._theme.color("ink" if self.isChecked() else "second"), spot)
        if self._count:
            painter.setPen(QPen(self._theme.color("edge"), 2))
            painter.setBrush(self._theme.color("warning"))
            painter.drawRoundedRect(self._badge_place(), 5, 5)
        for text in self.painted_texts():
            text.draw(painter)
        painter.end()

    def _draw_ground(self, painter: QPainter) -> None:
        rect = self.rect()
        if self.isDown() or self.isChecked():
            painter.fillRect(rect, self._theme.color("pressed" if self.isDown() else "raised"))
        if self.isChecked():
            painter.fillRect(0, 0, self._theme.profile.mm(1.4), self.height(), self._theme.color("accent"))
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(3, 3, -3, -3))

    def _badge_place(self) -> QRectF:
        font = self._theme.font(TextRole.LABEL_STRONG)
        height = font.pixelSize() * 1.25
        width = max(height, text_width(font, str(self._count)) + font.pixelSize() * 0.7)
        left = min(self.width() / 2 + self._icon_px() * 0.25, self.width() - width - 2)
        return QRectF(left, self._icon_top() - height * 0.35, width, height)

    def _icon_px(self) -> int:
        return self._theme.profile.mm(6.6)

    def _icon_top(self) -> float:
        text = wrapped_height(self._word_font(), self._place.text, self.width() - self._theme.profile.mm(2))
        return max(4.0, (self.height() - self._icon_px() - text - self._theme.profile.mm(1)) / 2)

    def _word_font(self) -> QFont:
        return self._theme.font(TextRole.LABEL_STRONG if self.isChecked() else TextRole.LABEL)


_TOP = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop


class NavBar(QFrame):
    """The places; `place_chosen` carries the key of the one touched."""

    place_chosen = Signal(str)

    def __init__(self, theme: Theme, places: Sequence[NavPlace], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        if len(places) > MOST_PLACES:
            raise ValueError(f"navigation holds {MOST_PLACES} places, not {len(places)}")
        restyle(self, kind="bar", edge="right")
        self._theme = theme
        self._buttons = {place.key: NavButton(theme, place, self) for place in places}
        self._column = QVBoxLayout(self)
        for key, button in self._buttons.items():
            button.setObjectName(f"nav_{key}")
            self._column.addWidget(button)
            button.clicked.connect(lambda _checked=False, key=key: self.place_chosen.emit(key))
        self._column.addStretch(1)
        self._dress()
        theme.changed.connect(self._dress)

    def show_place(self, key: str) -> None:
        """Mark where we are."""
        self._buttons[key].setChecked(True)

    def show_count(self, key: str, count: int) -> None:
        """Show how many things wait at a place; 0 shows nothing."""
        self._buttons[key].show_count(count)

    def _dress(self) -> None:
        self._column.setContentsMargins(0, 0, 1, 0)
        self._column.setSpacing(self._theme.profile.gap)
