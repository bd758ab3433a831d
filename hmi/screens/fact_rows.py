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
        self._values: list[Label] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.profile.mm(5))
        self._grid.setVerticalSpacing(theme.profile.mm(1))
        self._grid.setColumnStretch(1, 1)

    def show_rows(self, rows: Sequence[tuple[str, str]]) -> None:
        """Take these rows in place of the ones before."""
        before, self._shown = self._shown, tuple(rows)
        if [name for name, _ in before] == [name for name, _ in rows]:
            for label, (_, value) in zip(self._values, rows, strict=True):
                label.show_text(value)
            return
        self._make_rows(rows)

    def _make_rows(self, rows: Sequence[tuple[str, str]]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self._values = [Label(self._theme, value, TextRole.BODY, wraps=True) for _, value in rows]
        for at, (name, _) in enumerate(rows):
            self._grid.addWidget(Label(self._theme, name, TextRole.BODY, tone="second"), 2 * at, 0)
            self._grid.addWidget(self._values[at], 2 * at, 1)
            self._grid.addWidget(self._rule(), 2 * at + 1, 0, 1, 2)

    def _rule(self) -> QFrame:
        rule = QFrame()
        restyle(rule, kind="rule")
        rule.setFixedHeight(self._theme.profile.line())
        return rule
