"""What people do about counts at the screen: answer what a counter can't tell, count by hand, take it back."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget  # noqa: TID251 - the test looks at widgets

from hmi.station import topics
from hmi.station.commands import Answer, CountParts, SettleGap, TakeBackCount
from resources.themes import DAY
from tests.hmi.screens import scenes
from tests.hmi.screens.test_screens_audit import SMALL, faults_on
from tests.hmi.screens.views import VIEWS, settle
from widgets.count_tile import CountTile
from widgets.label import Label
from widgets.profile import PANEL_10
from widgets.touch_button import TouchButton

COUNTING = ("run_asked", "settle", "settle_number", "settle_reason", "hand", "hand_order", "hand_first", "hand_nobody")


def touch(window, name):
    """Press and release in the middle of a widget, by its name."""
    press(next(child for child in window.findChildren(QWidget, name) if child.isVisible()))
    settle(window)


def press(widget):
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(widget.width() // 2, widget.height() // 2))


def named(window, name):
    return next(child for child in window.findChildren(TouchButton, name) if child.isVisible())


def texts(window):
    return {label.text() for label in window.findChildren(Label) if label.isVisible()}


def answer(made, window, *, done=True, code=""):
    made.desk.take_answer(Answer(f"command-{len(made.wishes.sent)}", done, code))
    settle(window)


@pytest.fixture
def opened(open_window):
    """A view's stage and its window."""

    def build(name, *, small=False):
        made = VIEWS[name].stage()
        window = open_window(made, small=small)
        made.desk.tick()
        settle(window)
        return made, window

    return build


@pytest.mark.parametrize("small", [True, False])
def test_a_count_that_is_at_least_is_touched_answered_and_sent_once(opened, small):
    made, window = opened("run_asked", small=small)
    press(window.frame.footer.findChildren(CountTile)[0])
    settle(window)
    assert window.key == "settle"
    assert "How many parts were made between 09:41 and 09:58 that are not counted?" in texts(window)
    assert {"good from 412 to 3, cycles from 422 to 3", "0 in that time", "at most 34 more"} <= texts(window)
    touch(window, "question_answer")
    for key in ("key_1", "key_2", "key_enter", "key_0"):
        touch(window, key)
    QTest.keyClick(window.settle.pad, Qt.Key.Key_Return)
    settle(window)
    assert "12 good and 0 bad. How do you know?" in texts(window)
    touch(window, "gap_sheet")
    assert made.wishes.sent == [SettleGap("gap-1", 12, 0, "sheet")]
    answer(made, window)
    assert window.key == "run"


def test_nothing_made_is_two_touches(opened):
    made, window = opened("run_asked")
    window.go("settle")
    touch(window, "question_nothing")
    assert made.wishes.sent == [SettleGap("gap-1", 0, 0, "stood")]


def test_more_than_the_machine_can_make_is_said_but_not_forbidden(opened):
    _, window = opened("run_asked")
    window.go("settle")
    touch(window, "question_answer")
    for key in ("key_3", "key_5"):
        touch(window, key)
    assert "Look at the number once more." in texts(window)
    touch(window, "key_enter")
    assert "Bad parts, 09:41 to 09:58" in texts(window)


def test_later_leaves_the_question_open_and_nobody_answers_without_a_name(opened):
    made, window = opened("run_asked")
    window.go("settle")
    touch(window, "question_later")
    assert (window.key, made.wishes.sent) == ("run", [])
    made.tell(scenes.NOBODY)
    window.go("settle")
    touch(window, "question_nothing")
    assert made.wishes.sent == []


def test_a_question_somebody_else_answered_closes_its_page(opened):
    made, window = opened("run_asked")
    window.go("settle")
    made.tell(topics.QuestionsTopic(), scenes.COUNTS)
    assert window.key == "run"
    assert "≥ 182" not in texts(window)


def test_history_says_how_many_questions_are_open_of_older_shifts_too(opened):
    made, window = opened("run_asked")
    older = replace(scenes.QUESTION, gap="gap-2", is_now=False)
    made.tell(topics.QuestionsTopic((scenes.QUESTION, older)))
    window.go("history")
    assert named(window, "history_questions").words() == "2 questions"
    touch(window, "history_questions")
    assert window.key == "settle"


def test_a_tile_without_a_question_is_no_key(opened):
    _, window = opened("run")
    press(window.frame.footer.findChildren(CountTile)[0])
    assert window.key == "run"


@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("count_one", CountParts("press", 1, 0)),
        ("count_bad", CountParts("press", 0, 1)),
        ("count_2", CountParts("press", 2, 0)),
        ("count_5", CountParts("press", 5, 0)),
        ("count_10", CountParts("press", 10, 0)),
    ],
)
def test_a_key_counts_and_a_double_tap_is_one_count(opened, key, body):
    made, window = opened("hand", small=key == "count_one")
    touch(window, key)
    answer(made, window)
    touch(window, key)
    assert made.wishes.sent == [body]


def test_a_fresh_count_is_taken_back_by_a_touch_until_ten_seconds_are_over(opened):
    made, window = opened("hand")
    assert named(window, "undo_h3").words() == "Undo (9 s)"
    touch(window, "undo_h3")
    assert made.wishes.sent == [TakeBackCount("h3")]
    made.clock.turn(9.0)
    made.hear()
    settle(window)
    assert not [child for child in window.findChildren(QWidget, "undo_h3") if child.isVisible()]


def test_a_key_that_is_closed_says_why(opened):
    _, window = opened("hand_first")
    assert named(window, "count_one").property("disabledReason") == "first: Shaft runout"
    assert named(window, "count_5").property("disabledReason") == "one by one"
    _, window = opened("hand_nobody")
    assert named(window, "count_one").property("disabledReason") == "sign in first"


def test_keys_to_count_with_are_as_large_as_a_main_action(opened):
    _, window = opened("hand_order", small=True)
    for key in ("count_one", "count_bad", "count_2", "count_5", "count_10"):
        button = named(window, key)
        assert min(button.width(), button.height()) >= window.theme.profile.primary - (key not in ("count_one", "count_bad"))


def test_on_a_small_panel_the_step_comes_first_where_something_else_is_to_be_done(opened):
    _, window = opened("hand_first", small=True)
    assert not [child for child in window.findChildren(QWidget, "count_one") if child.isVisible()]
    _, window = opened("hand_order", small=True)
    assert named(window, "count_one").is_open()


def test_counting_has_room_on_ten_inches(qapp):
    faults = faults_on(qapp, COUNTING, PANEL_10, SMALL, by=DAY)
    assert not faults, "\n".join(faults)
