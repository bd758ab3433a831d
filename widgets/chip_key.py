"""A chip that can be touched: the same words in the frame of a key."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.badge import FILLS
from widgets.button_look import draw_frame
from widgets.chip import Chip
from widgets.display import ChipText, Severity
from widgets.theme import Theme
from widgets.touch_button import TouchButton


class ChipKey(TouchButton):
    """A piece of the header with more behind it; `clicked` tells a touch."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent=parent)
        self._chip = Chip(theme, self, is_in_key=True)
        self._severity = Severity.NORMAL
        self._chip.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def chip(self) -> Chip:
        """What it says."""
        return self._chip

    def show_chip(self, chip: ChipText) -> None:
        """Show `chip` now."""
        self._severity = chip.severity
        self._chip.show_chip(chip)
        self.setAccessibleName(self._chip.accessibleName())
        self._changed()

    def show_brief(self, *, brief: bool) -> None:
        """Leave out what the strong word can do without."""
        self._chip.show_brief(brief=brief)
        self._changed()

    def reserve(self, ems: float) -> None:
        """Keep a place `ems` text sizes wide for the words, so that others move nothing beside it."""
        self._chip.reserve(ems)
        self._changed()

    def sizeHint(self) -> QSize:
        """Its words with the room of a key around them."""
        words = self._chip.sizeHint()
        beside = self._theme.profile.mm(2)
        return QSize(max(words.width() + 2 * beside, self.least_side()), max(words.height(), self.least_side()))

    def minimumSizeHint(self) -> QSize:
        """Never smaller than its words."""
        return self.sizeHint()

    def heightForWidth(self, _width: int) -> int:
        """Its words never wrap."""
        return self.sizeHint().height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the words in the middle of the height."""
        super().resizeEvent(event)
        self._place()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the frame of a key, filled like a badge while it says something abnormal."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_frame(painter, QRectF(self.rect()), self.look(), self._theme)
        if self._severity is not Severity.NORMAL and not self.isDown():
            inset, radius = self._theme.profile.mm(0.5), self._theme.profile.radius - 2
            painter.setPen(QPen(self._theme.color("edge"), 2))
            painter.setBrush(self._theme.color(FILLS[self._severity][0]))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), radius, radius)
        painter.end()

    def _changed(self) -> None:
        self.updateGeometry()
        self._place()
        self.update()

    def _place(self) -> None:
        words, beside = self._chip.sizeHint(), self._theme.profile.mm(2)
        self._chip.setGeometry(beside, (self.height() - words.height()) // 2, max(0, self.width() - 2 * beside), words.height())
