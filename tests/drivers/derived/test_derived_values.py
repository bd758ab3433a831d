"""A state from a current, and from a table of raw values: unknown stays unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.derived.mapped import holds
from drivers.derived.setup import Condition, Derivation, Mapped, MapRow, Running

AMPERE = Derivation((Running("runs", "current", 3.0, 0.5, 200, 1000),), groups={"runs": "fast"})


@pytest.fixture
def clamp(scans):
    return scans(AMPERE, 100)


def runs(clamp, current, looks):
    for _ in range(looks):
        clamp.see(current=current)
    return clamp.made["runs"]


def test_what_runs_at_first_sight_is_running(clamp):
    assert runs(clamp, 3.0, 1) is True


def test_between_the_two_levels_it_goes_on_as_it_was(clamp):
    assert runs(clamp, 5.0, 1) is True
    assert runs(clamp, 2.6, 50) is True
    assert runs(clamp, 2.4, 20) is False
    assert runs(clamp, 2.9, 50) is False


def test_a_moment_without_current_is_no_stop(clamp):
    runs(clamp, 5.0, 1)
    assert runs(clamp, 0.1, 10) is True
    assert runs(clamp, 5.0, 1) is True
    assert runs(clamp, 0.1, 10) is True
    assert runs(clamp, 0.1, 1) is False


def test_a_current_that_is_not_known_is_not_standing(clamp):
    runs(clamp, 5.0, 1)
    assert runs(clamp, None, 1) is None
    assert runs(clamp, float("nan"), 1) is None
    assert runs(clamp, 0.1, 1) is False


def test_a_delay_passes_while_a_machine_has_nothing_to_say(scans):
    clamp = scans(AMPERE, 100, tells_changes=True)
    runs(clamp, 5.0, 1)
    runs(clamp, 0.0, 1)
    clamp.hear(500)
    assert clamp.made["runs"] is True
    clamp.hear(500)
    assert clamp.made["runs"] is False


ROWS = (
    MapRow((Condition("fault", (0,), is_not=True),), 3),
    MapRow((Condition("auto", (True,)), Condition("run", (True,))), 1),
    MapRow((Condition("auto", (True,)), Condition("speed", low=0.0, high=5.0)), 2),
)
TABLE = Derivation((Mapped("state", ROWS),), groups={"state": "fast"})


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        ({"fault": 0, "auto": True, "run": True, "speed": 100.0}, 1),
        ({"fault": 17, "auto": True, "run": True, "speed": 100.0}, 3),
        ({"fault": 0, "auto": True, "run": False, "speed": 5.0}, 2),
        ({"fault": 0, "auto": True, "run": False, "speed": 5.1}, None),
        ({"fault": 0, "auto": False, "run": None, "speed": None}, None),
        ({"fault": None, "auto": True, "run": True, "speed": 100.0}, None),
        ({"fault": 0, "auto": True, "run": None, "speed": 1.0}, None),
        ({"fault": 17, "auto": None, "run": None, "speed": None}, 3),
    ],
)
def test_the_first_row_that_surely_fits(scans, seen, state):
    table = scans(TABLE)
    table.see(**seen)
    assert table.made["state"] == state


def test_one_made_tag_is_made_from_another(scans):
    made = (Running("runs", "current", 3.0, 0.5), Mapped("state", (MapRow((Condition("runs", (True,)),), 1),)))
    table = scans(Derivation(made, groups={"runs": "fast", "state": "fast"}))
    table.see(current=9.0)
    assert table.made["state"] == 1
    table.see(current=0.0)
    assert table.made["state"] is None


scalars = st.one_of(st.booleans(), st.integers(-5, 5), st.floats(allow_nan=True), st.text(max_size=2))


@given(st.builds(Condition, st.just("t"), st.tuples(scalars), is_not=st.booleans()), scalars)
def test_a_condition_and_its_opposite_never_agree(condition, value):
    turned = Condition(condition.tag, condition.values, is_not=not condition.is_not)
    assert holds(condition, value) is not holds(turned, value)
    assert holds(condition, None) is None
