"""What people may set at the machines: values and recipes at the left, the chosen one and what would be written at the right."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from hmi.presenters.desk import Desk
from hmi.presenters.setpoints import Target, present_detail, present_rows, targets, wish
from hmi.screens.panel import page_margin
from hmi.screens.setpoint_card import SetpointCard
from hmi.station.commands import Body, DownloadRecipe, WriteSetpoint
from widgets.card import Card
from widgets.display import RowText
from widgets.empty_state import EmptyState
from widgets.table_row import TableHead, TableRow
from widgets.theme import Theme
from widgets.touch_list import TouchList

_SHARES = (1.2, 1, 1, 1.1)


class MachinePage(QWidget):
    """`number_wanted` opens the pad for the chosen value."""

    number_wanted = Signal(object)

    def __init__(self, theme: Theme, desk: Desk, *, is_small: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._desk = desk
        self._chosen = ""
        self._proposal = ""
        self._shown: tuple[RowText, ...] = ()
        self._list = TouchList(theme)
        titles = (self.tr("What"), self.tr("Now"), self.tr("Allowed"), self.tr("Last write"))
        self._list.show_head(TableHead(theme, titles, _SHARES))
        self._empty = EmptyState(theme, self.tr("Nothing may be set from here. The engineer can allow it."))
        self._card = SetpointCard(theme, desk, is_small=is_small)
        self._card.change_pressed.connect(self._change)
        self._card.chosen.connect(self.propose)
        self._card.write_pressed.connect(self._write)
        self._card.cancel_pressed.connect(self._forget)
        desk.succeeded.connect(self._after)
        self._lay_out(is_small=is_small)

    def choose(self, key: str) -> None:
        """Show one; what was proposed for another is forgotten."""
        self._chosen, self._proposal = key, ""
        self.refresh()

    def propose(self, text: str) -> None:
        """Show what was typed beside what is there; nothing is written yet."""
        self._proposal = text
        self.refresh()

    def refresh(self) -> None:
        """Show what is true now."""
        rows = present_rows(self._desk.picture, self._desk.values, self._desk.now().mono)
        if [row.key for row in rows] != [row.key for row in self._shown]:
            self._make_rows(rows)
        for widget, row, shown in zip(self._list.rows, rows, self._shown, strict=False):
            if row != shown:
                widget.show_row(row)
        self._shown = rows
        self._list.setVisible(bool(rows))
        self._empty.setVisible(not rows)
        if self._target() is None and rows:
            self._chosen, self._proposal = rows[0].key, ""
        for widget in self._list.rows:
            widget.setChecked(widget.key == self._chosen)
        self._show_card()

    def _show_card(self) -> None:
        target = self._target()
        self._card.setVisible(target is not None)
        if target is not None:
            now = self._desk.now().mono
            self._card.show_detail(present_detail(self._desk.picture, target, self._proposal, self._desk.values, now))

    def _make_rows(self, rows: tuple[RowText, ...]) -> None:
        made = []
        for row in rows:
            widget = TableRow(self._theme, row, _SHARES)
            widget.setObjectName(f"set_{row.key.replace(' ', '_')}")
            widget.clicked.connect(lambda _checked=False, key=row.key: self.choose(key))
            made.append(widget)
        self._list.show_rows(made)

    def _target(self) -> Target | None:
        return next((target for target in targets(self._desk.picture) if target.key == self._chosen), None)

    def _change(self) -> None:
        target = self._target()
        if target is None:
            return
        if target.recipe is not None:
            self.propose("recipe")
        elif target.setpoint is not None and target.setpoint.is_switch:
            self.propose("0" if self._desk.values.get((target.machine, target.setpoint.tag)) else "1")
        else:
            self.number_wanted.emit(target)

    def _write(self) -> None:
        target = self._target()
        if target is not None and self._proposal:
            self._desk.ask(wish(target, self._proposal, self._desk.values), "write_setpoint")

    def _forget(self) -> None:
        self.propose("")

    def _after(self, body: Body) -> None:
        """It is asked: how it ends stands in its row."""
        if isinstance(body, WriteSetpoint | DownloadRecipe):
            self._forget()

    def _lay_out(self, *, is_small: bool) -> None:
        margin = page_margin(self._theme.profile, is_small=is_small)
        left = Card(self._theme)
        left.column.addWidget(self._list, 1)
        left.column.addWidget(self._empty, 1)
        box = QVBoxLayout(self) if is_small else QHBoxLayout(self)
        box.setContentsMargins(margin, margin, margin, margin)
        box.setSpacing(margin)
        box.addWidget(left, 1 if is_small else 62)
        box.addWidget(self._card, 0 if is_small else 38)
