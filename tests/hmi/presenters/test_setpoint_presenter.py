"""What a person reads before a recipe or a value goes to a machine."""

from dataclasses import replace

from hmi.channel.facts import LiveValues
from hmi.presenters.setpoints import present_detail, present_rows, targets
from hmi.station import topics
from tests.hmi.screens import scenes
from tests.hmi.screens.scenes import stage

(PRESS,) = scenes.SETPOINTS.machines


def desk_of(*machines):
    made = stage(topics.SetpointsTopic(machines or (PRESS,)), scenes.SETTER)
    made.desk.take_values(LiveValues("press", made.clock.mono, ("pressure", "dwell"), (4.0, 200.0)))
    made.clock.turn(1)
    made.hear()
    return made.desk


def detail(desk, wanted, proposal=""):
    target = next(one for one in targets(desk.picture) if one.key == wanted)
    return present_detail(desk.picture, target, proposal, desk.values, desk.now().mono)


def titles(desk):
    return [row.cells[0] for row in present_rows(desk.picture, desk.values, desk.now().mono)]


def recipe(desk, proposal=""):
    return detail(desk, "press recipe P-311", proposal)


def test_a_recipe_says_of_each_value_what_it_is_and_becomes_and_how_it_ended_last():
    facts = dict(recipe(desk_of()).facts)
    assert facts["Clamp pressure"] == "4.0 bar  →  5.0 bar"
    assert facts["Last write"] == "dwell: no answer"
    assert dict(recipe(desk_of(), "recipe").facts)["Dwell at the end"] == "200 ms  →  250 ms"


def test_a_recipe_is_for_those_who_may_write_all_of_it():
    pressure, *rest = PRESS.setpoints
    mine = replace(PRESS, setpoints=(replace(pressure, roles=("lead",)), *rest))
    assert recipe(desk_of(mine)).why_not == "only lead"
    assert recipe(desk_of()).why_not == ""


def test_where_several_machines_can_be_set_each_row_says_whose_it_is():
    other = replace(PRESS, machine="second", name="Second press")
    assert {"Press: Clamp pressure", "Second press: Pump cover P-311"} <= set(titles(desk_of(PRESS, other)))
    assert titles(desk_of())[0] == "Clamp pressure"


def test_a_write_cut_off_by_a_restart_says_so_in_words():
    pressure, *rest = PRESS.setpoints
    cut = replace(PRESS, setpoints=(replace(pressure, state="unknown", reason="restart"), *rest))
    assert dict(detail(desk_of(cut), "press pressure").facts)["Last write"] == "the station restarted before the answer"
