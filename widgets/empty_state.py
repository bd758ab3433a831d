"""What stands where nothing is yet: one sentence, and one button where there is something to do."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme
from widgets.touch_button import TouchButton


class EmptyState(QWidget):
    """A sentence in the middle; `pressed` is its button."""

    pressed = Signal()

    def __init__(self, theme: Theme, sentence: str, action: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = Label(theme, sentence, TextRole.STEP, tone="second", wraps=True)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._button = TouchButton(theme, action)
        self._button.clicked.connect(self.pressed)
        column = QVBoxLayout(self)
        column.setSpacing(theme.profile.gap)
        column.addStretch(1)
        column.addWidget(self._sentence)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self.show_sentence(sentence, action)

    def show_sentence(self, sentence: str, action: str = "") -> None:
        """Change the sentence and the button; an empty action takes the button away."""
        self._sentence.show_text(sentence)
        self._button.show_text(action)
        self._button.setVisible(bool(action))
