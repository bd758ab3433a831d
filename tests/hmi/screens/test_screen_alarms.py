"""From the alarm line to what is known of an alarm, and to the word that somebody saw it: two touches."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect

from hmi.station import topics
from hmi.station.commands import AcknowledgeAlarm
from hmi.station.legible import legible
from hmi.station.topics import Wants
from tests.hmi.screens import scenes
from tests.hmi.screens.scenes import NOW, stage
from tests.hmi.screens.views import settle
from widgets.alarm_row import AlarmRow
from widgets.badge import Badge
from widgets.label import Label
from widgets.touch_button import TouchButton

OIL = replace(scenes.OIL.alarms[0], wants=Wants.ACKNOWLEDGE)
OIL_TOO = replace(OIL, code="oil_low")
SEEN = replace(OIL, wants=Wants.NOTHING, acknowledged_at=NOW, acknowledged_by="mk")


def key_of(row: AlarmRow) -> TouchButton:
    return row.findChild(TouchButton)


@pytest.mark.parametrize("small", [True, False])
def test_two_touches_acknowledge_an_alarm_once(open_window, small):
    made = stage(topics.AlarmsTopic((OIL,)))
    window = open_window(made, small=small)
    window.findChild(TouchButton, "alarm_action").click()
    assert window.key == "alarms"
    (row,) = window.findChildren(AlarmRow)
    key_of(row).click()
    key_of(row).click()
    assert made.wishes.sent == [AcknowledgeAlarm("press", "oil_hot")]


def test_a_row_stays_where_it_is_and_its_key_goes_once_somebody_saw_it(open_window):
    made = stage(topics.AlarmsTopic((OIL, scenes.OIL.alarms[1])))
    window = open_window(made)
    window.go("alarms")
    before = window.findChildren(AlarmRow)
    made.tell(topics.AlarmsTopic((SEEN, scenes.OIL.alarms[1])))
    assert window.findChildren(AlarmRow) == before
    assert not key_of(before[0]).isVisible()


def test_only_what_nobody_has_seen_blinks_and_its_word_stays(open_window, qtbot):
    made = stage(topics.AlarmsTopic((OIL,)))
    window = open_window(made)
    badge = window.frame.alarm_line.findChild(Badge)
    colours = set()

    def blinked():
        (text,) = badge.painted_texts()
        assert text.text == "High"
        colours.add(text.colour.name())
        return len(colours) == 2

    qtbot.waitUntil(blinked, timeout=2000)
    made.tell(topics.AlarmsTopic((SEEN,)))
    assert not badge._blink.isActive()


def test_without_alarms_or_notices_the_line_has_nothing_to_show(open_window):
    made = stage(topics.AlarmsTopic())
    window = open_window(made)
    assert not window.findChild(TouchButton, "alarm_action").isVisible()
    remark = topics.RemarkView("clock_off", "63 s ahead", NOW)
    made.tell(topics.MachinesTopic((replace(scenes.PRESS, remarks=(remark,)), scenes.SCREWDRIVER)))
    assert window.findChild(TouchButton, "alarm_action").isVisible()


@pytest.mark.parametrize("small", [True, False])
@pytest.mark.parametrize(
    "text", ["W" * 200, "word and more " * 14, "opc.tcp://" + "a-long-name." * 15], ids=["word", "words", "address"]
)
def test_an_endless_text_pushes_no_key_off_the_screen(open_window, small, text):
    made = stage(topics.AlarmsTopic((replace(OIL, text=legible(text)), OIL_TOO)))
    window = open_window(made, small=small)
    window.go("alarms")
    settle(window)
    assert window.width() == (1280 if small else 1920)
    show = window.findChild(TouchButton, "alarm_action")
    for key in (show, *(key_of(row) for row in window.findChildren(AlarmRow))):
        room = window.frame.alarm_line if key is show else window.frame.pages
        place = QRect(key.mapTo(room, QPoint(0, 0)), key.size())
        assert place.right() <= room.width()
    line = window.frame.alarm_line
    for label in line.findChildren(Label):
        shown = QRect(label.mapTo(line, QPoint(0, 0)), label.size())
        assert not label.isVisible() or not shown.intersects(QRect(show.mapTo(line, QPoint(0, 0)), show.size()))


def test_while_only_unseen_alarms_are_left_the_line_says_so_and_shows_the_way(open_window):
    made = stage(topics.AlarmsTopic((replace(OIL, is_active=False),)))
    window = open_window(made)
    line = window.frame.alarm_line
    assert line.accessibleName() == "No alarms now · 1 over, not acknowledged"
    assert not line.findChild(Badge).isVisible()
    window.findChild(TouchButton, "alarm_action").click()
    (row,) = window.findChildren(AlarmRow)
    key_of(row).click()
    assert made.wishes.sent == [AcknowledgeAlarm("press", "oil_hot")]
