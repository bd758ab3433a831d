"""The value of a numeric step on its card: what was typed, its limits, the last unit's. Touching it opens the pad."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from hmi.presenters.measure import MeasureView
from hmi.presenters.words import joined
from widgets.card import Card, CardKind
from widgets.label import Label
from widgets.limit_bar import LimitBar
from widgets.profile import TextRole
from widgets.theme import Theme, restyle


class ValueBox(Card):
    """Caption, large number, unit, last value, limits as a bar."""

    pressed = Signal()

    def __init__(self, theme: Theme, *, is_small: bool = False, is_low: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(theme, CardKind.ACTIVE, parent=parent)
        self.setObjectName("value_box")
        restyle(self, interactive=True)
        self.setMinimumHeight(theme.profile.other if is_low else theme.profile.primary)
        self._caption = Label(theme, "", TextRole.BODY, tone="second")
        self._number = Label(theme, "", TextRole.VALUE if is_low else TextRole.COUNT if is_small else TextRole.DISPLAY)
        self._unit = Label(theme, "", TextRole.VALUE, tone="second")
        self._bar = LimitBar(theme)
        self._lay_out(theme)
        self.keep_margin(1.2 if is_low else 2.6)

    def show_measure(self, view: MeasureView) -> None:
        """Show what is measured."""
        self._caption.show_text(joined(view.caption, view.last))
        self._number.show_text(view.value)
        self._unit.show_text(view.unit)
        self._bar.show_limits(view.limits)
        self._bar.setVisible(view.limits is not None)
        self.setAccessibleName(f"{view.caption}: {view.value} {view.unit}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the press, so that its release comes here."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Act on a release inside."""
        if self.rect().contains(event.position().toPoint()):
            self.pressed.emit()

    def _lay_out(self, theme: Theme) -> None:
        number = QHBoxLayout()
        number.setSpacing(theme.profile.mm(2))
        number.addWidget(self._number, 0, Qt.AlignmentFlag.AlignBaseline)
        number.addWidget(self._unit, 0, Qt.AlignmentFlag.AlignBaseline)
        number.addStretch(1)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self._caption)
        left.addLayout(number)
        row = QHBoxLayout()
        row.addLayout(left, 3)
        row.addWidget(self._bar, 2)
        self.column.addLayout(row)
