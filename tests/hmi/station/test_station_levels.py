"""Whether a machine waits for permits is the station's to say: others' changes are seen, told and put right."""

import pytest

from hmi.station import commands
from station_db.records.equipment import MachineWrite
from station_db.records.orders import Permit
from station_db.records.production import Cycle


@pytest.fixture
def permitted(tell, the_plant):
    """The press waits for permits, has one and did not start; what it said of its level is old enough to be believed."""

    def begin():
        return tell(steps=(the_plant.pressing, the_plant.confirm)).scan().sign_in().start().settle().settle()

    return begin


def levels(story):
    return [write.value for write in story.record.all(MachineWrite) if write.tag == "permit_required"]


def states(story):
    return [(permit.state, permit.reason) for permit in story.record.all(Permit)]


def test_a_level_somebody_else_changed_is_an_alarm_and_written_again(permitted):
    story = permitted()
    story.press.permit_required = 0
    story.scan()
    assert (story.press.permit_required, story.alarm_codes, levels(story)) == (1, ["level_changed"], [1, 1])
    story.settle().settle()
    assert states(story) == [("void", "level_changed"), ("confirmed", "")]
    for _ in range(61):
        story.scan(1.0)
    assert story.alarm_codes == []


def test_a_free_cycle_after_anothers_change_is_no_units(permitted):
    story = permitted()
    story.press.permit_required = 0
    story.makes(True).settle()
    assert (story.record.one(Cycle).unit, story.step.spec.key) == (None, "press")
    assert states(story) == [("void", "level_changed"), ("confirmed", "")]
    assert story.record.all(Permit)[1].cycle_number == 2


def test_a_cycle_that_runs_when_anothers_change_is_seen_is_no_units(permitted):
    story = permitted()
    story.press.permit_required, story.press.running = 0, 1
    story.scan().scan().settle().makes(True).settle()
    assert (story.record.one(Cycle).unit, story.step.spec.key) == (None, "press")
    assert states(story) == [("void", "level_changed"), ("confirmed", "")]


def test_against_another_writer_the_level_is_written_every_ten_seconds_only(permitted):
    story = permitted()
    for _ in range(300):
        story.press.permit_required = 0
        story.scan(0.1)
        assert story.alarm_codes == ["level_changed"]
    assert levels(story).count(1) == 4


def test_what_the_press_said_of_its_level_before_it_confirmed_is_no_change(tell, the_plant):
    story = tell(steps=(the_plant.pressing, the_plant.confirm)).scan().sign_in().start()
    for _ in range(10):
        story.scan(only=[tag.name for tag in the_plant.free_press.tags])
    assert (story.alarm_codes, levels(story)) == ([], [1])


@pytest.fixture
def not_freed(permitted):
    """The order ended and the press did not confirm that it runs free."""
    story = permitted()
    story.answers_writes = False
    story.ask(commands.FinishOrder())
    while story.writes:
        order = story.writes.pop(0)
        story.wrote(order, "refused" if order.tag == "permit_required" else "confirmed")
    return story


def test_a_press_not_freed_at_the_orders_end_is_freed_five_seconds_later(not_freed):
    story = not_freed.settle()
    assert (story.alarm_codes, story.writes) == (["level_unknown"], [])
    story.answers_writes = True
    story.scan(1.4).scan(1.4).scan(1.4).scan(1.4)
    assert (story.press.permit_required, story.alarm_codes, levels(story)) == (0, [], [1, 0, 0])


def test_freeing_the_press_is_not_tried_without_end(not_freed):
    story = not_freed
    for _ in range(200):
        story.scan(1.0)
        while story.writes:
            story.wrote(story.writes.pop(), "unknown")
    assert (story.alarm_codes, levels(story).count(0)) == (["level_unknown"], 12)
