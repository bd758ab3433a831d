"""A sum as big numbers on one line: the whole = a part + a part."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from widgets.count_tile import CountTile
from widgets.display import CountText
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme


class BalanceLine(QWidget):
    """The first number is the whole, the others are its parts; every number keeps its place while they grow."""

    def __init__(
        self, theme: Theme, terms: int, longest: str, *, role: TextRole = TextRole.COUNT, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._tiles = [CountTile(theme, role=role) for _ in range(terms)]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.profile.mm(3))
        for at, tile in enumerate(self._tiles):
            if at:
                row.addWidget(Label(theme, "=" if at == 1 else "+", role, tone="third"), 0, Qt.AlignmentFlag.AlignVCenter)
            tile.reserve(longest)
            row.addWidget(tile)
        row.addStretch(1)

    def show_terms(self, terms: Sequence[CountText]) -> None:
        """Show the whole and its parts, as many as there are places."""
        for tile, term in zip(self._tiles, terms, strict=True):
            tile.show_count(term)
