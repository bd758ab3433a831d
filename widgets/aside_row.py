"""An entry that was set aside: what it is, why it could not be read, since when; it is read, not touched."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets.card import Card, CardKind
from widgets.display import AsideText
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme


class AsideRow(Card):
    """Title and age on one line, the whole reason and the place under it."""

    def __init__(self, theme: Theme, aside: AsideText, parent: QWidget | None = None) -> None:
        super().__init__(theme, CardKind.RAISED, parent=parent)
        self._title = Label(theme, "", TextRole.STRONG, wraps=True)
        self._age = Label(theme, "", TextRole.BODY, tone="second")
        self._reason = Label(theme, "", TextRole.BODY, wraps=True)
        self._place = Label(theme, "", TextRole.LABEL, tone="second", wraps=True)
        self._lay_out()
        self.show_aside(aside)

    def show_aside(self, aside: AsideText) -> None:
        """Show an entry."""
        parts = ((self._title, aside.title), (self._age, aside.age), (self._reason, aside.reason), (self._place, aside.place))
        for label, words in parts:
            label.show_text(words)
            label.setVisible(bool(words))
        self.setAccessibleName(f"{aside.title}: {aside.reason}")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(self._theme.profile.gap)
        head.addWidget(self._title, 1)
        head.addWidget(self._age, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(self._theme.profile.mm(0.5))
        words.addLayout(head)
        words.addWidget(self._reason)
        words.addWidget(self._place)
        self.column.addLayout(words)
