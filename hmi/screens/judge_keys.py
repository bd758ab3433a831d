"""The answer to a pass/fail check: two large keys, far enough apart."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from resources.assets import IconName
from widgets.theme import Theme
from widgets.touch_button import ButtonKind, TouchButton

APART_MM = 13
"""Around a key that fails a part."""


class JudgeKeys(QWidget):
    """Pass and fail. Where `good` stands apart, the card puts it into the main action's place and fail stays over it."""

    judged = Signal(bool)

    def __init__(self, theme: Theme, *, is_apart: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        profile = theme.profile
        bad = self._key(theme, "fail", self.tr("Not good: part fails"), IconName.CROSS, ButtonKind.LARGE)
        self.good = self._key(theme, "pass", self.tr("Good: next"), IconName.CHECK, ButtonKind.PRIMARY)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, profile.mm(APART_MM) - profile.gap if is_apart else 0)
        row.setSpacing(profile.mm(APART_MM))
        if is_apart:
            row.addStretch(2)
            row.addWidget(bad, 3)
        else:
            bad.setMinimumHeight(profile.primary)
            row.addWidget(bad)
            row.addWidget(self.good)

    def show_keys(self, *, is_asked: bool) -> None:
        """Both keys while an answer is asked for."""
        self.setVisible(is_asked)
        self.good.setVisible(is_asked)

    def _key(self, theme: Theme, name: str, text: str, icon: IconName, kind: ButtonKind) -> TouchButton:
        button = TouchButton(theme, text, kind, icon=icon)
        button.setObjectName(name)
        button.clicked.connect(lambda: self.judged.emit(name == "pass"))
        return button
