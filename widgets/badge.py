"""A filled badge: shape and word on a colour with a dark edge; the only place where colour means abnormal."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.display import Severity
from widgets.painted_text import LEFT, PaintedText, text_width
from widgets.profile import TextRole
from widgets.shapes import draw_severity
from widgets.theme import Theme, restyle

FILLS: dict[Severity, tuple[str, str]] = {
    Severity.NORMAL: ("raised", "ink"),
    Severity.NOTICE: ("notice", "ink"),
    Severity.WARNING: ("warning", "on_warning"),
    Severity.ALARM: ("stopped", "on_stopped"),
}
"""Fill and text of a severity, as tokens."""
BLINK_MS = 500
"""Half a period: 1 Hz."""


class Badge(QWidget):
    """A severity in shape and word; without a word it is not there."""

    def __init__(self, theme: Theme, *, role: TextRole = TextRole.LABEL_STRONG, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._role = role
        self._severity = Severity.NORMAL
        self._word = ""
        self._blink = QTimer(self, interval=BLINK_MS)
        self._blink.timeout.connect(self._turn)
        self._is_lit = True
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()
        theme.changed.connect(self.updateGeometry)

    def show_badge(self, severity: Severity, word: str) -> None:
        """Show `word` in the look of `severity`; an empty word hides the badge."""
        self._severity, self._word = severity, word
        restyle(self, severity=severity.value)
        self.setAccessibleName(word)
        self.setVisible(bool(word))
        self.updateGeometry()
        self.update()

    def show_blinking(self, *, blinks: bool) -> None:
        """Turn its colour on and off once a second while nobody has seen it; shape and word stay."""
        if blinks == self._blink.isActive():
            return
        self._is_lit = True
        if blinks:
            self._blink.start()
        else:
            self._blink.stop()
        self.update()

    def word(self) -> str:
        """The word shown."""
        return self._word

    def sizeHint(self) -> QSize:
        """The word, its shape and the edge."""
        profile = self._theme.profile
        width = text_width(self._theme.font(self._role), self._word) + self._shape_room() + 2 * profile.mm(2)
        return QSize(int(width) + 2, profile.font_px(self._role) + profile.mm(3.2))

    def minimumSizeHint(self) -> QSize:
        """Never smaller than its word."""
        return self.sizeHint()

    def painted_texts(self) -> list[PaintedText]:
        """The word."""
        left = self._theme.profile.mm(2) + self._shape_room()
        place = QRectF(self.rect()).adjusted(left, 0, -self._theme.profile.mm(1), 0)
        colour = self._theme.color(self._colours()[1])
        return [PaintedText(self._word, place, self._theme.font(self._role), colour, LEFT, wraps=False)] if self._word else []

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw fill, edge, shape and word."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill, ink = self._colours()
        painter.setPen(QPen(self._theme.color("edge"), 2))
        painter.setBrush(self._theme.color(fill))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        side = self._shape_side()
        top = (self.height() - side) / 2
        draw_severity(painter, self._severity, self._theme.color(ink), QRectF(self._theme.profile.mm(2), top, side, side))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for text in self.painted_texts():
            text.draw(painter)
        painter.end()

    def _turn(self) -> None:
        self._is_lit = not self._is_lit
        self.update()

    def _colours(self) -> tuple[str, str]:
        return FILLS[self._severity if self._is_lit else Severity.NORMAL]

    def _shape_side(self) -> float:
        return self._theme.profile.font_px(self._role) * 0.95

    def _shape_room(self) -> int:
        return 0 if self._severity is Severity.NORMAL else round(self._shape_side() + self._theme.profile.mm(1.6))
