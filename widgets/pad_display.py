"""The typed number, large, with its unit and what it means."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets.badge import Badge
from widgets.card import Card, CardKind
from widgets.display import Severity
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme


class PadDisplay(Card):
    """What is typed as it is typed; a badge where it is outside, a sentence where there is something to say and room for it."""

    def __init__(self, theme: Theme, *, is_low: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(theme, CardKind.ENTRY, parent=parent)
        self._number = Label(theme, "", TextRole.COUNT if is_low else TextRole.DISPLAY)
        self._unit = Label(theme, "", TextRole.VALUE, tone="second")
        self._badge = Badge(theme)
        self._sentence = Label(theme, "", TextRole.BODY, wraps=True)
        row = QHBoxLayout()
        row.setSpacing(theme.profile.gap)
        row.addWidget(self._number)
        row.addWidget(self._unit)
        row.addStretch(1)
        self.column.addLayout(row)
        if is_low:
            self._lay_out_low()
        else:
            beside = QVBoxLayout()
            beside.addStretch(1)
            beside.addWidget(self._badge)
            beside.addStretch(1)
            row.addLayout(beside)
            self.column.addWidget(self._sentence)

    def _lay_out_low(self) -> None:
        """The badge under the number; the keys below say the way on."""
        self.keep_margin(1.5)
        self.column.setSpacing(0)
        self.column.addWidget(self._badge)
        self._sentence.hide()

    def show_number(self, text: str, unit: str) -> None:
        """Show what is typed; an empty text is a caret."""
        self._number.show_text(text or "_")
        self._number.show_tone("ink" if text else "third")
        self._unit.show_text(unit)
        self.setAccessibleName(f"{text} {unit}".strip())

    def show_meaning(self, severity: Severity, badge: str, sentence: str) -> None:
        """Say what the number means; empty texts say nothing."""
        self._badge.show_badge(severity, badge)
        self._sentence.show_text(sentence)
