"""What a step waits for when it is not a touch: a scan, or the machine."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from resources.assets import IconName
from widgets.card import Card, CardKind
from widgets.icon import draw_icon
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme
from widgets.touch_button import TouchButton


class PromptBox(Card):
    """An icon and a large sentence; for a scan also the way to type it."""

    type_pressed = Signal()
    refused = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, CardKind.ACTIVE, parent=parent)
        self._icon = BigIcon(theme)
        self._sentence = Label(theme, "", TextRole.TITLE, wraps=True)
        self._type = TouchButton(theme, self.tr("Type it"))
        self._type.setObjectName("type_serial")
        self._type.clicked.connect(self.type_pressed)
        self._type.refused.connect(self.refused)
        row = QHBoxLayout()
        row.setSpacing(theme.profile.gap)
        row.addWidget(self._icon)
        row.addWidget(self._sentence, 1)
        row.addWidget(self._type)
        self.column.addLayout(row)

    def show_prompt(self, sentence: str, *, is_scan: bool, type_reason: str = "") -> None:
        """Say what is awaited."""
        self._sentence.show_text(sentence)
        self._icon.show_icon(IconName.SCAN if is_scan else IconName.RUN)
        self._type.setVisible(is_scan)
        self._type.set_reason(type_reason)


class BigIcon(QWidget):
    """An icon to be seen from two steps away."""

    def __init__(
        self, theme: Theme, icon: IconName = IconName.SCAN, *, side_mm: float = 11, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = icon
        self._side_mm = side_mm
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_icon(self, icon: IconName) -> None:
        """Show another icon."""
        self._icon = icon
        self.update()

    def sizeHint(self) -> QSize:
        """Its side."""
        side = self._theme.profile.mm(self._side_mm)
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        draw_icon(painter, self._icon, self._theme.color("second"), QRectF(self.rect()))
        painter.end()
