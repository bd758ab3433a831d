"""Alarms by bit, by number and by the machine's own conditions; who saw them, and what the machine hears of that."""

from dataclasses import replace

import pytest

from drivers.reading import Batch, Condition, LinkUp, Quality, Refreshed
from drivers.tag import AlarmText, DataType, Purpose, Role, Tag
from hmi.station.commands import AcknowledgeAlarm
from hmi.station.legible import MOST
from hmi.station.topics import Wants
from station_db.records.equipment import AlarmEvent

GUARD = "nsu=urn:cell;s=Guard"
OVERPRESSURE = "nsu=urn:cell;s=Overpressure"
GUARD_ALARM, OVERPRESSURE_ALARM = f"@{GUARD}", f"@{OVERPRESSURE}"

WORDS = AlarmText("Press fault", "The press stands.", "Call the setter.", "high")
NUMBERED = Tag("trouble", "holding:9", DataType.UINT16, Role.ALARM, texts={1: "Part is jammed", 2: "Guard is open"}, alarm=WORDS)


@pytest.fixture
def numbered(tell, the_plant):
    """A press that tells its alarms as numbers."""
    tags = tuple(tag for tag in the_plant.press.tags if tag.role is not Role.ALARM and tag.purpose is not Purpose.FAULT)
    story = tell(machines=(replace(the_plant.press, tags=(*tags, NUMBERED)),))

    def says(number, quality=Quality.GOOD):
        value = None if quality is Quality.BAD else number
        story.pass_time(0.1)
        return story.hears(Batch("press", "normal", ("trouble",), (value,), story.wall, story.mono, (quality,)))

    story.says = says
    return story.scan()


def condition(story, name=GUARD, **more):
    """A condition as it stands at the machine, told now."""
    told = {
        "branch": "event-1",
        "source": "Cell",
        "text": "guard door open",
        "severity": 700,
        "is_active": True,
        "is_acknowledged": False,
        "is_confirmed": True,
        "is_retained": True,
        "came_at": story.wall - 5_000_000,
    }
    return Condition("press", name, **(told | more), at=story.wall, heard_ns=story.mono)


def refreshed(story):
    return Refreshed("press", story.wall, story.mono)


def connected(story):
    return story.hears(LinkUp("press", story.wall, story.mono)).scan()


def acknowledge(story, code):
    return story.ask(AcknowledgeAlarm("press", code))


def test_an_alarm_number_is_said_in_the_words_of_its_table(numbered):
    (alarm,) = numbered.says(2).alarms
    assert (alarm.code, alarm.text, alarm.consequence, alarm.priority) == (
        "trouble:2",
        "Guard is open",
        "The press stands.",
        "high",
    )
    assert numbered.says(0).alarm_codes == []


def test_another_number_is_another_alarm_and_the_first_is_over(numbered):
    numbered.says(1).says(2)
    assert numbered.alarm_codes == ["trouble:2"]
    first, second = numbered.record.all(AlarmEvent)
    assert first.went_at is not None
    assert second.went_at is None


def test_a_number_without_words_shows_itself(numbered):
    assert [alarm.text for alarm in numbered.says(17).alarms] == ["Press fault 17"]


def test_an_alarm_whose_value_is_bad_stands_as_it_was(numbered):
    assert numbered.says(1).says(0, Quality.BAD).alarm_codes == ["trouble:1"]
    assert numbered.says(0).alarm_codes == []


def test_a_numbered_alarm_stays_one_over_a_kill(numbered):
    numbered.says(1).kill().scan()
    assert numbered.alarm_codes == ["trouble:1"]
    numbered.says(1)
    assert len(numbered.record.all(AlarmEvent)) == 1


def test_a_lost_link_is_one_alarm_more_and_comes_first(tell):
    story = tell().scan()
    story.press.alarms = {"jam", "oil_hot"}
    story.scan().link_down()
    assert story.alarm_codes == ["link_down", "jam", "oil_hot"]
    events = story.record.all(AlarmEvent)
    story.link_up().scan()
    assert story.alarm_codes == ["jam", "oil_hot"]
    assert len(story.record.all(AlarmEvent)) == len(events) == 3


def test_the_first_scan_of_another_group_ends_no_alarm(tell):
    story = tell().scan()
    story.press.alarms = {"jam"}
    story.scan().link_down().link_up().scan(only=("good", "heartbeat"))
    assert story.alarm_codes == ["jam"]
    story.scan()
    assert len([event for event in story.record.all(AlarmEvent) if event.code == "jam"]) == 1


def test_a_fault_number_is_said_in_its_words_where_it_has_some(tell, the_plant):
    tags = tuple(replace(tag, texts={3: "Hydraulics failed"}) if tag.name == "fault" else tag for tag in the_plant.press.tags)
    story = tell(machines=(replace(the_plant.press, tags=tags),)).scan()
    story.press.fault = 3
    assert [(alarm.code, alarm.text) for alarm in story.scan().alarms] == [("machine_fault", "Hydraulics failed")]
    story.press.fault = 4
    assert [alarm.args for alarm in story.scan().alarms] == [("Press", "4")]


def test_who_saw_an_alarm_and_when_is_recorded_and_outlives_a_kill(tell):
    story = tell().scan()
    story.press.alarms = {"jam"}
    story.scan().sign_in()
    assert story.alarms[0].wants is Wants.ACKNOWLEDGE
    acknowledge(story, "jam")
    assert story.answer.done
    (event,) = story.record.all(AlarmEvent)
    assert (event.acknowledged_by, event.acknowledged_at) == ("operator", story.wall)
    story.kill().scan()
    (alarm,) = story.alarms
    assert (alarm.wants, alarm.acknowledged_by) == (Wants.NOTHING, "operator")


def test_an_alarm_that_comes_again_wants_to_be_seen_again(tell):
    story = tell().scan().sign_in()
    for _ in range(2):
        story.press.alarms = {"jam"}
        assert story.scan().alarms[0].wants is Wants.ACKNOWLEDGE
        acknowledge(story, "jam")
        story.press.alarms = set()
        story.scan()
    assert len(story.record.all(AlarmEvent)) == 2


def test_an_alarm_that_is_over_cannot_be_acknowledged(tell):
    acknowledge(story := tell().scan().sign_in(), "jam")
    assert (story.answer.done, story.answer.code) == (False, "alarm_gone")


def test_nobody_acknowledges_while_nobody_is_signed_in(tell):
    story = tell().scan()
    story.press.alarms = {"jam"}
    acknowledge(story.scan(), "jam")
    assert story.answer.code == "nobody_signed_in"


def test_a_condition_is_an_alarm_with_its_source_and_priority(tell):
    story = connected(tell())
    story.hears(condition(story))
    (alarm,) = story.alarms
    assert (alarm.code, alarm.text, alarm.priority) == (GUARD_ALARM, "Cell: guard door open", "high")
    assert alarm.came_at == story.wall - 5_000_000


@pytest.mark.parametrize(("severity", "priority"), [(1, "low"), (400, "low"), (401, "medium"), (601, "high"), (1000, "urgent")])
def test_the_severity_of_a_condition_is_a_priority(tell, severity, priority):
    story = connected(tell())
    story.hears(condition(story, severity=severity))
    assert story.alarms[0].priority == priority


def test_a_machine_whose_clock_is_ahead_has_no_alarm_in_the_future(tell):
    story = connected(tell())
    story.hears(condition(story, came_at=story.wall + 3_600_000_000))
    assert story.alarms[0].came_at == story.wall


def test_a_condition_that_is_over_but_not_seen_stays_until_its_machine_lets_it_go(tell):
    story = connected(tell())
    story.hears(condition(story)).pass_time(2).hears(condition(story, is_active=False, branch="event-2"))
    assert [(alarm.is_active, alarm.wants) for alarm in story.alarms] == [(False, Wants.ACKNOWLEDGE)]
    (event,) = story.record.all(AlarmEvent)
    assert event.went_at == story.wall
    story.pass_time(2).hears(condition(story, is_active=False, is_acknowledged=True, is_retained=False))
    assert story.alarms == ()
    (event,) = story.record.all(AlarmEvent)
    assert (event.went_at, event.acknowledged_by) == (story.wall - 2_000_000, "press")


def test_a_condition_that_comes_again_is_another_alarm(tell):
    story = connected(tell())
    story.hears(condition(story)).hears(condition(story, is_active=False)).hears(condition(story, branch="event-3"))
    assert [alarm.is_active for alarm in story.alarms] == [True]
    assert [event.went_at is None for event in story.record.all(AlarmEvent)] == [False, True]


def test_after_a_lost_link_what_is_not_told_again_is_over(tell):
    story = connected(tell())
    story.hears(condition(story)).hears(condition(story, OVERPRESSURE, text="pressure high"))
    story.hears(refreshed(story)).link_down()
    assert set(story.alarm_codes) == {"link_down", GUARD_ALARM, OVERPRESSURE_ALARM}
    connected(story).hears(condition(story))
    assert set(story.alarm_codes) == {GUARD_ALARM, OVERPRESSURE_ALARM}
    story.hears(refreshed(story))
    assert story.alarm_codes == [GUARD_ALARM]
    assert len(story.record.all(AlarmEvent)) == 3


def test_a_condition_that_stands_over_a_kill_stays_one_alarm(tell):
    story = connected(tell())
    story.hears(condition(story)).hears(refreshed(story)).kill()
    assert story.alarm_codes == [GUARD_ALARM]
    connected(story).hears(condition(story)).hears(refreshed(story))
    assert len(story.record.all(AlarmEvent)) == 1


def test_a_condition_that_ended_unseen_before_a_kill_is_the_one_of_the_record(tell):
    story = connected(tell())
    story.hears(condition(story)).hears(condition(story, is_active=False)).kill()
    assert story.alarms == ()
    connected(story).hears(condition(story, is_active=False)).hears(refreshed(story))
    story.sign_in()
    acknowledge(story, GUARD_ALARM)
    (event,) = story.record.all(AlarmEvent)
    assert event.acknowledged_by == "operator"


def test_the_machine_hears_once_that_a_person_saw_its_alarm(tell):
    story = connected(tell()).sign_in()
    story.hears(condition(story))
    acknowledge(story, GUARD_ALARM)
    (order,) = story.decision.alarms
    assert (order.machine, order.condition, order.branch, order.is_confirmation) == ("press", GUARD, "event-1", False)
    assert order.comment == "Operator, Press 4"
    (alarm,) = story.alarms
    assert (alarm.wants, alarm.acknowledged_by, alarm.told_code) == (Wants.NOTHING, "operator", "alarm_being_told")
    acknowledge(story, GUARD_ALARM)
    assert story.decision.alarms == ()
    story.alarm_answered(order).hears(condition(story, is_acknowledged=True, branch="event-2"))
    (alarm,) = story.alarms
    assert (alarm.wants, alarm.acknowledged_by, alarm.told_code) == (Wants.NOTHING, "operator", "")


@pytest.mark.parametrize(("state", "code"), [("refused", "alarm_not_told"), ("unknown", "alarm_perhaps_told")])
def test_what_the_machine_did_not_take_is_said_and_only_a_person_repeats_it(tell, state, code):
    story = connected(tell()).sign_in()
    story.hears(condition(story))
    acknowledge(story, GUARD_ALARM)
    story.alarm_answered(story.decision.alarms[0], state, "no answer")
    for _ in range(20):
        assert story.scan(0.5).decision.alarms == ()
    (alarm,) = story.alarms
    assert (alarm.told_code, alarm.told_args, alarm.wants) == (code, ("Press", "no answer"), Wants.ACKNOWLEDGE)
    acknowledge(story, GUARD_ALARM)
    assert len(story.decision.alarms) == 1


def test_a_telling_that_a_kill_cut_short_is_not_repeated(tell):
    story = connected(tell()).sign_in()
    story.hears(condition(story))
    acknowledge(story, GUARD_ALARM)
    story.kill()
    for _ in range(5):
        assert connected(story).hears(condition(story)).decision.alarms == ()
    assert story.alarms[0].wants is Wants.ACKNOWLEDGE


def test_an_alarm_of_a_machine_that_is_away_is_acknowledged_when_it_answers(tell):
    story = connected(tell()).sign_in()
    story.hears(condition(story)).link_down()
    acknowledge(story, GUARD_ALARM)
    assert (story.answer.done, story.answer.code) == (False, "alarm_machine_away")
    assert story.record.all(AlarmEvent)[0].acknowledged_at is None


def test_what_was_acknowledged_at_the_machine_is_so_here(tell):
    story = connected(tell())
    story.hears(condition(story)).hears(condition(story, is_acknowledged=True))
    (alarm,) = story.alarms
    assert (alarm.wants, alarm.acknowledged_by) == (Wants.NOTHING, "press")


def test_a_machine_that_wants_a_confirmation_gets_it_from_a_person(tell):
    story = connected(tell()).sign_in()
    story.hears(condition(story, is_acknowledged=True, is_confirmed=False))
    assert story.alarms[0].wants is Wants.NOTHING
    story.hears(condition(story, is_active=False, is_acknowledged=True, is_confirmed=False, branch="event-5"))
    assert story.alarms[0].wants is Wants.CONFIRM
    acknowledge(story, GUARD_ALARM)
    (order,) = story.decision.alarms
    assert (order.is_confirmation, order.branch) == (True, "event-5")
    story.alarm_answered(order).hears(condition(story, is_active=False, is_acknowledged=True, is_retained=False))
    assert story.alarms == ()


@pytest.mark.parametrize(
    ("source", "text", "shown"),
    [
        ("Cell", "door\x00 open\r\n now", "Cell: door open now"),
        ("Ce\u202ell", "\u2066evil\u202e txt", "Cell: evil txt"),
        ("", "", GUARD),
        ("Cell", "", "Cell"),
        ("Cell", "Cell door open", "Cell door open"),
        ("", "\ud800", "\ufffd"),
        ("", "می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_what_a_machine_says_is_made_fit_to_be_read_and_kept(tell, source, text, shown):
    story = connected(tell())
    story.hears(condition(story, source=source, text=text))
    assert story.alarms[0].text == shown
    assert story.record.one(AlarmEvent).text == shown


def test_a_machine_that_talks_without_end_is_cut_short_and_says_so(tell):
    story = connected(tell())
    story.hears(condition(story, source="", text="word " * 2000))
    assert len(story.alarms[0].text) <= MOST
    assert story.alarms[0].text.endswith("…")
