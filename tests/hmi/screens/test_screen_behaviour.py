"""What the operator sees and what a touch does: one frame, honest values, one wish a touch, no silent press."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget  # noqa: TID251 - the test looks at widgets

from hmi.archive import AskShifts, Found
from hmi.station import topics
from hmi.station.commands import (
    Answer,
    BadPart,
    ConfirmStep,
    EnterMeasurement,
    FinishOrder,
    JudgeStep,
    PauseOrder,
    ScanSerial,
    SignIn,
    SignOut,
    StartOrder,
    WriteSetpoint,
)
from station_db.records.base import RecordId
from station_db.records.people import ShiftOccurrence
from tests.hmi.screens import scenes
from tests.hmi.screens.scenes import stage, work
from tests.hmi.screens.views import VIEWS, settle
from widgets.scan_filter import ScanFilter
from widgets.touch_button import TouchButton

FRAME = ("header", "alarm_line", "navigation", "footer")


def touch(window, name):
    """Press and release in the middle of a widget, by its name."""
    found = [child for child in window.findChildren(QWidget, name) if child.isVisible()]
    assert found, f"{name} is not in sight"
    QTest.mouseClick(found[0], Qt.MouseButton.LeftButton, pos=QPoint(found[0].width() // 2, found[0].height() // 2))


def pixels(widget):
    """The widget as it is drawn."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine()).copy()


@pytest.mark.parametrize("small", [True, False])
def test_no_element_of_the_frame_ever_moves(open_window, small):
    made = stage()
    window = open_window(made, small=small)
    places = set()
    for go in (
        lambda: window.go("orders"),
        lambda: window.go("history"),
        lambda: window.go("number"),
        lambda: window.run.show_card("bad_part"),
        lambda: made.tell(topics.WorkTopic(), topics.AlarmsTopic(), scenes.NOBODY),
        lambda: made.hear(heard_ago=30),
    ):
        go()
        settle(window)
        places.add(tuple(window.findChild(QWidget, part).geometry().getRect() for part in FRAME))
    assert len(places) == 1


@pytest.mark.parametrize("small", [True, False])
def test_no_piece_of_the_header_or_the_footer_moves_whatever_is_said(open_window, small):
    made = stage()
    window = open_window(made, small=small)
    waiting = replace(scenes.PRESS, state="not_executing", packml="Idle")
    seen = {}
    for name, said in (
        ("running", ()),
        ("waiting", (topics.MachinesTopic((waiting, scenes.SCREWDRIVER)),)),
        ("offline", (topics.SyncTopic("offline", 214, scenes.NOW - 12 * scenes.MINUTE),)),
        ("nobody", (scenes.NOBODY,)),
        ("no order", (topics.WorkTopic(),)),
    ):
        made.tell(*said)
        settle(window)
        seen[name] = pieces(window)
    made.clock.turn(3)
    made.desk.tick()
    settle(window)
    seen["engine away"] = pieces(window)
    assert all(places == seen["running"] for places in seen.values()), seen


def pieces(window):
    """Where the pieces of the frame begin, or end where they stand at the right."""
    header, footer = window.frame.header, window.frame.footer
    titles = [
        label.geometry().getRect()[:2]
        for label in header.findChildren(QLabel)
        if label.text() in ("ST-040 Press and screw", "ST-040")
    ]
    right = header.sync.geometry().right()
    return titles, header.state.x(), right, header.person.geometry().getRect(), footer.strip.geometry().getRect()


def test_while_the_engine_is_away_all_of_the_page_is_hatched_and_a_touch_is_answered(open_window):
    made = stage(work(2))
    window = open_window(made)
    settle(window)
    veil = window.findChild(QWidget, "away_veil")
    assert not veil.isVisible()
    made.clock.turn(1.3)
    made.desk.tick()
    settle(window)
    assert veil.isVisible()
    assert veil.size() == window.frame.pages.size()
    touch(window, "away_veil")
    assert "recorder is away" in made.desk.notice.text
    window.go("history")
    assert not veil.isVisible()
    window.go("run")
    made.hear()
    assert not veil.isVisible()


def test_the_last_shift_is_the_recorded_one(open_window):
    window = open_window(stage())
    window.go("history")
    archive = window.history.archive
    touch(window, "history_last_shift")
    search = archive.asked[-1]
    assert isinstance(search, AskShifts)
    night = ShiftOccurrence(
        id=RecordId("n"),
        pattern=RecordId("night"),
        name="Night",
        business_date="2026-11-20",
        zone=scenes.ZONE,
        started_at=scenes.at("00:00"),
        ended_at=scenes.at("05:00"),
    )
    archive.found.emit(Found(search, (night,)))
    asked = archive.asked[-1]
    assert (asked.span.start, asked.span.end) == (night.started_at, night.ended_at)


def test_without_a_recorded_shift_the_last_one_was_as_long_as_this(open_window):
    window = open_window(stage())
    window.go("history")
    touch(window, "history_last_shift")
    window.history.archive.found.emit(Found(window.history.archive.asked[-1], ()))
    asked = window.history.archive.asked[-1]
    assert asked.span.end == scenes.at("06:00")
    assert asked.span.end - asked.span.start == 8 * 60 * scenes.MINUTE


def test_a_silent_machine_looks_stale_within_two_seconds_though_nothing_arrives(open_window):
    made = stage()
    window = open_window(made)
    settle(window)
    [tile] = window.findChildren(QWidget, "value_force")[:1]
    chart = window.findChild(QWidget, "chart")
    assert (tile.property("quality"), chart.property("quality")) == ("live", "live")
    before, drawn = pixels(tile), pixels(chart)
    heard = made.clock.mono
    made.clock.turn(1.8)
    made.desk.take_pulse(scenes.pulse(made.clock, heard_ago=(made.clock.mono - heard) / 1e9))
    made.desk.tick()
    settle(window)
    assert (tile.property("quality"), chart.property("quality")) == ("stale", "stale")
    assert (pixels(chart) != drawn).mean() > 0.02
    after = pixels(tile)
    assert after.shape != before.shape or (after != before).mean() > 0.02


def test_a_dead_engine_makes_the_whole_screen_old_and_refuses_touches_with_words(open_window):
    made = stage(work(2))
    window = open_window(made)
    made.clock.turn(1.3)
    made.desk.tick()
    settle(window)
    assert "recorder is away" in window.frame.alarm_line.accessibleName()
    touch(window, "main_action")
    assert not made.wishes.sent
    assert "recorder is away" in made.desk.notice.text
    assert any(line.isVisible() and "recorder is away" in line.text() for line in window.findChildren(QWidget, "notice"))


def test_unchanged_but_living_values_stay_live(open_window):
    made = stage()
    window = open_window(made)
    for _ in range(20):
        made.clock.turn(0.5)
        made.hear()
    assert {tile.property("quality") for tile in window.findChildren(QWidget, "value_force")} == {"live"}


@pytest.mark.parametrize("small", [True, False])
def test_each_touch_is_one_command(open_window, small):
    made = stage(work(2))
    window = open_window(made, small=small)
    settle(window)

    def answered(body, *names):
        for name in names:
            touch(window, name)
        assert made.wishes.sent[-1] == body
        made.desk.take_answer(Answer(f"command-{len(made.wishes.sent)}", done=True))
        made.clock.turn(0.5)
        made.hear()
        settle(window)

    answered(ConfirmStep("run-2"), "main_action")
    answered(PauseOrder("no_material"), "pause", "pause_no_material")
    answered(BadPart("unit-186", "damaged"), "bad_part", "reason_damaged")
    answered(FinishOrder(), "finish", "finish_confirm")
    made.tell(work(6))
    answered(JudgeStep("run-6", passed=True), "pass")
    made.tell(work(4))
    settle(window)
    window.run.step.wanted.emit("number")
    window.measure.pad.press("0")
    answered(EnterMeasurement("run-4", "0.032"), "key_mark", "key_0", "key_3", "key_2", "key_enter")
    made.tell(work(1))
    settle(window)
    answered(ScanSerial("run-1", "H123456"), "type_serial", *(f"key_{digit}" for digit in "123456"), "key_enter")
    answered(SignOut(), "person", "sign_out")
    answered(SignIn(person="mk"), "name_mk")
    assert len(made.wishes.sent) == 9


def test_a_unit_touched_beside_the_chart_is_the_bad_one(open_window):
    made = stage()
    window = open_window(made)
    settle(window)
    window.run.machine.unit_chosen.emit("unit-180")
    settle(window)
    touch(window, "reason_dirty")
    assert made.wishes.sent == [BadPart("unit-180", "dirty")]


def test_a_value_outside_is_asked_about_and_only_a_person_fails_the_part(open_window):
    made = stage()
    window = open_window(made)
    settle(window)
    touch(window, "main_action")
    for key in ("key_0", "key_mark", "key_3", "key_2"):
        touch(window, key)
    settle(window)
    touch(window, "key_enter")
    assert not made.wishes.sent
    window.measure.pad.failed.emit(window.measure.pad.text())
    assert made.wishes.sent[-1] == EnterMeasurement("run-4", "0.32", accept_fail=True)


def test_what_was_half_typed_is_there_again(open_window):
    opened = replace(work(4).step, draft="0.03")
    made = stage(replace(work(4), step=opened))
    window = open_window(made)
    window.go("number")
    assert window.measure.pad.text() == "0.03"


def test_an_order_starts_with_two_touches_and_goes_to_the_work(open_window):
    made = stage(topics.WorkTopic(), scenes.FREE_ORDERS)
    window = open_window(made)
    settle(window)
    touch(window, "choose_order")
    settle(window)
    touch(window, "start_order")
    assert made.wishes.sent == [StartOrder("WO-24117")]
    made.desk.take_answer(Answer("command-1", done=True))
    assert window.key == "run"


def test_a_badge_that_needs_a_pin_asks_for_it_and_keeps_the_badge(open_window):
    made = stage(scenes.NOBODY)
    window = open_window(made)
    window.scanned("100002")
    made.desk.take_answer(Answer("command-1", done=False, code="pin_needed", args=("Ahmed Tahir",)))
    assert window.key == "pin"
    settle(window)
    made.clock.turn(0.5)
    made.hear()
    for key in ("key_2", "key_7", "key_4", "key_9", "key_enter"):
        touch(window, key)
    assert made.wishes.sent[-1] == SignIn(badge="100002", pin="2749")


def test_a_scan_goes_to_the_expecting_step_and_never_into_a_field_or_a_button(qapp, open_window):
    made = stage(work(1))
    window = open_window(made)
    scans = ScanFilter(qapp)
    scans.scanned.connect(window.scanned)
    try:
        main = window.findChild(QWidget, "person")
        main.setFocus()
        QTest.keyClicks(main, "H000186")
        QTest.keyClick(main, Qt.Key.Key_Return)
    finally:
        scans.stop()
    assert made.wishes.sent == [ScanSerial("run-1", "H000186")]
    assert window.run.key == "step"


def test_a_scan_while_the_pad_is_open_types_nothing(qapp, open_window):
    made = stage()
    window = open_window(made)
    window.go("number")
    scans = ScanFilter(qapp)
    scans.scanned.connect(window.scanned)
    try:
        QTest.keyClicks(window.measure.pad, "100002")
        QTest.keyClick(window.measure.pad, Qt.Key.Key_Return)
    finally:
        scans.stop()
    assert window.measure.pad.text() == ""
    assert made.wishes.sent == [SignIn(badge="100002")]


def test_day_and_night_are_two_touches_away(open_window):
    made = stage()
    window = open_window(made)
    settle(window)
    touch(window, "person")
    settle(window)
    touch(window, "theme_switch")
    assert window.theme.tokens.name == "night"


def test_a_pad_closes_when_its_step_is_done(open_window):
    made = stage()
    window = open_window(made)
    window.go("number")
    made.tell(work(5))
    assert window.key == "run"


def test_a_station_without_orders_has_no_place_for_them(open_window):
    made = stage()
    window = open_window(made)
    orders = window.findChild(QWidget, "nav_orders")
    assert orders.isVisible()
    made.tell(replace(scenes.STATION, has_orders=False, has_centre=False), topics.WorkTopic(), topics.OrdersTopic())
    assert not orders.isVisible()


def test_a_screen_that_heard_nothing_yet_claims_nothing(show):
    window = show("run_unheard", small=True)
    texts = {label.text() for label in window.findChildren(QLabel) if label.isVisible()}
    assert "Waiting for the recorder" in texts
    assert not any("0" in text for text in texts if ":" not in text)


def test_a_closed_action_says_why(show):
    window = show("run_nobody")
    assert {window.findChild(QWidget, key).property("disabledReason") for key in ("bad_part", "pause", "finish")} == {
        "sign in first"
    }


def test_nobody_signed_in_closes_enter_at_once_and_keeps_what_was_typed(open_window):
    made = stage()
    window = open_window(made)
    window.go("number")
    for key in "0.03":
        window.measure.pad.press(key)
    made.tell(scenes.NOBODY)
    made.hear()
    enter = window.measure.findChild(TouchButton, "key_enter")
    assert enter.property("disabledReason") == "sign in first: your number is kept"
    assert window.measure.pad.text() == "0.03"
    made.tell(scenes.SIGNED_IN)
    made.hear()
    assert enter.is_open()


def test_what_was_typed_while_the_engine_was_away_is_there_again_and_goes_out(open_window):
    made = stage()
    window = open_window(made)
    window.go("number")
    made.desk.lose_engine("screen.engine_away")
    for key in "0.03":
        window.measure.pad.press(key)
    window.go_home()
    made.hear()
    window.go("number")
    assert window.measure.pad.text() == "0.03"


def test_without_an_order_values_stand_once_and_no_closed_actions_are_shown(show):
    window = show("run_free")
    assert len([tile for tile in window.findChildren(QWidget, "value_force") if tile.isVisible()]) == 1
    assert not window.findChild(QWidget, "bad_part").isVisible()


def test_a_touch_that_leaves_the_pad_leaves_no_button_looking_chosen(open_window):
    window = open_window(stage())
    window.go("number")
    touch(window, "pad_back")
    settle(window)
    assert not any(button.hasFocus() for button in window.findChildren(TouchButton))


def test_the_good_key_of_a_check_is_in_the_main_actions_place(open_window):
    window = open_window(stage(work(6)), small=True)
    settle(window)
    bad, good, main = (window.findChild(QWidget, name) for name in ("fail", "pass", "main_action"))
    assert good.geometry() == main.geometry()
    apart = good.mapTo(window, QPoint(0, 0)).y() - bad.mapTo(window, QPoint(0, bad.height())).y()
    assert apart >= window.theme.profile.mm(13)


def test_a_station_without_people_says_so(show):
    window = show("sign_in_monitor", small=True)
    words = [label.text() for label in window.run.sign_in.findChildren(QLabel) if label.isVisible()]
    assert "Nobody signs in here" in words


def test_the_records_kept_here_are_counted_on_a_small_panel_too(show):
    window = show("run_offline", small=True)
    assert [text.text for text in window.frame.header.sync.chip.painted_texts()] == ["offline since 09:58", "214 safe here"]


def test_a_value_is_written_only_after_old_and_new_were_looked_at_and_touched_in_another_place(open_window):
    made = VIEWS["machine"].stage()
    window = open_window(made, small=True)
    window.go("machine")
    settle(window)
    first = window.findChild(TouchButton, "setpoint_change")
    place = first.mapTo(window, first.rect().center())
    touch(window, "setpoint_change")
    for key in ("key_4", "key_mark", "key_5"):
        touch(window, key)
    touch(window, "key_enter")
    settle(window)
    assert (window.key, made.wishes.sent) == ("machine", [])
    card = window.findChild(QWidget, "setpoint_card")
    assert "4.0 bar  →  4.5 bar" in [label.text() for label in card.findChildren(QLabel) if label.isVisible()]
    write = window.findChild(TouchButton, "setpoint_write")
    assert not write.rect().contains(write.mapFrom(window, place))
    touch(window, "setpoint_write")
    assert made.wishes.sent == [WriteSetpoint("press", "pressure", "4.5", 4.0)]
    made.desk.take_answer(Answer(made.desk.pending.id, done=True))
    settle(window)
    assert not write.isVisible()


def test_what_is_outside_its_limits_never_gets_as_far_as_a_command(open_window):
    made = VIEWS["machine"].stage()
    window = open_window(made)
    window.go("machine")
    touch(window, "setpoint_change")
    for key in ("key_6", "key_mark", "key_1"):
        touch(window, key)
    touch(window, "key_enter")
    assert (window.key, made.wishes.sent) == ("setpoint", [])


def test_a_stranger_reads_who_may_write(open_window):
    made = stage(scenes.SETPOINTS)
    window = open_window(made)
    window.go("machine")
    touch(window, "setpoint_change")
    assert (window.key, made.wishes.sent) == ("machine", [])
    assert made.desk.notice.text
