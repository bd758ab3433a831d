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
    PLAIN = "plain"


class Card(QFrame):
    """A frame with a column inside (`column`); margins of 16 px rhythm scale with the panel."""

    def __init__(self, theme: Theme, kind: CardKind = CardKind.PANEL, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._margin: float | None = None
        self.column = QVBoxLayout(self)
        self.show_kind(kind)
        self._dress()
        theme.changed.connect(self._dress)

    def show_kind(self, kind: CardKind) -> None:
        """Change how it stands out."""
        restyle(self, kind=kind.value)

    def keep_margin(self, millimetres: float) -> None:
        """The same room all around instead of the usual, where the panel is low."""
        self._margin = millimetres
        self._dress()

    def _dress(self) -> None:
        is_plain = self.property("kind") == CardKind.PLAIN.value
        beside, above = (0, 0) if is_plain else (self._theme.profile.mm(3.6), self._theme.profile.mm(2.6))
        if self._margin is not None:
            beside = above = self._theme.profile.mm(self._margin)
        self.column.setContentsMargins(beside, above, beside, above)
        self.column.setSpacing(self._theme.profile.gap)
