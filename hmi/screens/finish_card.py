"""The end of an order on one page: what was made, and one touch to confirm."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from hmi.presenters.desk import Desk
from hmi.presenters.finish import present_finish
from hmi.screens.fact_rows import FactRows
from hmi.screens.notice_line import NoticeLine
from hmi.station.commands import FinishOrder
from widgets.card import Card
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme
from widgets.touch_button import ButtonKind, TouchButton


class FinishCard(Card):
    """Figures of the order; Cancel stands far from the confirmation."""

    cancelled = Signal()

    def __init__(self, theme: Theme, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent=parent)
        self.setObjectName("finish_card")
        self._desk = desk
        self._title = Label(theme, "", TextRole.TITLE, wraps=True)
        self._rows = FactRows(theme)
        self._warning = Label(theme, "", TextRole.BODY, wraps=True)
        self._notice = NoticeLine(theme, desk)
        self._cancel = TouchButton(theme, self.tr("Cancel"), ButtonKind.LARGE)
        self._cancel.setObjectName("finish_cancel")
        self._cancel.clicked.connect(self.cancelled)
        self._confirm = TouchButton(theme, "", ButtonKind.PRIMARY)
        self._confirm.setObjectName("finish_confirm")
        self._confirm.clicked.connect(lambda: desk.ask(FinishOrder(), "finish"))
        self._lay_out(theme)

    def refresh(self) -> None:
        """Show the figures now."""
        view = present_finish(self._desk.picture)
        self._title.show_text(view.title)
        self._rows.show_rows(view.rows)
        self._warning.show_text(view.warning)
        self._warning.setVisible(bool(view.warning))
        self._confirm.show_text(view.action)

    def _lay_out(self, theme: Theme) -> None:
        self.column.addWidget(self._title)
        self.column.addWidget(self._rows)
        self.column.addStretch(1)
        self.column.addWidget(self._warning)
        self.column.addWidget(self._notice)
        bottom = QHBoxLayout()
        bottom.setSpacing(theme.profile.mm(30))
        bottom.addWidget(self._cancel, 1)
        bottom.addWidget(self._confirm, 2)
        self.column.addLayout(bottom)
