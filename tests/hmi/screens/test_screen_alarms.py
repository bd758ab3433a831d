"""From the alarm line to what is known of an alarm, and to the word that somebody saw it: two touches."""

from dataclasses import replace

import pytest

from hmi.station import topics
from hmi.station.commands import AcknowledgeAlarm
from hmi.station.topics import Wants
from tests.hmi.screens import scenes
from tests.hmi.screens.scenes import NOW, stage
from widgets.alarm_row import AlarmRow
from widgets.badge import Badge
from widgets.touch_button import TouchButton

OIL = replace(scenes.OIL.alarms[0], wants=Wants.ACKNOWLEDGE)
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
