"""Alarms that went before anybody saw them; names that are the station's own; alarms that flood; one fault, one alarm."""

from dataclasses import replace

import pytest

from drivers.reading import Batch, Lost, Quality
from drivers.tag import AlarmText, DataType, Purpose, Role, Tag
from hmi.station.commands import AcknowledgeAlarm
from hmi.station.topics import Wants
from hmi.station.unseen import MOST
from station_db.records.equipment import AlarmEvent, LinkGap

TROUBLE = Tag("trouble", "holding:9", DataType.UINT16, Role.ALARM, texts={3: "Part is jammed", 7: "Guard is open"})


@pytest.fixture
def jammed(tell):
    """A press whose jam came and went while nobody looked."""
    story = tell().scan().sign_in()
    story.press.alarms = {"jam"}
    story.scan()
    story.press.alarms = set()
    return story.scan()


@pytest.fixture
def trouble(tell, the_plant):
    """A press that tells its alarms as numbers."""
    tags = tuple(tag for tag in the_plant.press.tags if tag.role is not Role.ALARM and tag.purpose is not Purpose.FAULT)
    return tell(machines=(replace(the_plant.press, tags=(*tags, TROUBLE)),)).scan().sign_in()


def says(story, tag, value, quality=Quality.GOOD):
    story.pass_time(0.1)
    return story.hears(Batch("press", "normal", (tag,), (value,), story.wall, story.mono, (quality,)))


def over(story):
    return [alarm.code for alarm in story.alarms if not alarm.is_active]


def see(story, code):
    return story.ask(AcknowledgeAlarm("press", code))


def with_bits(the_plant, *names):
    bits = (Tag(name, "coil:0", DataType.BOOL, Role.ALARM, alarm=AlarmText(name)) for name in names)
    return replace(the_plant.press, tags=(*the_plant.press.tags, *bits))


def test_an_alarm_nobody_saw_stays_listed_as_over_until_somebody_does(jammed):
    assert over(jammed) == ["jam"]
    (event,) = jammed.record.all(AlarmEvent)
    assert event.went_at == jammed.wall
    see(jammed, "jam")
    assert jammed.answer.done
    assert jammed.alarms == ()
    (event,) = jammed.record.all(AlarmEvent)
    assert (event.acknowledged_by, event.went_at is None) == ("operator", False)


def test_an_alarm_that_was_seen_is_gone_when_it_is_over(tell):
    story = tell().scan().sign_in()
    story.press.alarms = {"jam"}
    see(story.scan(), "jam")
    story.press.alarms = set()
    assert story.scan().alarms == ()


def test_an_unseen_alarm_that_comes_again_is_one_alarm_and_a_record_of_its_own(jammed):
    jammed.press.alarms = {"jam"}
    jammed.scan()
    assert [(alarm.code, alarm.is_active) for alarm in jammed.alarms] == [("jam", True)]
    assert [event.went_at is None for event in jammed.record.all(AlarmEvent)] == [False, True]


def test_an_unseen_alarm_is_listed_after_a_kill_and_told_once(jammed):
    jammed.kill()
    assert over(jammed) == ["jam"]
    jammed.scan().sign_in()
    assert len(jammed.record.all(AlarmEvent)) == 1
    see(jammed, "jam")
    assert jammed.alarms == ()
    assert jammed.kill().alarms == ()


def test_an_earlier_time_nobody_saw_does_not_come_back_once_a_later_one_was_seen(jammed):
    jammed.press.alarms = {"jam"}
    see(jammed.scan(), "jam")
    jammed.press.alarms = set()
    assert jammed.scan().kill().alarms == ()


def test_an_unseen_alarm_of_a_tag_that_is_no_longer_set_up_is_not_listed(jammed, the_plant):
    tags = tuple(tag for tag in the_plant.press.tags if tag.name != "jam")
    jammed.setup = replace(jammed.setup, machines=(replace(the_plant.press, tags=tags),))
    assert jammed.kill().alarms == ()


def test_a_number_that_jumps_leaves_each_alarm_it_was_until_it_is_seen(trouble):
    for number in (3, 7, 0):
        says(trouble, "trouble", number)
    assert {alarm.text for alarm in trouble.alarms} == {"Part is jammed", "Guard is open"}
    assert trouble.alarm_codes == []
    see(trouble, "trouble:3")
    assert over(trouble) == ["trouble:7"]


def test_a_number_that_never_stops_jumping_lists_only_so_many_and_records_all(trouble):
    for number in range(1, MOST + 31):
        says(trouble, "trouble", number)
    assert trouble.alarm_codes == [f"trouble:{MOST + 30}"]
    assert len(over(trouble)) == MOST
    assert "trouble:29" not in over(trouble)
    assert len(trouble.record.all(AlarmEvent)) == MOST + 30


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "jam"])
def test_what_is_no_number_says_nothing_about_numbered_alarms(trouble, value):
    says(trouble, "trouble", 3)
    assert says(trouble, "trouble", value).alarm_codes == ["trouble:3"]


@pytest.mark.parametrize("name", ["machine_fault", "link_down", "machine_silent", "clock_off"])
def test_a_bit_named_like_an_alarm_of_the_station_is_one_alarm(tell, the_plant, name):
    story = tell(machines=(with_bits(the_plant, name),)).scan().sign_in()
    story.press.fault = 3
    for _ in range(5):
        says(story.scan(), name, value=True)
    assert story.alarm_codes == [f"{name}:"]
    assert len([event for event in story.record.all(AlarmEvent) if event.code == f"{name}:"]) == 1
    story.kill().scan()
    assert f"{name}:" in story.alarm_codes
    says(story, name, value=True)
    see(story.sign_in(), f"{name}:")
    assert f"{name}:" not in over(says(story, name, value=False))


def test_two_hundred_alarms_in_one_scan_are_two_hundred_and_end_with_one_scan(tell, the_plant):
    names = [f"bit_{at}" for at in range(200)]
    story = tell(machines=(with_bits(the_plant, *names),)).scan()
    for value in (True, True, False):
        story.pass_time(0.1)
        story.hears(Batch("press", "normal", tuple(names), (value,) * 200, story.wall, story.mono))
        assert len(story.alarm_codes) == 200 * value
    events = [event for event in story.record.all(AlarmEvent) if event.code.startswith("bit_")]
    assert len(events) == 200
    assert all(event.went_at is not None for event in events)


def test_a_machine_that_loses_power_is_one_alarm_and_one_gap_whatever_is_noticed_first(tell):
    story = tell().scan()
    story.press.alarms = {"jam"}
    story.scan().sign_in()
    story.tick(1.6)
    assert story.alarm_codes[0] == "machine_silent"
    see(story, "machine_silent")
    story.pass_time(1).link_down("silent").tick(1).link_down("refused")
    assert story.alarm_codes == ["link_down", "jam"]
    assert story.alarms[0].wants is Wants.NOTHING
    story.press.alarms = set()
    story.press.restart()
    story.link_up().scan()
    links = [event for event in story.record.all(AlarmEvent) if event.code not in {"jam"}]
    assert [(event.code, event.text, event.acknowledged_by) for event in links] == [("link_down", "it is off", "operator")]
    assert links[0].went_at is not None
    assert len(story.record.all(LinkGap)) == 1


def test_the_record_of_a_fault_no_words_are_set_for_has_its_number(tell):
    story = tell().scan()
    story.press.fault = 42
    story.scan()
    assert [event.text for event in story.record.all(AlarmEvent)] == ["42"]


def test_a_heartbeat_that_cannot_be_read_is_no_heartbeat(tell):
    story = tell().scan()
    for at in range(20):
        says(story, "heartbeat", story.press.beat if at % 2 else None, Quality.GOOD if at % 2 else Quality.BAD)
        story.tick()
    assert story.alarm_codes == ["machine_frozen"]
    assert story.machine.state != "executing"
    story.scan().scan()
    assert story.alarm_codes == []


def test_after_a_clock_was_set_back_lost_values_are_a_gap_of_their_own(tell):
    story = tell().scan()
    lost = lambda: Lost("press", "normal", "queue ran over", story.wall - 1_000_000, story.wall, story.mono)  # noqa: E731
    story.hears(lost()).set_clock(-3600).hears(lost())
    gaps = story.record.all(LinkGap)
    assert [gap.to_at - gap.from_at for gap in gaps] == [1_000_000, 1_000_000]


def test_a_gap_that_was_open_at_a_kill_goes_on_until_the_machine_is_heard(tell):
    story = tell().scan().link_down()
    began = story.wall
    story.kill(30).tick(1).link_down().link_up().scan()
    (gap,) = story.record.all(LinkGap)
    assert (gap.from_at, gap.to_at) == (began, story.wall - 100_000)
