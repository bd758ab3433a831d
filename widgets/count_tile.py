"""A number of the footer with its caption; at least hatched where a part of it is unknown."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets.button_look import ButtonLook, draw_frame
from widgets.display import CountText
from widgets.hatch import draw_hatch
from widgets.label import Label
from widgets.painted_text import text_width
from widgets.profile import TextRole
from widgets.theme import Theme, restyle


class CountTile(QWidget):
    """Caption over a number and its rest ("182 of 240"); without a border it cannot be touched.

    Where a question about it is open it becomes a key: it gets a border, and `pressed` tells a touch.
    """

    pressed = Signal()

    def __init__(self, theme: Theme, *, role: TextRole = TextRole.COUNT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._hatched = False
        self._is_open = False
        self._is_down = False
        self._longest = ("", "", "")
        self._caption = Label(theme, "", TextRole.LABEL, tone="third")
        self._strong = Label(theme, "–", role)
        self._plain = Label(theme, "", TextRole.STRONG, tone="third")
        self._row = QHBoxLayout()
        self._column = QVBoxLayout(self)
        self._lay_out()
        theme.changed.connect(self._dress)

    def reserve(self, strong: str, plain: str = "", caption: str = "") -> None:
        """Keep room for the longest that may be said, so that a growing number moves nothing beside it."""
        self._longest = (strong, plain, caption)
        self._dress()

    def show_count(self, count: CountText) -> None:
        """Show the number now."""
        self._hatched = count.hatched
        self._caption.show_text(count.caption)
        self._strong.show_text(count.strong)
        self._plain.show_text(count.plain)
        self._plain.setVisible(bool(count.plain))
        restyle(self, quality="stale" if count.hatched else "live")
        self.setAccessibleName(f"{count.caption}: {count.strong} {count.plain}".strip())
        self.update()

    def open_question(self, *, is_open: bool) -> None:
        """Make it a key, or a number again."""
        if is_open != self._is_open:
            self._is_open = is_open
            restyle(self, interactive=is_open)
            self._dress()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the press of a key, so that its release comes here."""
        if not self._is_open:
            event.ignore()
            return
        self._show_down(is_down=True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Act on a release inside."""
        is_inside = self.rect().contains(event.position().toPoint())
        was_down = self._is_down
        self._show_down(is_down=False)
        if was_down and is_inside and self._is_open:
            self.pressed.emit()

    def _show_down(self, *, is_down: bool) -> None:
        self._is_down = is_down
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Underline an uncertain number with a hatched bar."""
        super().paintEvent(event)
        if self._is_open:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw_frame(painter, QRectF(self.rect()), ButtonLook(down=self._is_down), self._theme)
            painter.end()
        elif self._hatched:
            painter = QPainter(self)
            height = self._theme.profile.mm(1.5)
            draw_hatch(painter, QRectF(0, self.height() - height, self._right_end(), height), self._theme)
            painter.end()

    def _right_end(self) -> int:
        last = self._plain if self._plain.text() else self._strong
        return last.geometry().right() + 1

    def _lay_out(self) -> None:
        self._row.addWidget(self._strong)
        self._row.addWidget(self._plain)
        self._row.addStretch(1)
        self._column.addStretch(1)
        self._column.addWidget(self._caption)
        self._column.addLayout(self._row)
        self._column.addStretch(1)
        self._dress()

    def _dress(self) -> None:
        self._row.setSpacing(self._theme.profile.mm(2))
        beside = self._theme.profile.mm(2) if self._is_open else 0
        self._column.setContentsMargins(beside, 0, beside, self._theme.profile.mm(1.5))
        self._column.setSpacing(0)
        strong, plain, caption = self._longest
        fonts = (self._strong.font(), self._theme.font(TextRole.STRONG), self._theme.font(TextRole.LABEL))
        widths = [text_width(font, text) if text else 0 for font, text in zip(fonts, (strong, plain, caption), strict=True)]
        self.setMinimumWidth(int(max(widths[0] + widths[1] + self._theme.profile.mm(2), widths[2])) + 2 * beside + 2)
