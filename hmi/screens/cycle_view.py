"""One past cycle: its curve and what is known of it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from hmi.archive import Archive, AskCurve, Found
from hmi.presenters.chart import chart_view
from hmi.presenters.desk import Desk
from hmi.presenters.history import cycle_facts, no_curve_reason, samples_of
from hmi.screens.fact_rows import FactRows
from station_db.records.production import Cycle
from widgets.card import Card
from widgets.chart_axes import ChartView
from widgets.cycle_chart import Curve, CycleChart
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme
from widgets.touch_button import TouchButton


class CycleView(Card):
    """Curve and facts of the touched cycle; the heading says that it is history."""

    back_pressed = Signal()

    def __init__(self, theme: Theme, desk: Desk, archive: Archive, *, with_back: bool, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent=parent)
        self._desk = desk
        self._archive = archive
        self._cycle: Cycle | None = None
        self._axes: ChartView | None = None
        self._title = Label(theme, self.tr("Touch a cycle to see its curve."), TextRole.TITLE, wraps=True)
        self._chart = CycleChart(theme)
        self._chart.hide()
        self._facts = FactRows(theme)
        self._back = TouchButton(theme, self.tr("Back to the list"))
        self._back.setObjectName("history_back")
        self._back.setVisible(with_back)
        self._back.clicked.connect(self.back_pressed)
        self._lay_out(theme, beside=with_back)
        archive.found.connect(self._take)

    def show_cycle(self, cycle: Cycle) -> None:
        """Show a cycle and ask for its curve."""
        self._cycle = cycle
        self._title.show_text(self.tr("History: cycle {0}").format(cycle.number))
        self._facts.show_rows(cycle_facts(cycle, self._desk.picture.zone))
        self._chart.show_current(None)
        self._chart.show_empty("" if cycle.curve_digest else no_curve_reason(cycle))
        self._chart.setVisible(self._axes is not None)
        if cycle.curve_digest:
            self._archive.ask(AskCurve(cycle.curve_digest))

    def refresh(self) -> None:
        """Take the axes over once they are known."""
        machine = self._desk.picture.main_machine
        axes = chart_view(machine) if machine else None
        if axes and axes != self._axes:
            self._axes = axes
            self._chart.show_axes(axes)

    def _take(self, found: Found) -> None:
        cycle = self._cycle
        if cycle is None or not isinstance(found.question, AskCurve) or found.question.digest != cycle.curve_digest:
            return
        if not found.rows:
            self._chart.show_empty(no_curve_reason(cycle))
            return
        samples = samples_of(found.rows[0])
        self._chart.show_current(Curve(np.asarray(samples[0], dtype=float), np.asarray(samples[1], dtype=float)))

    def _lay_out(self, theme: Theme, *, beside: bool) -> None:
        """Facts under the curve, or beside it where the panel is low."""
        head = QHBoxLayout()
        head.setSpacing(theme.profile.gap)
        head.addWidget(self._title, 1)
        head.addWidget(self._back)
        body = QBoxLayout(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
        body.setSpacing(theme.profile.gap)
        body.addWidget(self._chart, 3)
        body.addWidget(self._facts, 2 if beside else 0)
        self.column.addLayout(head)
        self.column.addLayout(body, 1)
        self.column.addStretch(0)
