"""Two versions side by side: a row each thing, what differs carries a badge."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from hmi.presenters.conflicts import SideRow
from widgets.badge import Badge
from widgets.display import Severity
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme, restyle

COLUMNS = 4


class SideRows(QWidget):
    """Name, as started, at the centre now, and whether they differ; cannot be touched."""

    def __init__(self, theme: Theme, *, is_small: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._plain, self._strong = (TextRole.BODY, TextRole.STRONG) if is_small else (TextRole.STEP, TextRole.TITLE)
        self._shown: tuple[SideRow, ...] | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.profile.mm(4))
        self._grid.setVerticalSpacing(theme.profile.mm(1 if is_small else 2.4))
        for column, stretch in enumerate((0, 5, 5, 0)):
            self._grid.setColumnStretch(column, stretch)

    def show_rows(self, rows: Sequence[SideRow]) -> None:
        """Take these rows in place of the ones before."""
        if tuple(rows) == self._shown:
            return
        self._shown = tuple(rows)
        while (item := self._grid.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for column, text in ((1, self.tr("As started")), (2, self.tr("At the centre"))):
            self._grid.addWidget(Label(self._theme, text, TextRole.LABEL_STRONG, tone="second", wraps=True), 0, column)
        for at, row in enumerate(rows):
            self._add(2 * at + 1, row)

    def _add(self, line: int, row: SideRow) -> None:
        role = self._strong if row.is_changed else self._plain
        self._grid.addWidget(self._rule(), line, 0, 1, COLUMNS)
        self._grid.addWidget(Label(self._theme, row.name, self._plain, tone="second"), line + 1, 0)
        self._grid.addWidget(Label(self._theme, row.ours, role, wraps=True), line + 1, 1)
        self._grid.addWidget(Label(self._theme, row.theirs, role, wraps=True), line + 1, 2)
        if row.is_changed:
            badge = Badge(self._theme)
            self._grid.addWidget(badge, line + 1, 3, Qt.AlignmentFlag.AlignVCenter)
            badge.show_badge(Severity.WARNING, self.tr("differs"))

    def _rule(self) -> QFrame:
        rule = QFrame()
        restyle(rule, kind="rule")
        rule.setFixedHeight(self._theme.profile.line())
        return rule
