"""A question with a handful of answers as tiles; the touched answer is the wish, Cancel goes back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from hmi.presenters.desk import Desk
from hmi.presenters.reasons import Choice
from hmi.screens.notice_line import NoticeLine
from widgets.card import Card
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme
from widgets.touch_button import ButtonKind, TouchButton


class ChoiceCard(Card):
    """Title, note, what the screen puts into `head`, tiles, Cancel at the left."""

    chosen = Signal(str)
    cancelled = Signal()

    def __init__(
        self, theme: Theme, desk: Desk, choices: Sequence[Choice], *, name: str, columns: int = 2, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent=parent)
        self._title = Label(theme, "", TextRole.TITLE, wraps=True)
        self._note = Label(theme, "", TextRole.BODY, tone="second", wraps=True)
        self.middle = QHBoxLayout()
        self.middle.setSpacing(theme.profile.mm(6))
        grid = QGridLayout()
        grid.setSpacing(theme.profile.gap)
        for at, choice in enumerate(choices):
            button = TouchButton(theme, choice.text, ButtonKind.LARGE)
            button.setObjectName(f"{name}_{choice.key}")
            button.clicked.connect(lambda _checked=False, key=choice.key: self.chosen.emit(key))
            grid.addWidget(button, at // columns, at % columns)
        self.middle.addLayout(grid, 1)
        self._cancel = TouchButton(theme, self.tr("Cancel"), ButtonKind.LARGE)
        self._cancel.setObjectName(f"{name}_cancel")
        self._cancel.clicked.connect(self.cancelled)
        self._notice = NoticeLine(theme, desk)
        self._lay_out(theme)

    def show_question(self, title: str, note: str = "") -> None:
        """Ask."""
        self._title.show_text(title)
        self._note.show_text(note)
        self._note.setVisible(bool(note))

    def _lay_out(self, theme: Theme) -> None:
        self.column.addWidget(self._title)
        self.column.addWidget(self._note)
        self.column.addLayout(self.middle)
        self.column.addStretch(1)
        self.column.addWidget(self._notice)
        bottom = QHBoxLayout()
        bottom.addWidget(self._cancel, 1)
        bottom.addStretch(2)
        self.column.addLayout(bottom)
        self.column.setSpacing(theme.profile.gap)
