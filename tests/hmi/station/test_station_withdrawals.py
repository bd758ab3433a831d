"""A permit nobody waits for is taken back until the machine confirms it; a cycle that runs on it may finish."""

import pytest

from hmi.station import commands
from station_db.records.equipment import MachineWrite
from station_db.records.orders import JobResponse, Permit, StepRun
from station_db.records.production import Cycle

PAUSES = ["break", "tool_change"]


@pytest.fixture
def permitted(tell, the_plant):
    """The press has its permit for cycle 1 and did not start."""

    def begin(**more):
        return tell(steps=(the_plant.pressing, the_plant.confirm), **more).scan().sign_in().start().settle()

    return begin


def states(story):
    return [(permit.state, permit.reason) for permit in story.record.all(Permit)]


def given(story):
    return [write.value for write in story.record.all(MachineWrite) if write.tag == "permitted_cycle"]


def spoil(story):
    return story.ask(commands.BadPart(story.work.unit.id, "scratch"))


@pytest.mark.parametrize("reason", PAUSES)
def test_a_paused_order_leaves_the_press_no_permit(permitted, reason):
    story = permitted().ask(commands.PauseOrder(reason)).settle()
    assert (states(story), given(story)) == ([("void", "order_paused")], [1, 0])
    assert not story.press.may_start
    story.ask(commands.ResumeOrder()).settle()
    assert (states(story)[1:], given(story)) == ([("confirmed", "")], [1, 0, 1])


@pytest.mark.parametrize("reason", PAUSES)
def test_a_cycle_that_runs_when_the_order_is_paused_closes_its_step(permitted, reason):
    story = permitted()
    story.press.running = 1
    story.scan().ask(commands.PauseOrder(reason)).settle()
    assert story.step.machine_wait_code == "wait_running"
    story.makes(True)
    assert (states(story), given(story)) == ([("used", "")], [1])
    assert (story.record.all(StepRun)[0].state, story.work.state) == ("done", "interrupted")


def test_a_cycle_that_began_before_the_take_back_came_is_the_units(permitted):
    story = permitted()
    story.press.running = 1
    story.ask(commands.PauseOrder("break")).settle().makes(True)
    assert (states(story), given(story)) == ([("used", "")], [1, 0])
    assert story.record.one(Cycle).permit == story.record.one(Permit).id


@pytest.mark.parametrize("is_killed", [False, True])
def test_a_permit_voided_while_the_link_was_down_is_taken_back_with_the_link(permitted, is_killed):
    story = spoil(permitted().link_down().pass_time(1.0))
    assert (given(story), states(story)) == ([1], [("confirmed", "")])
    if is_killed:
        story.kill(0.2)
    story.link_up().scan()
    assert story.press.permitted_cycle == 0
    story.settle()
    assert (given(story), states(story)) == ([1, 0, 1], [("void", "step_closed"), ("confirmed", "")])


def test_a_permit_of_an_order_that_ended_while_the_link_was_down_is_taken_back_after_a_kill(permitted):
    story = permitted().link_down().ask(commands.FinishOrder()).kill(0.2).link_up().settle()
    assert (given(story), states(story)) == ([1, 0], [("void", "step_closed")])


def test_a_take_back_cut_off_by_a_kill_is_written_again_before_anything_is_given(permitted):
    story = permitted()
    story.answers_writes = False
    story.ask(commands.PauseOrder("break")).ask(commands.ResumeOrder())
    story.answers_writes = True
    story.kill(0.2).settle()
    assert (given(story), states(story)) == ([1, 0, 0, 1], [("void", "step_closed"), ("confirmed", "")])


@pytest.mark.parametrize("state", ["unknown", "refused"])
def test_a_take_back_not_confirmed_is_an_alarm_and_written_again_until_it_is(permitted, state):
    story = permitted()
    story.answers_writes = False
    spoil(story)
    story.wrote(story.writes.pop(), state, "no answer").settle()
    assert (story.alarm_codes, story.step.machine_wait_code) == (["permit_not_taken_back"], "wait_permit_unknown")
    assert (story.writes, states(story)) == ([], [("unknown", "taking_back")])
    story.answers_writes = True
    story.scan(1.0).scan(1.4).scan(1.4).scan(1.4).settle()
    assert (story.alarm_codes, given(story)) == ([], [1, 0, 0, 1])
    assert states(story) == [("void", "step_closed"), ("confirmed", "")]


def test_a_take_back_is_not_written_without_end(permitted):
    story = permitted()
    story.answers_writes = False
    spoil(story)
    for _ in range(200):
        for order in tuple(story.writes):
            story.writes.remove(order)
            story.wrote(order, "refused", "locked")
        story.scan(1.0)
    assert (story.alarm_codes, given(story).count(0)) == (["permit_not_taken_back"], 12)
    story.answers_writes = True
    story.confirm().settle()
    assert (story.alarm_codes, states(story)) == ([], [("void", "asked_again"), ("confirmed", "")])


@pytest.mark.parametrize("ending", ["finish", "bad"])
def test_a_cycle_that_runs_when_its_step_is_closed_keeps_its_permit_and_its_order(permitted, ending):
    story = permitted()
    unit = story.work.unit.id
    story.press.running = 1
    story.scan()
    spoil(story) if ending == "bad" else story.ask(commands.FinishOrder())
    story.settle()
    assert given(story) == [1]
    story.makes(True)
    cycle, permit = story.record.one(Cycle), story.record.all(Permit)[0]
    assert (cycle.permit, cycle.unit, cycle.job_order, permit.state) == (permit.id, unit, "WO-1", "used")
    response = story.record.one(JobResponse)
    assert (response.good, response.bad) == (0, ending == "bad")
