"""What a person may write to a machine: refused before it is sent, asked once, true when read back."""

from dataclasses import replace

import pytest

from drivers.tag import DataType, Role, Tag, WriteRule
from hmi.settings import Recipe
from hmi.station.commands import DownloadRecipe, WriteSetpoint
from hmi.station.topics import AlarmsTopic, SetpointsTopic
from station_db.records.equipment import DownloadState, MachineWrite, RecipeDownload, WriteState

PRESSURE = Tag(
    "pressure",
    "holding:40",
    DataType.UINT16,
    Role.SETPOINT,
    unit="bar",
    scale=0.1,
    low=2.0,
    high=6.0,
    writable=True,
    title="Clamp pressure",
    write=WriteRule(("setter", "lead"), states=("Idle", "Stopped"), step=1.0, interval_ms=2000),
)
DWELL = replace(PRESSURE, name="dwell", title="Dwell", unit="ms", scale=1.0, low=0.0, high=500.0)
DWELL = replace(DWELL, write=WriteRule(("setter",)))
COOLING = replace(PRESSURE, name="cooling", title="Cooling", data_type=DataType.BOOL, scale=1.0, unit="", low=None, high=None)
COOLING = replace(COOLING, write=WriteRule(("operator", "setter")))
LOCKED = replace(PRESSURE, name="locked", write=None)
RECIPE = Recipe("cover", "Pump cover", (("pressure", 4.5), ("dwell", 200.0)))


@pytest.fixture
def setting(tell, the_plant):
    """A press that waits for its setter: pressure 4.0 bar, dwell 100 ms, cooling off."""

    def begin(role="setter"):
        press = replace(the_plant.press, tags=(*the_plant.press.tags, PRESSURE, DWELL, COOLING, LOCKED), recipes=(RECIPE,))
        story = tell(machines=(press,))
        story.answers_writes = False
        story.said = {"pressure": 4.0, "dwell": 100.0, "cooling": False, "locked": 1.0}
        return hears(story).sign_in(role)

    return begin


def hears(story, **said):
    story.said |= said
    values = story.press.values() | story.said
    return story.scan(changed=story.said, only=tuple(values))


def write(story, text, *, tag="pressure", shown=4.0):
    return story.ask(WriteSetpoint("press", tag, text, shown))


def last_write(story):
    return story.record.newest(MachineWrite)


def test_a_setter_writes_a_value_and_it_is_true_when_the_machine_confirms_it(setting):
    story = write(setting(), "4,5")
    (order,) = [one for one in story.writes if one.tag == "pressure"]
    assert (order.value, last_write(story).old_value, last_write(story).state) == (4.5, 4.0, WriteState.ASKED)
    (machine,) = story.view(SetpointsTopic).machines
    assert (machine.setpoints[0].asked, machine.setpoints[0].state) == (4.5, "asked")
    story.wrote(order)
    assert story.view(SetpointsTopic).machines[0].setpoints[0].state == "confirmed"
    assert next(entry.actor for entry in story.record.journal if isinstance(entry.record, MachineWrite)) == "setter"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"text": "6.1"}, "setpoint_above"),
        ({"text": "1.9"}, "setpoint_below"),
        ({"text": "5.1"}, "setpoint_step"),
        ({"text": "4.55"}, "setpoint_between"),
        ({"text": "four"}, "number_not_one"),
        ({"text": "٤"}, "number_not_one"),
        ({"text": "nan"}, "number_not_one"),
        ({"text": "1e400"}, "number_not_one"),
        ({"text": "4.5", "shown": float("nan")}, "setpoint_changed"),
        ({"text": ""}, "number_empty"),
        ({"text": "4.5", "shown": 3.5}, "setpoint_changed"),
        ({"text": "1", "tag": "locked"}, "setpoint_not_writable"),
        ({"text": "1", "tag": "permitted_cycle"}, "setpoint_not_writable"),
        ({"text": "2", "tag": "cooling", "shown": 0.0}, "setpoint_not_switch"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_sent(setting, asked, code):
    story = setting()
    story.writes.clear()
    write(story, **asked)
    assert (story.answer.done, story.answer.code) == (False, code)
    assert not [order for order in story.writes if order.tag in ("pressure", "locked", "cooling")]


def test_a_role_that_is_not_named_may_not_write(setting):
    story = write(setting("operator"), "4.5")
    assert story.answer.code == "setpoint_role"
    assert write(story, "1", tag="cooling", shown=0.0).answer.done


def test_a_machine_in_another_state_is_not_written_to(setting):
    story = setting()
    story.press.state = 4
    assert write(hears(story), "4.5").answer.code == "setpoint_state"


def test_a_machine_that_is_away_or_does_not_say_its_value_is_not_written_to(setting):
    story = setting()
    assert write(hears(story, pressure=None), "4.5").answer.code == "setpoint_value_unknown"
    assert write(story.link_down(), "4.5").answer.code == "setpoint_machine_away"


def test_a_second_write_waits_for_the_first_and_for_its_pace(setting):
    story = write(setting(), "4.5")
    assert write(story, "4.6").answer.code == "setpoint_under_way"
    story.wrote(story.writes.pop())
    assert write(hears(story, pressure=4.5), "4.6", shown=4.5).answer.code == "setpoint_too_soon"
    story.pass_time(2)
    assert write(hears(story), "4.6", shown=4.5).answer.done


def test_a_write_that_is_not_confirmed_is_an_alarm_until_the_machine_says_the_value(setting):
    story = write(setting(), "4.5")
    story.wrote(story.writes.pop(), "unknown", "4.0 was read back")
    (alarm,) = story.view(AlarmsTopic).alarms
    assert (alarm.source, alarm.code, alarm.args[1:]) == (
        "press.pressure",
        "setpoint_not_confirmed",
        ("Clamp pressure", "4.5 bar"),
    )
    assert "setpoint_not_confirmed" not in hears(story, pressure=4.5).alarm_codes
    assert last_write(story).state is WriteState.UNKNOWN


def test_a_write_found_asked_after_a_restart_is_unknown_and_never_repeated(setting):
    story = write(setting(), "4.5").kill()
    assert last_write(story).state is WriteState.UNKNOWN
    hears(story)
    assert not [order for order in story.writes if order.tag == "pressure"]


@pytest.mark.parametrize("answered", [False, True], ids=["cut off", "not confirmed before"])
def test_a_write_in_doubt_stays_an_alarm_over_restarts_until_the_machine_says_the_value(setting, answered):
    story = write(setting(), "4.3")
    if answered:
        story.wrote(story.writes.pop(), "unknown", "no answer")
    hears(story.kill().kill())
    assert story.alarm_codes.count("setpoint_not_confirmed") == 1
    assert story.view(SetpointsTopic).machines[0].setpoints[0].state == "unknown"
    assert "setpoint_not_confirmed" not in hears(story, pressure=43 * 0.1).alarm_codes
    assert "setpoint_not_confirmed" not in hears(story.kill()).alarm_codes


def test_a_tag_that_nobody_may_write_any_more_worries_nobody_after_a_restart(setting, tell):
    story = write(setting(), "4.3")
    (press,) = story.setup.machines
    locked = tuple(replace(tag, write=None) for tag in press.tags)
    story.setup = replace(story.setup, machines=(replace(press, tags=locked, recipes=()),))
    assert "setpoint_not_confirmed" not in hears(story.kill()).alarm_codes
    assert last_write(story).state is WriteState.UNKNOWN


def recipe(story):
    return story.ask(DownloadRecipe("press", "cover"))


def of_recipe(story):
    return [order for order in story.writes if order.tag in ("pressure", "dwell")]


def test_a_recipe_goes_value_by_value_and_is_confirmed_as_a_whole(setting):
    story = recipe(setting())
    (first,) = of_recipe(story)
    assert (first.tag, first.value) == ("pressure", 4.5)
    story.writes.clear()
    story.wrote(first)
    (second,) = of_recipe(story)
    assert (second.tag, story.record.one(RecipeDownload).confirmed) == ("dwell", 1)
    story.wrote(second)
    done = story.record.one(RecipeDownload)
    assert (done.state, done.confirmed, done.total) == (DownloadState.CONFIRMED, 2, 2)
    assert {one.group_id for one in story.record.all(MachineWrite) if one.tag in ("pressure", "dwell")} == {done.id}
    actors = {entry.actor for entry in story.record.journal if isinstance(entry.record, RecipeDownload)}
    assert actors == {"setter"}


@pytest.mark.parametrize("state", ["unknown", "refused"])
def test_a_recipe_stops_at_the_first_value_that_is_not_confirmed(setting, state):
    story = recipe(setting())
    (first,) = of_recipe(story)
    story.writes.clear()
    story.wrote(first, state, "no answer")
    done = story.record.one(RecipeDownload)
    assert (done.state, done.confirmed, of_recipe(story)) == (DownloadState.NOT_DONE, 0, [])
    assert "pressure" in done.reason


def test_a_recipe_stops_when_the_machine_leaves_the_state_it_may_be_written_in(setting):
    story = recipe(setting())
    (first,) = of_recipe(story)
    story.writes.clear()
    story.link_down()
    story.wrote(first)
    assert (story.record.one(RecipeDownload).state, of_recipe(story)) == (DownloadState.NOT_DONE, [])


def test_nothing_of_a_recipe_is_written_while_one_of_its_values_may_not_be(setting):
    story = setting("lead")
    story.writes.clear()
    assert recipe(story).answer.code == "setpoint_role"
    assert (of_recipe(story), story.record.all(RecipeDownload)) == ([], ())


def test_no_single_value_goes_between_those_of_a_recipe(setting):
    story = recipe(setting())
    assert write(story, "110", tag="dwell", shown=100.0).answer.code == "recipe_under_way"


def test_a_recipe_found_running_after_a_restart_is_not_done(setting):
    story = recipe(setting()).kill()
    assert story.record.one(RecipeDownload).state is DownloadState.NOT_DONE
    (shown,) = story.view(SetpointsTopic).machines[0].recipes
    assert (shown.state, shown.confirmed, shown.reason) == ("not_done", 0, "restart")
    hears(story)
    assert of_recipe(story) == []


def test_a_recipe_waits_for_a_single_write_of_its_values(setting):
    story = write(setting(), "4.5")
    assert recipe(story).answer.code == "setpoint_under_way"
    assert story.record.all(RecipeDownload) == ()


@pytest.mark.parametrize(("value", "code"), [(4.55, "setpoint_between"), (9.0, "setpoint_above")])
def test_nothing_of_a_recipe_is_written_where_one_of_its_values_can_not_be(setting, value, code):
    story = setting()
    (press,) = story.setup.machines
    odd = Recipe("cover", "Pump cover", (("dwell", 200.0), ("pressure", value)))
    story.setup = replace(story.setup, machines=(replace(press, recipes=(odd,)),))
    story = hears(story.kill()).sign_in("setter")
    story.writes.clear()
    assert recipe(story).answer.code == code
    assert of_recipe(story) == []


def test_nothing_of_a_recipe_is_written_where_the_state_forbids_one_of_its_values(setting):
    story = setting()
    (press,) = story.setup.machines
    still = replace(DWELL, write=WriteRule(("setter",), states=("Stopped",)))
    tags = tuple(still if tag.name == "dwell" else tag for tag in press.tags)
    story.setup = replace(story.setup, machines=(replace(press, tags=tags),))
    story = hears(story.kill()).sign_in("setter")
    story.writes.clear()
    assert recipe(story).answer.code == "setpoint_state"
    assert of_recipe(story) == []


def test_the_answer_to_a_single_write_is_none_for_the_recipe_that_began_after_it(setting):
    story = write(setting(), "1", tag="cooling", shown=0.0)
    single = story.writes.pop()
    story.wrote(recipe(story) and single)
    assert story.record.one(RecipeDownload).confirmed == 0
    assert [order.tag for order in of_recipe(story)] == ["pressure"]
