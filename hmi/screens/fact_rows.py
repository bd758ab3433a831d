"""Facts as a quiet table: name and value, a rule between."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme, restyle


class FactRows(QWidget):
    """Rows of (name, value); cannot be touched and have no border."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: tuple[tuple[str, str], ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.profile.mm(5))
        self._grid.setVerticalSpacing(theme.profile.mm(1))
        self._grid.setColumnStretch(1, 1)

    def show_rows(self, rows: Sequence[tuple[str, str]]) -> None:
        """Take these rows in place of the ones before."""
        if tuple(rows) == self._shown:
            return
        self._shown = tuple(rows)
        while (item := self._grid.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for at, (name, value) in enumerate(rows):
            self._grid.addWidget(Label(self._theme, name, TextRole.BODY, tone="second"), 2 * at, 0)
            self._grid.addWidget(Label(self._theme, value, TextRole.BODY, wraps=True), 2 * at, 1)
            self._grid.addWidget(self._rule(), 2 * at + 1, 0, 1, 2)

    def _rule(self) -> QFrame:
        rule = QFrame()
        restyle(rule, kind="rule")
        rule.setFixedHeight(self._theme.profile.line())
        return rule
