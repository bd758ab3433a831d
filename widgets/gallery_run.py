"""The gallery's first page: the operator's home as in the pictures, put together from the widgets alone."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from resources.assets import IconName
from widgets import gallery_samples as sample
from widgets.alarm_line import AlarmLine
from widgets.card import Card, CardKind
from widgets.count_tile import CountTile
from widgets.cycle_chart import CycleChart
from widgets.display import ChipText, CountText, Glyph, StepMark
from widgets.header import Header
from widgets.label import Label
from widgets.limit_bar import LimitBar
from widgets.nav_bar import NavBar
from widgets.profile import TextRole
from widgets.step_progress import StepProgress
from widgets.theme import Theme, restyle
from widgets.timeline_strip import TimelineStrip
from widgets.touch_button import ButtonKind, TouchButton
from widgets.unit_tiles import UnitTiles


class RunPage(QWidget):
    """The whole frame with chart and step."""

    def __init__(self, theme: Theme, *, small: bool) -> None:
        super().__init__()
        self.setObjectName("page")
        self._theme = theme
        self._small = small
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self._header(), 0, 0, 1, 2)
        grid.addWidget(self._alarm(), 1, 0, 1, 2)
        grid.addWidget(self._navigation(), 2, 0, 2, 1)
        grid.addLayout(self._middle(), 2, 1)
        grid.addWidget(self._footer(), 3, 1)
        grid.setRowStretch(2, 1)
        grid.setColumnStretch(1, 1)

    def _header(self) -> Header:
        header = Header(self._theme)
        header.show_station("ST-040 Press and screw", self.tr("Line 2 · pump housing"))
        header.show_state(ChipText(self.tr("Running"), self.tr("33 min"), glyph=Glyph.RUN))
        header.show_order(ChipText("WO-24117", lead=self.tr("Order")))
        header.show_link(ChipText("", self.tr("Machine live")))
        header.show_sync(ChipText("", self.tr("synced"), IconName.CLOUD))
        header.show_person("M. K.")
        header.show_time("10:42")
        return header

    def _alarm(self) -> AlarmLine:
        line = AlarmLine(self._theme)
        line.show_alarm(sample.ALARM)
        line.show_action(self.tr("Acknowledge"))
        return line

    def _navigation(self) -> NavBar:
        bar = NavBar(self._theme, sample.PLACES)
        bar.show_place("run")
        bar.show_count("stops", 1)
        return bar

    def _middle(self) -> QHBoxLayout:
        row = QHBoxLayout()
        margin = self._theme.profile.gap
        row.setContentsMargins(margin, margin, margin, margin)
        row.setSpacing(margin)
        if not self._small:
            row.addWidget(self._machine(), 17)
        row.addWidget(self._step(), 12)
        return row

    def _machine(self) -> Card:
        card = Card(self._theme)
        chart = CycleChart(self._theme)
        chart.show_axes(sample.CHART)
        chart.show_band(*sample.band())
        chart.show_past([sample.force(seed) for seed in range(10, 15)])
        chart.show_current(sample.force(3, 22), "30.9 kN")
        card.column.addLayout(
            self._heading(self.tr("Press: unit 185"), self.tr("press-fit · 3.1 of 4.2 s · band: last 200 good"))
        )
        card.column.addWidget(chart, 1)
        tiles = UnitTiles(self._theme)
        tiles.show_units(sample.UNITS)
        card.column.addWidget(tiles)
        card.column.addLayout(self._strip(self.tr("Bad part"), self.tr("Lots"), self.tr("Pause"), self.tr("Finish order")))
        return card

    def _step(self) -> Card:
        card = Card(self._theme)
        card.column.addLayout(self._heading(self.tr("4 of 7 · Measure shaft runout"), self.tr("you: unit 186")))
        progress = StepProgress(self._theme)
        progress.show_steps([StepMark.DONE] * 3 + [StepMark.CURRENT] + [StepMark.OPEN] * 3, self.tr("step 4 of 7"))
        card.column.addWidget(progress)
        words = self.tr("Gauge 10 mm from the shoulder. Turn the shaft once by hand.")
        card.column.addWidget(Label(self._theme, words, TextRole.STEP, wraps=True))
        card.column.addWidget(self._value())
        card.column.addStretch(1)
        done = TouchButton(self._theme, self.tr("0.032 mm is good: next"), ButtonKind.PRIMARY)
        if self._small:
            row = self._strip(self.tr("Bad part"), self.tr("Lots"), self.tr("Pause"))
            row.addWidget(done, 4)
            card.column.addLayout(row)
        else:
            note = self.tr("The press takes unit 186 when this is good. Next: 5 Screw the cover")
            card.column.addWidget(Label(self._theme, note, TextRole.LABEL, tone="second", wraps=True))
            card.column.addWidget(done)
        return card

    def _value(self) -> Card:
        card = Card(self._theme, CardKind.ACTIVE)
        row = QHBoxLayout()
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(Label(self._theme, self.tr("Runout · gauge G-07, 3 s ago"), TextRole.LABEL, tone="third"))
        number = QHBoxLayout()
        number.setSpacing(self._theme.profile.mm(3))
        number.addWidget(Label(self._theme, "0.032", TextRole.DISPLAY))
        number.addWidget(Label(self._theme, "mm", TextRole.VALUE, tone="second"))
        number.addStretch(1)
        left.addLayout(number)
        left.addWidget(Label(self._theme, self.tr("last unit 0.029"), TextRole.LABEL, tone="third"))
        bar = LimitBar(self._theme)
        bar.show_limits(sample.LIMITS)
        row.addLayout(left, 1)
        row.addWidget(bar, 1)
        card.column.addLayout(row)
        return card

    def _footer(self) -> Card:
        card = Card(self._theme, CardKind.PLAIN)
        restyle(card, kind="bar", edge="top")
        row = QHBoxLayout()
        profile = self._theme.profile
        row.setContentsMargins(profile.mm(4), profile.mm(1), profile.mm(4), profile.mm(1))
        row.setSpacing(profile.mm(8))
        counts = [
            CountText(self.tr("Good"), "182", self.tr("of 240")),
            CountText(self.tr("Bad · held"), "2 · 1"),
        ]
        for count in counts:
            tile = CountTile(self._theme)
            tile.show_count(count)
            row.addWidget(tile)
        if not self._small:
            for count in (
                CountText(self.tr("6 behind plan"), "58 left, ~12:10"),
                CountText(self.tr("Bearing lot"), "lasts 41 units"),
            ):
                tile = CountTile(self._theme, role=TextRole.VALUE)
                tile.show_count(count)
                row.addWidget(tile)
        strip = TimelineStrip(self._theme)
        strip.show_strip(sample.shift(), self.tr("the shift so far"))
        row.addWidget(strip, 1)
        if self._small:
            row.addWidget(TouchButton(self._theme, self.tr("Chart"), icon=IconName.CHART))
        card.column.addLayout(row)
        return card

    def _heading(self, title: str, note: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self._theme.profile.gap)
        row.addWidget(Label(self._theme, title, TextRole.TITLE, wraps=True))
        row.addWidget(Label(self._theme, note, TextRole.BODY, tone="second", wraps=True))
        row.addStretch(1)
        return row

    def _strip(self, *texts: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self._theme.profile.gap)
        for text in texts:
            row.addWidget(TouchButton(self._theme, text, ButtonKind.LARGE), 2)
        return row
