"""The machine's card: the cycle chart with live values, last units and action strip; on small panels the chart alone."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from hmi.presenters.chart import ChartHeading, chart_view, head_flag, present_heading
from hmi.presenters.curves import MachineCurves, Samples, envelope
from hmi.presenters.desk import Desk
from hmi.presenters.units import present_units
from hmi.screens.action_strip import ActionStrip
from hmi.screens.live_values import LiveValueRow
from hmi.station.topics import MachineView
from widgets.card import Card
from widgets.chart_axes import ChartView
from widgets.cycle_chart import Curve, CycleChart
from widgets.display import UnitText
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme
from widgets.touch_button import TouchButton
from widgets.unit_tiles import UnitTiles

FRAME_MS = 66
"""The chart is drawn at most 15 times a second."""


class ChartCard(Card):
    """The machine stays in sight. `unit_chosen` carries the unit touched, `back_pressed` leaves it on small panels."""

    unit_chosen = Signal(str)
    back_pressed = Signal()

    def __init__(
        self,
        theme: Theme,
        desk: Desk,
        strip: ActionStrip | None = None,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent=parent)
        self.setObjectName("chart_card")
        self._desk = desk
        self._strip = strip
        self._heading_shown: ChartHeading | None = None
        self._axes: ChartView | None = None
        self._units_shown: tuple[UnitText, ...] = ()
        self._title = Label(theme, "", TextRole.TITLE, wraps=strip is None)
        self._note = Label(theme, "", TextRole.BODY, tone="second", wraps=True)
        self.back = TouchButton(theme, self.tr("Back to the step"))
        self.back.setObjectName("back_to_step")
        self.back.clicked.connect(self.back_pressed)
        self.chart = CycleChart(theme)
        self.chart.setObjectName("chart")
        self._values = LiveValueRow(theme, desk)
        self._units = UnitTiles(theme)
        self._units.unit_pressed.connect(self.unit_chosen)
        self._frame_timer = QTimer(self, singleShot=True, interval=FRAME_MS)
        self._frame_timer.timeout.connect(self._draw)
        desk.curve_changed.connect(self._ask_frame)
        if strip:
            self._lay_out(theme, strip)
        else:
            self._lay_out_low(theme)

    def refresh(self) -> None:
        """Show what is true now."""
        machine = self._desk.picture.main_machine
        self._show_heading(machine)
        if self._strip:
            self._show_surroundings(self._strip)
        if machine and self._axes != (axes := chart_view(machine)):
            self._axes = axes
            self._show_axes(axes)

    def _show_surroundings(self, strip: ActionStrip) -> None:
        """What stands around the chart where there is room; without an order the work's card shows the values, larger."""
        has_order = bool(self._desk.picture.work.order)
        self._values.setVisible(has_order)
        strip.setVisible(has_order)
        self._values.refresh()
        self._show_units()
        strip.refresh()

    def _show_heading(self, machine: MachineView | None) -> None:
        heading = present_heading(self._desk.picture, machine, self._curves(), self._desk.now())
        if heading == self._heading_shown:
            return
        self._heading_shown = heading
        self._title.show_text(heading.title)
        self._note.show_text(heading.note)
        self.chart.show_stale(heading.stale)
        self.chart.show_empty(heading.empty if self._axes else "")

    def _show_axes(self, axes: ChartView | None) -> None:
        self.chart.setVisible(axes is not None)
        if axes:
            self.chart.show_axes(axes)
            self._draw()

    def _show_units(self) -> None:
        units = present_units(self._desk.picture)
        if units != self._units_shown:
            self._units_shown = units
            self._units.show_units(units)
        self._units.setVisible(bool(units))

    def _ask_frame(self, machine: str) -> None:
        main = self._desk.picture.main_machine
        if main and main.id == machine and not self._frame_timer.isActive():
            self._frame_timer.start()

    def _draw(self) -> None:
        machine, curves = self._desk.picture.main_machine, self._curves()
        if machine is None or self._axes is None:
            return
        running = curves.running.samples if curves.running else None
        self.chart.show_current(None if running is None else _curve(running), head_flag(machine, curves))
        self.chart.show_past([_curve(samples) for samples in curves.good[-4:]])
        if band := envelope(curves.good):
            self.chart.show_band(*(np.asarray(side, dtype=float) for side in band))
        self._show_heading(machine)

    def _curves(self) -> MachineCurves:
        machine = self._desk.picture.main_machine
        return self._desk.curves.of(machine.id) if machine else MachineCurves()

    def _lay_out(self, theme: Theme, strip: ActionStrip) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.profile.gap)
        head.addWidget(self._title)
        head.addWidget(self._note, 1)
        self.column.addLayout(head)
        self.column.addWidget(self.chart, 1)
        self.column.addWidget(self._values)
        self.column.addWidget(self._units)
        self.column.addWidget(strip)
        self.back.hide()

    def _lay_out_low(self, theme: Theme) -> None:
        """All of the height for the curve, words and the way back beside it."""
        self.keep_margin(2.2)
        words = QVBoxLayout()
        words.setSpacing(theme.profile.gap)
        words.addWidget(self._title)
        words.addWidget(self._note)
        words.addStretch(1)
        words.addWidget(self.back)
        sides = QHBoxLayout()
        sides.setSpacing(theme.profile.gap)
        sides.addWidget(self.chart, 4)
        sides.addLayout(words, 1)
        self.column.addLayout(sides, 1)
        self._values.hide()
        self._units.hide()


def _curve(samples: Samples) -> Curve:
    return Curve(np.asarray(samples[0], dtype=float), np.asarray(samples[1], dtype=float))
