"""A card: a framed piece of the page that cannot be touched."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from widgets.theme import Theme, restyle


class CardKind(StrEnum):
    """How a card stands out."""

    PANEL = "panel"
    RAISED = "raised"
    ACTIVE = "active"
    ENTRY = "entry"
    SHEET = "sheet"
    PLAIN = "plain"


class Card(QFrame):
    """A frame with a column inside (`column`); margins of 16 px rhythm scale with the panel."""

    def __init__(self, theme: Theme, kind: CardKind = CardKind.PANEL, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.column = QVBoxLayout(self)
        self.show_kind(kind)
        self._dress()
        theme.changed.connect(self._dress)

    def show_kind(self, kind: CardKind) -> None:
        """Change how it stands out."""
        restyle(self, kind=kind.value)

    def _dress(self) -> None:
        is_plain = self.property("kind") == CardKind.PLAIN.value
        beside, above = (0, 0) if is_plain else (self._theme.profile.mm(3.6), self._theme.profile.mm(2.6))
        self.column.setContentsMargins(beside, above, beside, above)
        self.column.setSpacing(self._theme.profile.gap)
