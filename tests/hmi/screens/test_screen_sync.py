"""From the header to the sync page and what can be done there: one touch each, and rows that stay under the hand."""

from dataclasses import replace
from itertools import pairwise

import pytest
import shiboken6
from PySide6.QtCore import QPoint, QRect

from hmi.station import topics
from hmi.station.commands import Answer, ExportSetAside, RetrySync
from tests.audit import audit
from tests.hmi.screens import scenes, sync_scenes
from tests.hmi.screens.conftest import SMALL
from tests.hmi.screens.scenes import stage
from tests.hmi.screens.views import SYNC_VIEWS, built, settle
from widgets.aside_row import AsideRow
from widgets.balance_line import BalanceLine
from widgets.chip_key import ChipKey
from widgets.count_tile import CountTile
from widgets.profile import PANEL_10
from widgets.touch_button import TouchButton
from widgets.touch_list import TouchList


def open_page(open_window, *said, small=False):
    made = stage(topics.AlarmsTopic(), *said)
    window = open_window(made, small=small)
    window.findChild(ChipKey, "sync").click()
    settle(window)
    return made, window


def key(window, name):
    return window.sync.findChild(TouchButton, f"sync_{name}")


def numbers(window):
    tiles = window.sync.findChild(BalanceLine).findChildren(CountTile)
    return [tile.accessibleName().replace("\u202f", "") for tile in tiles]


@pytest.mark.parametrize("small", [True, False])
def test_a_touch_on_the_header_opens_the_page_and_one_goes_home(open_window, small):
    _, window = open_page(open_window, sync_scenes.OFFLINE, small=small)
    assert window.key == "sync"
    assert numbers(window) == ["captured: 48212", "sent: 47998", "waiting here: 214", "set aside: 0"]
    window.findChild(TouchButton, "nav_run").click()
    assert window.key == "run"


def test_try_now_is_asked_once_and_says_that_it_is_tried(open_window):
    made, window = open_page(open_window, sync_scenes.OFFLINE)
    key(window, "retry").click()
    key(window, "retry").click()
    assert made.wishes.sent == [RetrySync()]
    made.desk.take_answer(Answer("command-1", done=True))
    assert made.desk.notice.text == "The centre is tried now."


def test_what_is_set_aside_is_exported_by_one_touch(open_window):
    made, window = open_page(open_window, sync_scenes.ONE_ASIDE)
    key(window, "export").click()
    assert made.wishes.sent == [ExportSetAside()]


def test_somebody_who_may_not_act_may_look_and_is_told_why(open_window):
    made, window = open_page(open_window, sync_scenes.ONE_ASIDE, scenes.NOBODY)
    assert key(window, "retry").property("disabledReason") == "sign in first"
    assert len(window.findChildren(AsideRow)) == 1
    assert made.wishes.sent == []


def test_without_a_centre_there_is_nothing_to_try_or_to_sum(open_window):
    _, window = open_page(open_window, sync_scenes.NONE)
    assert not key(window, "retry").isVisible()
    assert not window.sync.findChild(BalanceLine).isVisible()


def test_the_sum_grows_without_moving_anything_and_rows_stay(open_window):
    made, window = open_page(open_window, sync_scenes.MANY_ASIDE)
    rows, line = window.findChildren(AsideRow), window.sync.findChild(BalanceLine)
    before = [tile.geometry().getRect() for tile in line.findChildren(CountTile)]
    grown = replace(sync_scenes.MANY_ASIDE, captured=148_212, sent=148_149)
    made.tell(grown)
    made.clock.turn(60)
    made.hear()
    settle(window)
    assert [tile.geometry().getRect() for tile in line.findChildren(CountTile)] == before
    assert window.findChildren(AsideRow) == rows
    assert numbers(window)[0] == "captured: 148212"


def test_an_item_that_was_read_after_all_goes_and_the_others_stay(open_window):
    made, window = open_page(open_window, sync_scenes.sync("synced", aside=3))
    rows = window.findChildren(AsideRow)
    left = sync_scenes.sync("synced", aside=3)
    made.tell(replace(left, set_aside=2, sent=left.sent + 1, items=left.items[1:]))
    settle(window)
    assert [row for row in window.findChildren(AsideRow) if row.isVisible()] == rows[1:]
    made.tell(sync_scenes.SYNCED)
    settle(window)
    assert not [row for row in window.findChildren(AsideRow) if row.isVisible()]


@pytest.mark.parametrize("small", [True, False])
def test_every_item_set_aside_can_be_reached_page_by_page(open_window, small):
    _, window = open_page(open_window, sync_scenes.MANY_ASIDE, small=small)
    rows = next(found for found in window.sync.findChildren(TouchList) if any(isinstance(row, AsideRow) for row in found.rows))
    seen = set()
    for _ in range(60):
        seen |= {at for at, row in enumerate(rows.rows) if isinstance(row, AsideRow) and whole(row, rows)}
        rows.turn(1)
    assert len(seen) == 50


def test_a_row_higher_than_a_page_is_turned_through_both_ways(open_window):
    _, window = open_page(open_window, sync_scenes.MANY_ASIDE, small=True)
    rows = window.sync.findChildren(TouchList)[0]
    rows.setFixedHeight(60)
    settle(window)
    down = [turned(rows, 1) for _ in range(8)]
    up = [turned(rows, -1) for _ in range(100)]
    assert all(later > one for one, later in pairwise(down))
    assert all(later < one for one, later in pairwise(up) if one)
    assert up[-1] == 0


def turned(rows, pages):
    """How far down the rows are after that."""
    rows.turn(pages)
    return -rows.rows[0].mapTo(rows, QPoint(0, 0)).y()


def whole(row, rows):
    """Whether all of a row is in sight."""
    place = QRect(row.mapTo(rows, QPoint(0, 0)), row.size())
    return rows.rect().contains(place)


@pytest.mark.parametrize("small", [True, False])
def test_the_header_keeps_its_places_however_the_centre_stands(open_window, small):
    made, window = open_page(open_window, sync_scenes.SYNCED, small=small)
    header = window.frame.header
    places = set()
    for topic in (sync_scenes.SYNCED, sync_scenes.OFFLINE, sync_scenes.ONE_ASIDE, sync_scenes.DRAINING, sync_scenes.NONE):
        made.tell(topic)
        settle(window)
        places.add((header.sync.geometry().getRect(), header.link.geometry().right(), header.person.x()))
    assert len(places) == 1


@pytest.mark.timeout(20)  # fifteen windows are built and read
def test_every_state_fits_a_ten_inch_panel(dressed):
    theme, faults = dressed(profile=PANEL_10), []
    for name, view in SYNC_VIEWS.items():
        window = built(view, theme, SMALL)
        faults += [f"{name}: {finding}" for finding in audit(window, theme.profile, theme.tokens)]
        shiboken6.delete(window)
    assert not faults, "\n".join(faults)
