"""A pedal confirms the open step: in a person's name, by a press seen from its beginning, never by anything older."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.tag import DataType, Role, Tag
from hmi.station import commands
from station_db.records.orders import StepRun

PEDAL = Tag("pedal", "coil:1", DataType.BOOL, Role.CONFIRM)


@pytest.fixture
def at_pedal(tell, the_plant):
    """A story with a pedal, at an instruction (two units of instruction and confirmation)."""

    def begin(role="operator", **more):
        machine = replace(the_plant.free_press, tags=(*the_plant.free_press.tags, PEDAL))
        place = next(spec for spec in the_plant.steps if spec.key == "place_housing")
        story = tell(machines=(machine,), steps=(place, the_plant.confirm), **more).scan(changed={"pedal": False})
        story.sign_in("setter").start()
        return story if role == "setter" else story.sign_in(role) if role else story.ask(commands.SignOut())

    return begin


def rest(story):
    """The pedal is up long enough."""
    for _ in range(6):
        story.scan(changed={"pedal": False})
    return story


def press(story):
    return story.scan(changed={"pedal": True})


def test_a_press_confirms_the_step_and_keeps_who_and_what(at_pedal):
    story = press(rest(at_pedal()))
    done = story.record.all(StepRun)[0]
    assert (done.state, done.actor, done.closed_by) == ("done", "operator", "tag:press/pedal")
    entry = next(one for one in story.record.journal if one.record is done)
    assert (entry.actor, entry.cause) == ("operator", "tag:press/pedal")
    assert story.step.spec.key == "done"


def test_one_press_confirms_one_step_however_long_it_lasts(at_pedal):
    story = press(rest(at_pedal()))
    for _ in range(20):
        press(story)
    assert story.step.spec.key == "done"
    assert press(rest(story)).work.unit.number == 2


def test_nobody_signed_in_confirms_nothing(at_pedal):
    story = press(rest(at_pedal(role=None)))
    assert story.step.spec.key == "place_housing"
    assert press(story.sign_in()).step.spec.key == "place_housing"


def test_a_role_that_may_not_confirm_does_not_by_pedal_either(at_pedal):
    assert press(rest(at_pedal(role="quality"))).step.spec.key == "place_housing"


def test_a_pedal_held_when_the_step_opened_means_nothing(at_pedal):
    story = at_pedal()
    for _ in range(10):
        press(story)
    assert story.step.spec.key == "place_housing"


def test_a_press_at_the_moment_the_step_opens_means_nothing(at_pedal):
    story = rest(at_pedal())
    story.confirm()
    assert press(story).step.spec.key == "done"


def test_a_lost_link_forgets_that_the_pedal_was_up(at_pedal):
    story = rest(at_pedal()).link_down().pass_time(1.0).link_up()
    assert press(story).step.spec.key == "place_housing"


def test_a_pedal_that_cannot_be_read_forgets_that_it_was_up(at_pedal):
    story = rest(at_pedal()).scan(changed={"pedal": None})
    assert press(story).step.spec.key == "place_housing"


def test_a_machine_that_stands_confirms_nothing(at_pedal):
    story = rest(at_pedal())
    for _ in range(20):
        story.scan(beats=False, changed={"pedal": False})
    story.tick(0.1)
    assert story.scan(beats=False, changed={"pedal": True}).step.spec.key == "place_housing"


def test_a_paused_order_is_not_confirmed(at_pedal):
    story = rest(at_pedal()).ask(commands.PauseOrder("break"))
    assert press(rest(story)).step.spec.key == "place_housing"


@settings(max_examples=40, deadline=None)
@given(presses=st.lists(st.booleans(), max_size=25))
def test_no_more_steps_are_confirmed_than_the_pedal_was_pressed(tell, the_plant, presses):
    machine = replace(the_plant.free_press, tags=(*the_plant.free_press.tags, PEDAL))
    story = tell(machines=(machine,), steps=(the_plant.confirm,), quantity=50).scan(changed={"pedal": False}).sign_in().start()
    edges = 0
    for before, now in zip([False, *presses], presses, strict=False):
        story.scan(0.2, changed={"pedal": now})
        edges += now and not before
    done = [step for step in story.record.all(StepRun) if step.closed_by == "tag:press/pedal"]
    assert len(done) <= edges
