"""The gallery's other pages: every widget in every state."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from resources.assets import IconName
from widgets import gallery_samples as sample
from widgets.alarm_line import AlarmLine
from widgets.alarm_row import AlarmRow
from widgets.aside_row import AsideRow
from widgets.badge import Badge
from widgets.balance_line import BalanceLine
from widgets.card import Card
from widgets.chip import Chip
from widgets.chip_key import ChipKey
from widgets.count_tile import CountTile
from widgets.cycle_chart import CycleChart
from widgets.display import (
    ChipText,
    CountText,
    DisplayValue,
    Glyph,
    LimitView,
    PadJudgement,
    PadQuestion,
    Severity,
    StepMark,
)
from widgets.gallery_run import RunPage
from widgets.limit_bar import LimitBar
from widgets.live_strip import LiveStrip
from widgets.number_pad import NumberPad
from widgets.order_row import OrderRow
from widgets.profile import TextRole
from widgets.step_progress import StepProgress
from widgets.table_row import TableHead, TableRow
from widgets.theme import Theme
from widgets.timeline_strip import TimelineStrip
from widgets.touch_button import ButtonKind, TouchButton
from widgets.touch_list import TouchList
from widgets.unit_tiles import UnitTiles
from widgets.value_tile import ValueTile

Page = Callable[[Theme, bool], QWidget]


def _page(theme: Theme) -> tuple[QWidget, QVBoxLayout]:
    page = QWidget()
    page.setObjectName("page")
    column = QVBoxLayout(page)
    margin = theme.profile.gap
    column.setContentsMargins(margin, margin, margin, margin)
    column.setSpacing(margin)
    return page, column


def _row(theme: Theme, *widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.profile.gap)
    for widget in widgets:
        row.addWidget(widget)
    return row


def run_page(theme: Theme, small: bool) -> QWidget:  # noqa: FBT001 - every page has the same shape
    """The operator's home."""
    return RunPage(theme, small=small)


def button_page(theme: Theme, small: bool) -> QWidget:  # noqa: FBT001 - every page has the same shape
    """Buttons of every kind."""
    page, column = _page(theme)
    card = Card(theme)
    for kind in ButtonKind:
        if kind is ButtonKind.COUNT:
            continue
        closed = TouchButton(theme, page.tr("Enter"), kind)
        closed.set_reason(page.tr("outside the limits"))
        pressed = TouchButton(theme, page.tr("Pressed"), kind)
        pressed.setDown(True)
        icon = TouchButton(theme, page.tr("Find or scan"), kind, icon=IconName.SCAN)
        card.column.addLayout(_row(theme, TouchButton(theme, page.tr("Open"), kind), pressed, closed, icon))
    counting = TouchButton(theme, "+1", ButtonKind.COUNT)
    counting.set_reason(page.tr("outside the limits"))
    card.column.addLayout(_row(theme, TouchButton(theme, "+1", ButtonKind.COUNT), counting))
    column.addWidget(card)
    column.addStretch(1)
    return page


def mark_page(theme: Theme, small: bool) -> QWidget:  # noqa: FBT001 - every page has the same shape
    """Badges, chips and unit tiles."""
    page, column = _page(theme)
    card = Card(theme)
    badges = []
    for severity, word in zip(
        Severity, (page.tr("ready"), page.tr("offline"), page.tr("not ready"), page.tr("above the limit")), strict=True
    ):
        badge = Badge(theme)
        badge.show_badge(severity, word)
        badges.append(badge)
    card.column.addLayout(_row(theme, *badges))
    chips = []
    for glyph, word in zip(Glyph, ("Running", "Stopped", "Idle", "Break", "Unknown"), strict=True):
        chip = Chip(theme)
        chip.show_chip(ChipText(word, "" if small else page.tr("3 min"), glyph=glyph))
        chips.append(chip)
    offline = Chip(theme)
    offline.show_chip(ChipText(page.tr("offline"), page.tr("43 safe here"), IconName.CLOUD_OFF, severity=Severity.NOTICE))
    card.column.addLayout(_row(theme, *chips))
    key = ChipKey(theme)
    key.show_chip(ChipText(page.tr("offline"), below=page.tr("43 safe here"), icon=IconName.CLOUD_OFF))
    called = ChipKey(theme)
    called.show_chip(ChipText(page.tr("1 set aside"), below=page.tr("synced"), severity=Severity.WARNING))
    card.column.addLayout(_row(theme, offline, key, called))
    tiles = UnitTiles(theme)
    tiles.show_units(sample.MIXED_UNITS)
    card.column.addWidget(tiles)
    column.addWidget(card)
    column.addStretch(1)
    return page


def value_page(theme: Theme, small: bool) -> QWidget:  # noqa: FBT001 - every page has the same shape
    """Values live, out of limits, stale and missing, the alarm line and alarms in rows."""
    page, column = _page(theme)
    for alarm in (sample.CRITICAL, None):
        line = AlarmLine(theme)
        line.show_alarm(alarm)
        column.addWidget(line)
    tiles = []
    for value, badge in (
        (DisplayValue("30.9", "kN", note=page.tr("live")), ""),
        (DisplayValue("71.6", "kN", Severity.ALARM), page.tr("too high")),
        (DisplayValue.stale("12.4", "kN", page.tr("12 s old, the press does not answer")), ""),
        (DisplayValue.missing("kN", page.tr("never heard")), ""),
    ):
        tile = ValueTile(theme, page.tr("Force"))
        tile.show_value(value, badge)
        tiles.append(tile)
    column.addLayout(_row(theme, *tiles[:2], *(() if small else tiles[2:])))
    if small:
        column.addLayout(_row(theme, *tiles[2:]))
    for row in sample.ALARM_ROWS[: 1 if small else 2]:
        column.addWidget(AlarmRow(theme, row))
    column.addStretch(1)
    return page


def strip_page(theme: Theme, small: bool) -> QWidget:  # noqa: FBT001 - every page has the same shape
    """Limits, steps, the timeline and a count that is not whole."""
    page, column = _page(theme)
    card = Card(theme)
    bars = []
    for at in (0.032, 0.32) if small else (0.032, 0.32, None):
        bar = LimitBar(theme)
        bar.show_limits(LimitView(0.0, 0.05, "0", "0.050", at))
        bars.append(bar)
    card.column.addLayout(_row(theme, *bars))
    progress = StepProgress(theme)
    progress.show_steps([StepMark.DONE, StepMark.FAILED, StepMark.CURRENT, StepMark.OPEN], page.tr("step 3 of 4"))
    card.column.addWidget(progress)
    strip = TimelineStrip(theme)
    strip.show_strip(sample.shift(), page.tr("the shift so far"))
    card.column.addWidget(strip)
    live = LiveStrip(theme, curves=1, low=0, high=80, samples_per_pixel=2)
    live.setFixedHeight(theme.profile.mm(20))
    live.append(np.tile(sample.force(4).y, 4)[None, :])
    card.column.addWidget(live)
    count = CountTile(theme)
    count.show_count(CountText(page.tr("Good"), "≥ 182", page.tr("1 source missing"), hatched=True))
    card.column.addWidget(count)
    column.addWidget(card)
    column.addStretch(1)
    return page


def chart_page(theme: Theme, small: bool) -> QWidget:  # noqa: FBT001 - every page has the same shape
    """The chart broken, stale, and empty."""
    page, column = _page(theme)
    charts = [CycleChart(theme) for _ in range(2 if small else 3)]
    for chart in charts:
        chart.show_axes(sample.CHART)
    charts[0].show_mode(page.tr("last cycle"))
    charts[0].show_band(*sample.band())
    charts[0].show_current(sample.broken_force(), "30.9 kN")
    charts[1].show_past([sample.force(seed) for seed in range(3)])
    charts[1].show_current(sample.force(3, 22), "30.9 kN")
    charts[1].show_stale(page.tr("12 s old, the press does not answer"))
    charts[-1].show_empty("" if small else page.tr("No cycle yet. The curve appears with the first one."))
    for chart in charts:
        card = Card(theme)
        card.column.addWidget(chart)
        column.addWidget(card)
    return page


def pad_page(theme: Theme, small: bool) -> QWidget:  # noqa: FBT001 - every page has the same shape
    """The number pad with a number above the limit."""
    page, column = _page(theme)
    pad = NumberPad(theme, compact=small)
    limits = page.tr("Limits 0.000 to 0.050 mm · usual 0.02 to 0.04 · last unit 0.029")
    pad.ask(PadQuestion("mm", limits, mark=","), "0,32")
    pad.show_gauge("" if small else page.tr("Take from gauge"))
    pad.show_judgement(
        PadJudgement(
            page.tr("above the limit"),
            page.tr("ten times the usual. Measure again or type it again."),
            page.tr("outside the limits"),
            page.tr("0,32 is right: part fails"),
        )
    )
    column.addWidget(pad)
    return page


def list_page(theme: Theme, small: bool) -> QWidget:  # noqa: FBT001 - every page has the same shape
    """Orders, table rows, and an empty page."""
    page, column = _page(theme)
    orders = TouchList(theme)
    rows = [OrderRow(theme, order) for order in sample.ORDERS]
    rows[1].setChecked(True)
    orders.show_rows(rows[: 2 if small else 3])
    column.addWidget(orders, 3)
    shares = (3, 2, 2, 2, 3)
    head = TableHead(
        theme, (page.tr("press"), page.tr("unit"), page.tr("cycle"), page.tr("end force"), page.tr("result")), shares
    )
    table = TouchList(theme)
    table.show_rows([TableRow(theme, row, shares) for row in sample.ROWS])
    column.addWidget(head)
    column.addWidget(table, 3)
    return page


def sum_page(theme: Theme, small: bool) -> QWidget:  # noqa: FBT001 - every page has the same shape
    """A sum in big numbers, and entries that were set aside."""
    page, column = _page(theme)
    line = BalanceLine(theme, len(sample.SUM), "888", role=TextRole.VALUE if small else TextRole.COUNT)
    line.show_terms(sample.SUM)
    card = Card(theme)
    card.column.addWidget(line)
    column.addWidget(card)
    asides = TouchList(theme)
    asides.show_rows([AsideRow(theme, aside) for aside in sample.ASIDES])
    column.addWidget(asides, 1)
    return page


PAGES: dict[str, Page] = {
    "run": run_page,
    "buttons": button_page,
    "marks": mark_page,
    "values": value_page,
    "strips": strip_page,
    "charts": chart_page,
    "pad": pad_page,
    "lists": list_page,
    "sums": sum_page,
}
"""Every page by name; the flag says that the panel is a small one."""
