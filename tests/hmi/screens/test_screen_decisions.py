"""What people do at the screen about what the centre changed and what a lead asks."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget  # noqa: TID251 - the test looks at widgets

from hmi.presenters.conflicts import present_conflict
from hmi.presenters.orders import present_as_of
from hmi.station import topics
from hmi.station.commands import AnswerRequest, DecideConflict
from tests.hmi.screens import scenes
from tests.hmi.screens.test_screens_audit import SMALL, faults_on
from tests.hmi.screens.views import CANCELLED, SHARED, VIEWS, settle
from widgets.badge import Badge
from widgets.label import Label
from widgets.profile import PANEL_10
from widgets.touch_button import TouchButton

DECIDING = ("conflict", "conflict_cancelled", "conflict_shared", "conflict_why", "request", "request_why")
LEAD = topics.PeopleTopic(scenes.PEOPLE[3], scenes.PEOPLE, scenes.ALLOWED)


@pytest.fixture
def opened(open_window):
    def build(name, *, small=False):
        made = VIEWS[name].stage()
        window = open_window(made, small=small)
        made.desk.tick()
        settle(window)
        return made, window

    return build


def touch(window, name):
    widget = next(child for child in window.findChildren(QWidget, name) if child.isVisible())
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(widget.width() // 2, widget.height() // 2))
    settle(window)


def named(window, name):
    return next(child for child in window.findChildren(TouchButton, name) if child.isVisible())


def texts(window):
    return [label.text() for label in window.findChildren(Label) if label.isVisible()]


def badges(window):
    return [badge.word() for badge in window.findChildren(Badge) if badge.isVisible() and badge.word() == "differs"]


@pytest.mark.parametrize("small", [True, False])
def test_a_changed_order_is_seen_on_orders_decided_with_a_reason_and_then_gone(opened, small):
    made, window = opened("conflict", small=small)
    touch(window, "nav_orders")
    assert named(window, "orders_decide").words() == "WO-24117 differs at the centre: decide"
    touch(window, "orders_decide")
    assert {"As started", "At the centre", "240", "190", "15:30", "13:00"} <= set(texts(window))
    assert badges(window) == ["differs", "differs"]
    touch(window, "conflict_keep")
    assert "WO-24117 goes on as started. Why?" in texts(window)
    touch(window, "keep_material_set")
    assert made.wishes.sent == [DecideConflict("conflict-1", "keep", "material_set")]
    made.tell(topics.ConflictsTopic())
    settle(window)
    assert window.key == "orders"
    assert not window.findChild(TouchButton, "orders_decide").isVisible()


def test_the_alarm_line_leads_from_the_work_straight_to_the_question(opened):
    made, window = opened("conflict")
    asks = topics.AlarmView("station", "order_conflict", "medium", scenes.NOW, "WO-24117 differs at the centre")
    made.tell(topics.AlarmsTopic((asks,)))
    settle(window)
    assert (window.key, named(window, "alarm_action").words()) == ("run", "Decide")
    touch(window, "alarm_action")
    assert window.key == "centre"
    window.go_home()
    made.tell(topics.AlarmsTopic((asks, *scenes.OIL.alarms)))
    settle(window)
    assert named(window, "alarm_action").words() == "Show"
    window.frame.alarm_line.action_pressed.emit()
    assert window.key == "alarms"


def test_following_says_first_what_it_does_here(opened):
    made, window = opened("conflict_cancelled")
    window.go("centre")
    settle(window)
    assert "WO-24117 was cancelled at the centre." in texts(window)
    assert "End it here: The order ends here with the unit in work. What was made stays." in texts(window)
    touch(window, "conflict_follow")
    touch(window, "follow_agreed")
    assert made.wishes.sent == [DecideConflict("conflict-1", "follow", "agreed")]


def test_a_version_that_changes_again_while_somebody_decides_is_shown_anew(opened):
    made, window = opened("conflict")
    window.go("centre")
    touch(window, "conflict_keep")
    newer = replace(scenes.CONFLICT, id="conflict-9", theirs=replace(scenes.CONFLICT.theirs, quantity=77))
    made.tell(topics.ConflictsTopic((newer,)))
    settle(window)
    assert "77" in texts(window)
    assert made.wishes.sent == []


def test_those_who_may_not_decide_see_both_versions_and_why_they_may_not(opened):
    made, window = opened("conflict")
    allowed = tuple(name for name in scenes.ALLOWED if name != "DecideConflict")
    made.tell(topics.PeopleTopic(scenes.PEOPLE[0], scenes.PEOPLE, allowed))
    window.go("centre")
    settle(window)
    assert "190" in texts(window)
    assert named(window, "conflict_keep").property("disabledReason") == "setter or lead"
    made.tell(scenes.NOBODY)
    settle(window)
    assert named(window, "conflict_follow").property("disabledReason") == "sign in first"
    touch(window, "conflict_keep")
    assert made.wishes.sent == []


def test_later_leaves_it_open(opened):
    made, window = opened("conflict")
    window.go("centre")
    touch(window, "conflict_later")
    assert (window.key, made.wishes.sent) == ("orders", [])
    assert named(window, "orders_decide").isVisible()


def test_a_request_is_done_with_one_touch_and_the_next_item_follows(opened):
    made, window = opened("request")
    made.tell(topics.RequestsTopic((scenes.REQUEST, scenes.COUNT_REQUEST)))
    touch(window, "nav_orders")
    assert named(window, "orders_decide").words() == "2 questions from the centre"
    touch(window, "orders_decide")
    assert {"A lead asks: pause WO-24117.", "Stefan Brandt", "No material"} <= set(texts(window))
    touch(window, "request_accept")
    assert made.wishes.sent == [AnswerRequest("request-1", accept=True)]
    made.tell(topics.RequestsTopic((scenes.COUNT_REQUEST,)))
    settle(window)
    assert "12 good, 1 bad · 09:41 to 09:58" in texts(window)


def test_a_request_is_refused_with_a_reason(opened):
    made, window = opened("request")
    window.go("centre")
    touch(window, "request_refuse")
    touch(window, "refusal_unit_first")
    assert made.wishes.sent == [AnswerRequest("request-1", accept=False, reason="unit_first")]


@pytest.mark.parametrize(
    ("conflict", "title", "rows"),
    [
        (scenes.CONFLICT, "WO-24117 was changed at the centre.", 5),
        (CANCELLED, "WO-24117 was cancelled at the centre.", 5),
        (replace(CANCELLED, kind="vanished", theirs=None), "The centre no longer knows WO-24117.", 1),
        (SHARED, "WO-24117 runs at another station too.", 1),
    ],
)
def test_each_kind_says_what_happened_with_what_differs_marked(qapp, conflict, title, rows):
    made = scenes.stage()
    text = present_conflict(conflict, made.desk.picture, made.desk.now())
    assert (text.title, len(text.rows)) == (title, rows)
    assert any(row.is_changed for row in text.rows)


def test_another_product_is_said_to_end_the_order_here(qapp):
    made = scenes.stage()
    other = replace(scenes.CONFLICT, theirs=replace(scenes.CONFLICT.theirs, product="P-450"))
    assert present_conflict(other, made.desk.picture, made.desk.now()).follow == "End it here"


def test_the_queue_says_when_the_centre_was_heard_and_how_long_ago_once_it_is_a_while(qapp):
    made = scenes.stage()
    assert present_as_of(made.desk.picture, made.desk.now()) == "as planned · as of 10:42"
    made.clock.turn(12 * 60)
    assert present_as_of(made.desk.picture, made.desk.now()) == "as planned · as of 10:42 · 12 min ago"
    made.tell(replace(scenes.ORDERS, as_of=None))
    assert present_as_of(made.desk.picture, made.desk.now()) == "as planned · the centre was not heard yet"
    made.tell(replace(scenes.STATION, has_centre=False))
    assert present_as_of(made.desk.picture, made.desk.now()) == "as planned"


@pytest.mark.parametrize("small", [True, False])
def test_the_age_of_the_queue_stands_on_the_orders_page(opened, small):
    made, window = opened("orders", small=small)
    made.clock.turn(14 * 60)
    made.hear()
    window.go("orders")
    settle(window)
    assert "as planned · as of 10:42 · 14 min ago" in texts(window)


@pytest.mark.timeout(30)  # six windows are built, drawn and read one after the other
def test_deciding_has_room_on_ten_inches(qapp):
    faults = faults_on(qapp, DECIDING, PANEL_10, SMALL)
    assert not faults, "\n".join(faults)
