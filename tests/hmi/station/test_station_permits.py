"""A machine runs a cycle of an order only when its step's turn has come, and never because something was repeated."""

import pytest

from hmi.station import commands
from station_db.records.equipment import MachineWrite
from station_db.records.orders import JobResponse, Permit, StepRun
from station_db.records.production import Cycle


@pytest.fixture
def at_press(tell, the_plant):
    """A press step is open, its permit not yet asked."""

    def begin(**more):
        return tell(steps=(the_plant.pressing, the_plant.confirm), **more).scan().sign_in().start()

    return begin


def written(story, tag):
    return [write.value for write in story.record.all(MachineWrite) if write.tag == tag]


def test_the_press_gets_its_permit_only_when_the_step_before_it_is_done(tell):
    story = tell().scan().sign_in().start().settle()
    assert not story.record.all(Permit)
    story.reaches("press").settle()
    permit = story.record.one(Permit)
    assert (permit.state, permit.cycle_number, permit.step_run) == ("confirmed", 1, story.step.run)
    assert story.step.machine_wait_code == "wait_start"


def test_permits_are_required_before_the_first_one_and_no_more_after_the_order(at_press):
    story = at_press(quantity=1).settle()
    assert [write.tag for write in story.record.all(MachineWrite)] == ["permit_required", "permitted_cycle"]
    story.makes(True).confirm()
    assert story.record.one(JobResponse).state == "ended"
    assert written(story, "permit_required") == [1, 0]


def test_while_an_order_is_paused_no_permit_is_given_and_free_running_stays_off(at_press):
    story = at_press().ask(commands.PauseOrder("break")).settle()
    assert story.step.machine_wait_code == "wait_paused"
    assert not story.record.all(Permit)
    assert written(story, "permit_required") == [1]
    story.ask(commands.ResumeOrder()).settle()
    assert story.record.one(Permit).state == "confirmed"


def test_a_free_cycle_that_runs_when_the_order_starts_is_not_the_units(at_press, tell, the_plant):
    story = tell(steps=(the_plant.pressing, the_plant.confirm)).scan().sign_in()
    story.press.running = 1
    story.scan().start().settle()
    assert story.step.machine_wait_code == "wait_free_cycle"
    assert not story.record.all(Permit)
    story.press.permit_required = 0
    story.makes(True)
    assert story.record.one(Cycle).unit is None
    story.settle()
    assert story.record.one(Permit).cycle_number == 2


def test_the_permitted_cycle_is_the_units_and_closes_its_step(at_press):
    story = at_press().settle().makes(True)
    cycle, permit = story.record.one(Cycle), story.record.one(Permit)
    assert (cycle.permit, cycle.job_order, permit.state) == (permit.id, "WO-1", "used")
    step = story.record.all(StepRun)[0]
    assert (step.state, step.cycle, step.actor) == ("done", cycle.id, "machine:press")


def test_a_bad_cycle_makes_the_unit_bad_and_the_next_unit_gets_its_own_permit(at_press):
    story = at_press().settle().makes(False).settle()
    assert (story.work.bad, story.work.unit.number) == (1, 2)
    assert story.work.last_units[0].reason == "unit_bad_machine"
    assert [permit.cycle_number for permit in story.record.all(Permit)] == [1, 2]


@pytest.mark.parametrize("state", ["unknown", "refused"])
def test_a_permit_that_was_not_confirmed_is_asked_again_by_a_person_only(at_press, state):
    story = at_press()
    story.answers_writes = False
    story.settle()
    (order,) = story.writes
    story.writes.clear()
    story.wrote(order, state, "no answer").settle()
    assert (story.record.one(Permit).state, story.alarm_codes) == ("unknown", ["permit_unknown"])
    assert (story.writes, story.step.machine_wait_code) == ([], "wait_permit_unknown")

    story.answers_writes = True
    story.confirm().settle()
    assert [permit.state for permit in story.record.all(Permit)] == ["void", "confirmed"]
    assert story.alarm_codes == []


def test_a_step_confirmed_while_its_cycle_runs_asks_nothing(at_press):
    story = at_press().settle()
    story.press.running = 1
    story.scan().confirm()
    assert story.answer.code == "step_needs_machine"
    assert len(story.record.all(Permit)) == 1


def test_a_person_may_ask_again_where_the_press_should_start_and_does_not(at_press):
    story = at_press().settle().confirm()
    assert [(permit.state, permit.cycle_number) for permit in story.record.all(Permit)] == [("void", 1), ("confirmed", 1)]


def test_a_write_found_asked_after_a_kill_is_unknown_and_never_repeated(at_press):
    story = at_press()
    story.answers_writes = False
    story.settle().kill().settle()
    assert [write.state for write in story.record.all(MachineWrite) if write.tag == "permitted_cycle"] == ["unknown"]
    assert (story.record.one(Permit).state, story.step.machine_wait_code) == ("unknown", "wait_permit_unknown")


def test_a_confirmed_permit_stays_over_a_short_kill(at_press):
    story = at_press().settle().kill(0.2).settle()
    assert story.record.one(Permit).state == "confirmed"
    assert story.step.machine_wait_code == "wait_start"
    story.makes(True)
    assert (story.record.one(Permit).state, story.step.spec.key) == ("used", "done")


@pytest.mark.parametrize("silence", ["kill", "link"])
def test_a_permit_the_press_voided_while_our_heartbeat_stood_is_given_anew(at_press, silence):
    story = at_press().settle()
    if silence == "kill":
        story.kill(4.0)
    else:
        story.link_down().pass_time(4.0).link_up()
    story.settle()
    permits = [(permit.state, permit.reason, permit.cycle_number) for permit in story.record.all(Permit)]
    assert permits == [("void", "station_silent", 1), ("confirmed", "", 1)]
    story.makes(True)
    assert story.record.one(Cycle).permit == story.record.all(Permit)[1].id


def test_a_permit_the_press_may_have_voided_while_our_heartbeat_paused_is_given_anew(at_press):
    story = at_press().settle().heartbeat_paused().settle()
    permits = [(permit.state, permit.reason, permit.cycle_number) for permit in story.record.all(Permit)]
    assert permits == [("void", "station_silent", 1), ("confirmed", "", 1)]


def test_a_permitted_cycle_that_runs_keeps_its_permit_when_our_heartbeat_paused(at_press):
    story = at_press().settle()
    story.press.running = 1
    story.scan().heartbeat_paused().makes(True)
    assert (story.record.one(Permit).state, story.step.spec.key) == ("used", "done")


def test_a_pause_of_our_heartbeat_at_another_machine_voids_nothing(at_press):
    story = at_press().settle().heartbeat_paused("screwdriver").settle()
    assert story.record.one(Permit).state == "confirmed"


def test_a_permitted_cycle_that_runs_when_the_engine_comes_back_keeps_its_permit(at_press):
    story = at_press().settle()
    story.press.running = 1
    story.scan().kill(4.0).settle()
    assert story.step.machine_wait_code == "wait_running"
    story.makes(True)
    assert story.record.one(Permit).state == "used"


def test_the_permitted_cycle_made_while_the_engine_was_dead_closes_its_step(at_press):
    story = at_press().settle().makes(True, then_scan=False).kill().scan()
    assert story.step.spec.key == "done"
    assert story.record.one(Cycle).permit == story.record.one(Permit).id


def test_a_press_that_restarts_has_forgotten_its_permit_and_gets_a_new_one(at_press):
    story = at_press().settle().makes(True).confirm().settle()
    story.press.restart()
    story.settle()
    states = [(permit.state, permit.cycle_number) for permit in story.record.all(Permit)]
    assert states == [("used", 1), ("void", 2), ("confirmed", 1)]
    assert written(story, "permit_required") == [1, 1]
    assert story.press.may_start


def test_a_press_that_restarts_while_the_engine_is_dead_gets_a_new_permit_too(at_press):
    story = at_press().settle().makes(True).confirm().settle()
    story.press.restart()
    story.kill().settle()
    assert [permit.state for permit in story.record.all(Permit)] == ["used", "void", "confirmed"]


def test_a_permit_nobody_waits_for_any_more_is_taken_back_from_the_press(at_press):
    story = at_press().settle()
    story.ask(commands.BadPart(story.work.unit.id, "scratch"))
    assert story.press.permitted_cycle == 0
    story.settle()
    assert written(story, "permitted_cycle") == [1, 0, 1]
    assert [permit.state for permit in story.record.all(Permit)] == ["void", "confirmed"]


def test_after_cycle_65535_the_permit_is_for_number_0(at_press, tell, the_plant):
    story = tell(steps=(the_plant.pressing, the_plant.confirm))
    story.press.cycle = 65535
    story.scan().sign_in().start().settle()
    assert story.record.one(Permit).cycle_number == 0
    story.makes(True)
    assert (story.record.one(Permit).state, story.step.spec.key) == ("used", "done")


def test_a_press_left_blocked_by_a_kill_is_freed_when_no_order_is_open(tell):
    story = tell(orders=False)
    story.press.permit_required = 1
    story.scan()
    assert story.press.permit_required == 0
    assert story.settle().record.one(MachineWrite).state == "confirmed"


def test_a_level_read_before_the_press_restarted_is_not_believed_after(at_press):
    story = at_press().settle().makes(True).confirm().settle()
    level = {"permit_required": 1}
    story.press.restart()
    story.answers_writes = False
    story.scan(changed=level)
    assert [write.tag for write in story.writes] == ["permit_required"]


def test_a_level_not_read_yet_is_not_guessed(tell, the_plant):
    story = tell(orders=False)
    story.answers_writes = False
    story.scan(only=[tag.name for tag in the_plant.free_press.tags])
    assert story.writes == []


def test_a_silent_press_gets_no_permit(at_press, tell):
    story = at_press().tick(2.0)
    assert story.step.machine_wait_code == "wait_machine_unknown"
    assert not story.record.all(Permit)


def test_a_press_without_permits_closes_the_step_with_its_next_cycle(tell, the_plant):
    story = tell(machines=(the_plant.free_press,), steps=(the_plant.pressing, the_plant.confirm)).scan().sign_in().start()
    assert story.step.machine_wait_code == "wait_start"
    story.makes(True)
    assert story.step.spec.key == "done"
    assert story.record.one(Cycle).unit == story.work.unit.id
    assert not story.record.all(MachineWrite)


def test_the_wait_says_when_the_permitted_cycle_runs(at_press):
    story = at_press().settle()
    story.press.running = 1
    assert story.scan().step.machine_wait_code == "wait_running"
