"""Badges, tiles, lists and lines: what is shown is said, and a touch carries its key."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest

from widgets.alarm_line import AlarmLine
from widgets.display import (
    AlarmText,
    ChipText,
    DisplayValue,
    Quality,
    RowText,
    Severity,
    SpanKind,
    StripSpan,
    StripView,
    UnitMark,
    UnitText,
)
from widgets.gallery_samples import PLACES
from widgets.header import Header
from widgets.live_strip import LiveStrip
from widgets.nav_bar import NavBar
from widgets.table_row import TableRow
from widgets.timeline_strip import TimelineStrip
from widgets.touch_list import TouchList
from widgets.unit_tiles import UnitTiles
from widgets.value_tile import ValueTile


def middle(widget):
    return QPoint(widget.width() // 2, widget.height() // 2)


def test_a_stale_value_is_greyed_hatched_and_says_its_age(qtbot, theme):
    tile = ValueTile(theme, "Force")
    qtbot.addWidget(tile)
    tile.resize(400, 140)
    tile.show_value(DisplayValue("12.4", "kN"))
    live = tile.grab().toImage()
    tile.show_value(DisplayValue.stale("12.4", "kN", "12 s old, the press does not answer"))
    stale = tile.grab().toImage()
    hatch = theme.color("border").rgb()
    edge = [(x, y) for x in range(370, 398) for y in range(10, 130)]
    assert tile.property("quality") == Quality.STALE.value
    assert not any(live.pixel(x, y) == hatch for x, y in edge)
    assert sum(stale.pixel(x, y) == hatch for x, y in edge) > 100
    assert "12 s old" in tile.accessibleName()


def test_the_alarm_line_keeps_its_place_and_says_when_there_is_none(qtbot, theme):
    line = AlarmLine(theme)
    qtbot.addWidget(line)
    line.resize(1280, line.height())
    empty = line.size()
    assert line.accessibleName() == "No alarms"
    line.show_alarm(AlarmText(Severity.ALARM, "Critical", "Press: no answer", "look at the machine", "12 s"))
    assert line.size() == empty
    assert line.accessibleName() == "Critical: Press: no answer. look at the machine"
    line.show_alarm(None)
    assert line.size() == empty


def test_a_crowded_header_never_loses_its_clock(qtbot, theme):
    header = Header(theme)
    qtbot.addWidget(header)
    header.show_station("ST-040 Press and screw", "Line 2 · pump housing")
    header.show_state(ChipText("Waiting for: shaft runout", "33 min"))
    header.show_order(ChipText("", "Order WO-24117"))
    header.show_link(ChipText("", "Machine live"))
    header.show_sync(ChipText("offline", "43 records safe here", severity=Severity.NOTICE))
    header.show_person("Nobody signed in")
    header.show_time("10:42")
    header.resize(1280, header.height())
    header.show()
    qtbot.waitExposed(header)
    assert header.width() == 1280
    assert not header.order.isVisible()
    assert header.sync.isVisible()
    assert header._clock.geometry().right() <= 1280


def test_navigation_says_which_place_was_touched_and_holds_five_at_most(qtbot, theme, touch):
    bar = NavBar(theme, PLACES)
    qtbot.addWidget(bar)
    bar.resize(bar.sizeHint())
    bar.show()
    qtbot.waitExposed(bar)
    chosen = []
    bar.place_chosen.connect(chosen.append)
    button = bar._buttons["orders"]
    touch(button, middle(button))
    assert chosen == ["orders"]
    with pytest.raises(ValueError, match="5 places"):
        NavBar(theme, [*PLACES, PLACES[0]])


def test_units_are_the_newest_twelve_and_a_touch_carries_the_unit(qtbot, theme, touch):
    tiles = UnitTiles(theme)
    qtbot.addWidget(tiles)
    tiles.resize(1200, 80)
    tiles.show_units([UnitText(f"u{n}", str(n), UnitMark.BAD if n == 181 else UnitMark.GOOD) for n in range(170, 186)])
    tiles.show()
    qtbot.waitExposed(tiles)
    pressed = []
    tiles.unit_pressed.connect(pressed.append)
    assert [tile.words() for tile in tiles._tiles] == [str(n) for n in range(174, 186)]
    assert tiles._tiles[7].accessibleName() == "unit 181, bad"
    touch(tiles._tiles[7], middle(tiles._tiles[7]))
    assert pressed == ["u181"]


def test_a_list_that_is_too_long_turns_by_buttons(qtbot, theme):
    rows = TouchList(theme)
    qtbot.addWidget(rows)
    rows.resize(600, 300)
    rows.show()
    rows.show_rows([TableRow(theme, RowText(str(n), (f"unit {n}",)), (1,)) for n in range(12)])
    qtbot.waitUntil(lambda: rows._area.verticalScrollBar().maximum() > 0)
    assert rows._down.isVisible()
    rows.turn(1)
    assert rows._area.verticalScrollBar().value() > 0


def test_a_list_that_fits_has_no_page_buttons_and_a_turn_never_leaves_a_row_cut(qtbot, theme):
    rows = TouchList(theme)
    qtbot.addWidget(rows)
    rows.resize(600, 300)
    rows.show()
    rows.show_rows([TableRow(theme, RowText(str(n), (f"unit {n}",)), (1,)) for n in range(12)])
    bar = rows._area.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    rows.turn(1)
    assert bar.value() in [row.y() for row in rows.rows]
    rows.turn(-1)
    assert bar.value() == 0
    rows.show_rows(rows.rows[:2])
    qtbot.waitUntil(lambda: not rows._up.isVisible() and not rows._down.isVisible())


def test_a_finger_drawn_over_the_window_moves_no_row_and_chooses_none(qtbot, theme, finger):
    rows = TouchList(theme)
    qtbot.addWidget(rows)
    rows.resize(600, 300)
    rows.show()
    qtbot.waitExposed(rows)
    made = [TableRow(theme, RowText(str(n), (f"unit {n}",)), (1,)) for n in range(12)]
    chosen = []
    for row in made:
        row.clicked.connect(lambda _checked=False, row=row: chosen.append(row.key))
    rows.show_rows(made)
    bar = rows._area.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    window, start = rows.windowHandle(), made[2].mapTo(rows, middle(made[2]))
    QTest.touchEvent(window, finger, False).press(0, start, window).commit(False)
    QTest.touchEvent(window, finger, False).move(0, start - QPoint(0, 120), window).commit(False)
    QTest.touchEvent(window, finger, False).release(0, start - QPoint(0, 120), window).commit(False)
    assert (chosen, bar.value()) == ([], 0)
    QTest.touchEvent(window, finger, False).press(0, start, window).commit(False)
    QTest.touchEvent(window, finger, False).release(0, start, window).commit(False)
    assert chosen == ["2"]


def test_a_row_of_a_list_is_chosen_by_a_touch_and_not_by_a_drag(qtbot, theme, touch):
    rows = TouchList(theme)
    qtbot.addWidget(rows)
    rows.resize(600, 300)
    rows.show()
    qtbot.waitExposed(rows)
    made = [TableRow(theme, RowText(str(n), (f"unit {n}",)), (1,)) for n in range(12)]
    chosen = []
    for row in made:
        row.clicked.connect(lambda _checked=False, row=row: chosen.append(row.key))
    rows.show_rows(made)
    qtbot.waitUntil(lambda: rows._area.verticalScrollBar().maximum() > 0)
    touch(made[1], middle(made[1]))
    assert chosen == ["1"]
    touch(made[2], middle(made[2]), middle(made[2]) - QPoint(0, 150))
    assert chosen == ["1"]


def test_a_live_strip_scrolls_and_leaves_a_hole_where_samples_are_lost(qtbot, theme):
    strip = LiveStrip(theme, curves=1, low=0, high=10, samples_per_pixel=2)
    qtbot.addWidget(strip)
    strip.resize(200, 100)
    strip.grab()
    strip.append(np.full((1, 200), 5.0))
    strip.append(np.full((1, 40), np.nan))
    strip.append(np.full((1, 40), 5.0))
    picture, trace = strip.grab().toImage(), theme.color("trace").rgb()
    drawn = [any(picture.pixel(x, y) == trace for y in range(100)) for x in range(200)]
    assert drawn == [False] * 60 + [True] * 100 + [False] * 20 + [True] * 20


def test_unknown_time_is_hatched_and_nothing_stands_after_now(qtbot, theme):
    strip = TimelineStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(800, strip.sizeHint().height())
    spans = (StripSpan(SpanKind.RAN, 0, 4), StripSpan(SpanKind.UNKNOWN, 4, 6), StripSpan(SpanKind.RAN, 6, 8))
    strip.show_strip(StripView(0, 10, 7, spans))
    picture = strip.grab().toImage()
    at = [picture.pixelColor(x, 15).name() for x in (200, 650)]
    assert at == [theme.color("running").name(), theme.color("panel").name()]
    assert len({picture.pixel(x, 15) for x in range(330, 470)}) > 1
