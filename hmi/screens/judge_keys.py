"""The answer to a pass/fail check: two large keys, far enough apart."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from resources.assets import IconName
from widgets.theme import Theme
from widgets.touch_button import ButtonKind, TouchButton


class JudgeKeys(QWidget):
    """Pass and fail."""

    judged = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.profile.mm(13))
        self._add(theme, "fail", self.tr("Not good: part fails"), IconName.CROSS, ButtonKind.LARGE)
        self._add(theme, "pass", self.tr("Good: next"), IconName.CHECK, ButtonKind.PRIMARY)

    def _add(self, theme: Theme, key: str, text: str, icon: IconName, kind: ButtonKind) -> None:
        button = TouchButton(theme, text, kind, icon=icon)
        button.setObjectName(key)
        button.setMinimumHeight(theme.profile.primary)
        button.clicked.connect(lambda: self.judged.emit(key == "pass"))
        self.layout().addWidget(button)
