"""The queue with its readiness at the left; what the chosen order needs, and Start, at the right."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from hmi.presenters.conflicts import say_waiting
from hmi.presenters.desk import Desk
from hmi.presenters.orders import OrderDetail, first_choice, present_as_of, present_detail, present_queue
from hmi.presenters.words import joined
from hmi.screens.fact_rows import FactRows
from hmi.screens.notice_line import NoticeLine
from hmi.screens.panel import page_margin
from hmi.station.commands import StartOrder
from widgets.card import Card
from widgets.display import OrderText
from widgets.empty_state import EmptyState
from widgets.label import Label
from widgets.order_row import OrderRow
from widgets.profile import TextRole
from widgets.theme import Theme
from widgets.touch_button import ButtonKind, TouchButton
from widgets.touch_list import TouchList


class OrdersPage(QWidget):
    """Orders of this station. `work_wanted` goes to the running one, `sign_in_wanted` asks who works.

    `decision_wanted`: somebody wants to see what the centre wants decided.
    """

    work_wanted = Signal()
    decision_wanted = Signal()
    sign_in_wanted = Signal()

    def __init__(self, theme: Theme, desk: Desk, *, is_small: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._desk = desk
        self._queue: tuple[OrderText, ...] | None = None
        self._chosen = ""
        self._detail: OrderDetail | None = None
        self._title = Label(theme, self.tr("Orders for this station"), TextRole.TITLE)
        self._as_of = Label(theme, "", TextRole.BODY, tone="second", wraps=True)
        self._decide = TouchButton(theme, "")
        self._decide.setObjectName("orders_decide")
        self._decide.clicked.connect(self.decision_wanted)
        self._decide.hide()
        self._list = TouchList(theme)
        self._empty = EmptyState(theme, self.tr("No order is here yet. Orders come from the centre."))
        self._name = Label(theme, "", TextRole.TITLE, wraps=True)
        self._product = Label(theme, "", TextRole.BODY, tone="second", wraps=True)
        self._needs = FactRows(theme)
        self._start = TouchButton(theme, "", ButtonKind.PRIMARY)
        self._start.setObjectName("start_order")
        self._start.clicked.connect(self._act)
        self._start.refused.connect(desk.tell)
        self._needs_card = Card(theme)
        self._needs_line = Label(theme, "", TextRole.BODY, tone="second", wraps=True)
        if is_small:
            self._lay_out_small()
        else:
            self._lay_out()

    def choose(self, order: str) -> None:
        """Show what this order needs."""
        self._chosen = order
        self.refresh()

    def refresh(self) -> None:
        """Show the queue now."""
        now = self._desk.now()
        picture = self._desk.picture
        self._as_of.show_text(present_as_of(picture, now))
        waiting = say_waiting(picture)
        self._decide.show_text(waiting)
        self._decide.setVisible(bool(waiting))
        if not any(order.id == self._chosen for order in picture.orders.orders):
            self._chosen = first_choice(picture)
        queue = present_queue(picture, now)
        if queue != self._queue:
            self._queue = queue
            self._show_queue(queue)
        for row in self._list.rows:
            row.setChecked(row.key == self._chosen)
        self._show_detail(present_detail(picture, self._chosen, now))

    def _show_queue(self, queue: tuple[OrderText, ...]) -> None:
        rows = []
        for order in queue:
            row = OrderRow(self._theme, order)
            row.setObjectName(f"order_{order.key}")
            row.clicked.connect(lambda _checked=False, key=order.key: self.choose(key))
            rows.append(row)
        self._list.show_rows(rows)
        self._list.setVisible(bool(rows))
        self._empty.setVisible(not rows)

    def _show_detail(self, detail: OrderDetail | None) -> None:
        self._needs_card.setVisible(detail is not None)
        self._detail = detail
        if detail is None:
            return
        self._name.show_text(detail.title)
        self._product.show_text(detail.subtitle)
        self._needs.show_rows(detail.needs)
        self._needs_line.show_text(joined(*(f"{name} {value}" for name, value in detail.needs)))
        self._start.show_text(self.tr("Sign in to start") if detail.needs_person else detail.action)
        self._start.set_reason(detail.why_not)

    def _act(self) -> None:
        detail = self._detail
        if detail is None:
            return
        if detail.needs_person:
            self.sign_in_wanted.emit()
        elif detail.is_open:
            self.work_wanted.emit()
        else:
            self._desk.ask(StartOrder(order=detail.key), "start_order")

    def _list_card(self) -> Card:
        card = Card(self._theme)
        card.column.addWidget(self._list, 1)
        card.column.addWidget(self._empty, 1)
        return card

    def _lay_out(self) -> None:
        gap = self._theme.profile.gap
        side = self._needs_card.column
        for widget in (self._name, self._product, self._needs):
            side.addWidget(widget)
        side.addStretch(1)
        side.addWidget(NoticeLine(self._theme, self._desk))
        side.addWidget(self._start)
        grid = QGridLayout(self)
        grid.setContentsMargins(gap, gap, gap, gap)
        grid.setSpacing(gap)
        grid.addWidget(self._title, 0, 0)
        grid.addWidget(self._as_of, 0, 1)
        grid.addWidget(self._decide, 1, 0, 1, 2)
        grid.addWidget(self._list_card(), 2, 0)
        grid.addWidget(self._needs_card, 2, 1)
        grid.setColumnStretch(0, 62)
        grid.setColumnStretch(1, 38)
        grid.setRowStretch(2, 1)

    def _lay_out_small(self) -> None:
        """The queue over the whole width; what the chosen order needs stands in one line beside Start."""
        profile = self._theme.profile
        words = QVBoxLayout()
        words.setSpacing(0)
        head = QHBoxLayout()
        head.setSpacing(profile.gap)
        head.addWidget(self._name)
        head.addWidget(self._as_of, 1)
        words.addLayout(head)
        for widget in (self._needs_line, NoticeLine(self._theme, self._desk)):
            words.addWidget(widget)
        row = QHBoxLayout()
        row.setSpacing(profile.gap)
        row.addLayout(words, 3)
        row.addWidget(self._start, 2)
        self._needs_card.keep_margin(2)
        self._needs_card.column.addLayout(row)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(page_margin(profile, is_small=True),) * 4)
        column.setSpacing(page_margin(profile, is_small=True))
        top = QHBoxLayout()
        top.addStretch(1)  # away from the navigation's keys
        top.addWidget(self._decide, 3)
        column.addLayout(top)
        column.addWidget(self._list_card(), 1)
        column.addWidget(self._needs_card)
