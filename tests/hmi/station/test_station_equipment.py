"""The machine over time: what it does, whether it is there, never a gap and never an overlap."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.tag import DataType, Role, Tag
from hmi.station.packml import item_state, name_of
from hmi.station.topics import TimelineTopic
from hmi.station.views import MOST_VALUES
from station_db.records.equipment import AlarmEvent, EquipmentState, LinkGap


def test_before_the_machine_is_heard_it_is_unknown(tell):
    story = tell()
    assert (story.machine.state, story.machine.link_up) == ("unknown", False)


def test_what_is_said_of_a_machine_stays_small_though_it_has_thousands_of_tags(tell, the_plant):
    signals = tuple(Tag(f"t{at}", f"holding:{100 + at}", DataType.INT16, Role.SIGNAL) for at in range(2000))
    story = tell(machines=(replace(the_plant.press, tags=the_plant.press.tags + signals),))
    assert [spec.tag for spec in story.machine.values] == [f"t{at}" for at in range(MOST_VALUES)]


def test_a_machine_not_heard_for_a_second_and_a_half_is_unknown_and_says_why(tell):
    story = tell().scan().tick(1.4)
    assert story.machine.state == "not_executing"
    story.tick(0.2)
    assert (story.machine.state, story.machine.link_code) == ("unknown", "machine_silent")
    assert story.alarm_codes == ["machine_silent"]


def test_a_keep_alive_is_enough_while_the_values_stand(tell, the_plant):
    from dataclasses import replace

    tags = tuple(tag for tag in the_plant.press.tags if tag.name != "heartbeat")
    story = tell(machines=(replace(the_plant.press, tags=tags),)).scan()
    for _ in range(10):
        story.pass_time(1.0).alive().tick()
    assert story.machine.state == "not_executing"


def test_a_frozen_program_behind_a_living_server_is_unknown(tell):
    story = tell().scan()
    for _ in range(4):
        story.scan(0.5, beats=False).tick()
    assert (story.machine.state, story.machine.link_code) == ("unknown", "machine_frozen")
    story.scan()
    assert (story.machine.state, story.alarm_codes) == ("not_executing", [])


def test_a_lost_link_is_a_gap_record_and_real_again_with_the_first_values(tell):
    story = tell().scan().link_down()
    assert (story.machine.state, story.machine.link_code, story.alarm_codes) == ("unknown", "refused", ["link_down"])
    story.pass_time(3).link_up()
    assert story.machine.state == "unknown"
    story.scan()
    assert story.machine.state == "not_executing"
    gap = story.record.one(LinkGap)
    assert gap.to_at - gap.from_at == 3_000_000


NOT_EXECUTING = (0, 1, 2, 6, 7, 8, 9, 10, 11, 12, 14, 15)


@pytest.mark.parametrize(
    ("number", "meaning"),
    [
        *((number, "executing") for number in (3, 4, 5, 13, 16)),
        *((number, "not_executing") for number in NOT_EXECUTING),
        (99, "unknown"),
        (None, "unknown"),
    ],
)
def test_packml_numbers_mean_executing_or_not_and_never_guess(number, meaning):
    assert item_state(name_of(number, {})) == meaning


def test_a_machine_may_name_its_own_numbers():
    assert item_state(name_of(1, {1: "Execute"})) == "executing"


def test_the_time_of_a_kill_is_unknown_not_idle(tell):
    story = tell().scan()
    story.press.state = 4
    story.scan()
    before = story.wall
    story.kill(5.0).scan()
    states = story.record.all(EquipmentState)[-3:]
    assert [state.state for state in states] == ["executing", "unknown", "executing"]
    assert states[1].started_at <= before + 100_000
    assert states[1].ended_at == states[2].started_at


@settings(max_examples=100, deadline=None)
@given(
    happenings=st.lists(
        st.one_of(
            st.tuples(st.just("state"), st.integers(0, 17)),
            st.tuples(st.just("clock"), st.integers(-4000, 4000)),
            st.just(("silence", 2)),
            st.just(("down", 0)),
            st.just(("kill", 0)),
        ),
        max_size=20,
    )
)
def test_intervals_neither_overlap_nor_leave_gaps_whatever_the_clock_does(tell, happenings):
    story = tell(orders=False).scan()
    for what, figure in happenings:
        match what:
            case "state":
                story.press.state = figure
                story.scan()
            case "clock":
                story.set_clock(figure).tick(0.1)
            case "silence":
                story.tick(figure)
            case "down":
                story.link_down()
            case "kill":
                story.kill()
    states = story.record.all(EquipmentState)
    assert [state for state in states if state.ended_at is None] == [states[-1]]
    for before, after in itertools.pairwise(states):
        assert before.started_at <= before.ended_at == after.started_at


def test_the_timeline_draws_the_rhythm_of_cycles_as_running_and_a_stop_as_a_stop(tell):
    story = tell(orders=False).scan()
    for pause in (2, 2, 90, 2):
        story.press.state = 4
        story.scan(1.0)
        story.press.state = 2
        story.scan(4.0)
        for _ in range(pause):
            story.scan(1.0)
    story.press.state = 4
    story.scan(1.0)
    spans = [span.state for span in story.view(TimelineTopic).spans]
    assert spans == ["not_executing", "unknown", "not_executing", "executing", "not_executing", "executing"][1:]


def test_an_alarm_bit_comes_and_goes_with_its_words(tell, the_plant):
    from hmi.station.topics import AlarmsTopic

    story = tell().scan()
    story.press.alarms = {"oil_hot", "jam"}
    story.press.fault = 1
    story.scan()
    alarms = story.view(AlarmsTopic).alarms
    assert [(alarm.code, alarm.text) for alarm in alarms] == [("jam", "Part is jammed"), ("oil_hot", "Oil is hot")]
    story.press.alarms, story.press.fault = set(), 0
    story.scan()
    assert story.alarm_codes == []
    assert all(event.went_at is not None for event in story.record.all(AlarmEvent))


def test_a_fault_code_no_alarm_bit_covers_is_an_alarm(tell):
    story = tell().scan()
    story.press.fault = 3
    assert story.scan().alarm_codes == ["machine_fault"]


def test_an_alarm_that_holds_over_a_kill_stays_one_alarm(tell):
    story = tell().scan()
    story.press.alarms = {"jam"}
    story.scan().kill().scan()
    assert len(story.record.all(AlarmEvent)) == 1
