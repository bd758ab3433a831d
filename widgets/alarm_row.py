"""One alarm of the alarms page: how bad, what and what to do, since when, who saw it, and the key to say so."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets.badge import Badge
from widgets.card import Card, CardKind
from widgets.display import AlarmRowText
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme
from widgets.touch_button import TouchButton

BADGE_EMS, KEY_EMS = 6.4, 8.0
"""Room for the longest priority and the longest key, in text sizes."""


class AlarmRow(Card):
    """A row that is read; only its key is touched."""

    action_pressed = Signal(object)
    """The row's key."""
    refused = Signal(str)
    """The reason why its key is closed, when it was touched."""

    def __init__(self, theme: Theme, row: AlarmRowText, parent: QWidget | None = None) -> None:
        super().__init__(theme, CardKind.RAISED, parent=parent)
        self._row = row
        self._badge = Badge(theme, role=TextRole.STRONG)
        self._text = Label(theme, "", TextRole.TITLE, wraps=True)
        self._detail = Label(theme, "", TextRole.BODY, tone="second", wraps=True)
        self._note = Label(theme, "", TextRole.BODY, wraps=True)
        self._age = Label(theme, "", TextRole.BODY)
        self._state = Label(theme, "", TextRole.BODY, tone="second")
        self._button = TouchButton(theme)
        self._button.clicked.connect(lambda: self.action_pressed.emit(self._row.key))
        self._button.refused.connect(self.refused)
        self._lay_out()
        self.show_row(row)

    @property
    def key(self) -> tuple[str, str]:
        """Which alarm this is."""
        return self._row.key

    def show_row(self, row: AlarmRowText) -> None:
        """Show a row."""
        self._row = row
        self._badge.show_badge(row.severity, row.word)
        self._badge.show_blinking(blinks=row.blinks)
        parts = ((self._text, row.text), (self._detail, row.detail), (self._note, row.note))
        for label, words in (*parts, (self._age, row.age), (self._state, row.state)):
            label.show_text(words)
            label.setVisible(bool(words))
        self._button.show_text(row.action)
        self._button.set_reason(row.reason)
        self._button.setVisible(bool(row.action))
        self.setAccessibleName(f"{row.word}: {row.text}. {row.detail} {row.note}".strip())

    def _lay_out(self) -> None:
        words, state = QVBoxLayout(), QVBoxLayout()
        for column, labels in ((words, (self._text, self._detail, self._note)), (state, (self._age, self._state))):
            column.setSpacing(0)
            column.addStretch(1)
            for label in labels:
                column.addWidget(label)
            column.addStretch(1)
        for label in (self._age, self._state):
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line = QHBoxLayout()
        line.setSpacing(self._theme.profile.mm(4))
        line.addLayout(self._kept(self._badge, BADGE_EMS))
        line.addLayout(words, 1)
        line.addLayout(state)
        line.addLayout(self._kept(self._button, KEY_EMS))
        self.column.addLayout(line)

    def _kept(self, widget: QWidget, ems: float) -> QVBoxLayout:
        """Its place is kept whatever it says, so that rows stand under each other."""
        column = QVBoxLayout()
        column.addStrut(round(ems * self._theme.profile.font_px(TextRole.BODY)))
        column.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        return column
