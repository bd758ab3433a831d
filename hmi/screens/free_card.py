"""The machine without an order: large live values, and the one next action where orders wait."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from hmi.presenters.chart import chart_view
from hmi.presenters.desk import Desk
from hmi.presenters.step_card import Act, present_step_card
from hmi.screens.live_values import LiveValueRow
from hmi.screens.notice_line import NoticeLine
from widgets.card import Card
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme
from widgets.touch_button import ButtonKind, TouchButton


class FreeCard(Card):
    """A monitor: nothing is asked of anybody."""

    wanted = Signal(str)

    def __init__(
        self, theme: Theme, desk: Desk, *, with_chart: bool, is_low: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent=parent)
        self.setObjectName("free_card")
        self._desk = desk
        self._heading = Label(theme, "", TextRole.TITLE, wraps=True)
        self._text = Label(theme, "", TextRole.STEP, tone="second", wraps=True)
        self._text.setVisible(not is_low)
        self.values = LiveValueRow(theme, desk, role=TextRole.COUNT, is_stacked=not with_chart)
        self._notice = NoticeLine(theme, desk)
        self._chart = TouchButton(theme, self.tr("Chart"), ButtonKind.LARGE)
        self._chart.setObjectName("free_chart")
        self._with_chart = with_chart
        self._chart.clicked.connect(lambda: self.wanted.emit("chart"))
        self._orders = TouchButton(theme, "", ButtonKind.PRIMARY)
        self._orders.setObjectName("choose_order")
        self._orders.clicked.connect(lambda: self.wanted.emit("orders"))
        if is_low:
            self.keep_margin(2.2)
        self._lay_out(theme)

    def refresh(self) -> None:
        """Show what is true now."""
        view = present_step_card(self._desk.picture)
        machine = self._desk.picture.main_machine
        self._chart.setVisible(self._with_chart and machine is not None and chart_view(machine) is not None)
        self._heading.show_text(view.heading)
        self._text.show_text(view.text)
        self._orders.show_text(view.main.text)
        self._orders.setVisible(view.main.act is Act.CHOOSE_ORDER)
        self.values.refresh()

    def _lay_out(self, theme: Theme) -> None:
        self.column.addWidget(self._heading)
        self.column.addWidget(self._text)
        self.column.addWidget(self.values)
        self.column.addStretch(1)
        self.column.addWidget(self._notice)
        bottom = QHBoxLayout()
        bottom.setSpacing(theme.profile.gap)
        bottom.addWidget(self._chart, 1)
        bottom.addStretch(1)
        bottom.addWidget(self._orders, 2)
        self.column.addLayout(bottom)
