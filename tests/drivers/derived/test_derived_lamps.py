"""A stack light is read as a person reads it: on, off, blinking, and never a guess."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.derived.lamps import Lamp, Pace
from drivers.derived.setup import Derivation, LampRow, Lamps, Look

IDLE, RUNS, HELD, FAULT = 1, 2, 3, 4
ROWS = (
    LampRow({"red": Look.BLINKING}, FAULT),
    LampRow({"red": Look.ON}, HELD),
    LampRow({"green": Look.ON, "red": Look.OFF}, RUNS),
    LampRow({"green": Look.BLINKING, "red": Look.OFF}, IDLE),
)
TOWER = Derivation((Lamps("state", {"red": "red", "green": "green"}, ROWS, (0.4, 3.0)),), groups={"state": "fast"})


def steady(**lamps):
    return lambda _: lamps


def blink(hz, duty=0.5, phase=0.0):
    return lambda at: (at * hz + phase) % 1.0 < duty


@pytest.fixture
def tower(scans):
    return scans(TOWER)


def states(watched):
    return [state for state, _ in itertools.groupby(made["state"] for made in watched)]


def test_nothing_is_known_until_a_steady_lamp_has_been_steady(tower):
    assert states(tower.watch(3, steady(red=False, green=True))) == [None, RUNS]


@pytest.mark.parametrize("hz", [0.5, 0.8, 1.0, 1.3, 2.0, 2.7, 3.0])
@pytest.mark.parametrize("duty", [0.4, 0.5, 0.6])
def test_a_blinking_lamp_blinks_all_the_time(tower, hz, duty):
    red = blink(hz, duty)
    assert states(tower.watch(12, lambda at: {"red": red(at), "green": False})) == [None, FAULT]


def test_from_running_to_a_fault_there_is_no_state_between(tower):
    list(tower.watch(4, steady(red=False, green=True)))
    red = blink(1.0)
    assert states(tower.watch(6, lambda at: {"red": red(at), "green": False})) == [RUNS, FAULT]


def test_from_blinking_to_steady_there_is_no_state_between(tower):
    red = blink(2.0)
    list(tower.watch(4, lambda at: {"red": red(at), "green": False}))
    assert states(tower.watch(4, steady(red=True, green=False))) == [FAULT, HELD]


def test_a_lamp_that_flickers_once_changes_nothing(tower):
    list(tower.watch(4, steady(red=False, green=True)))
    tower.see(red=False, green=False)
    assert states(tower.watch(4, steady(red=False, green=True))) == [RUNS]


def test_lamps_that_stand_in_no_row_are_no_state(tower):
    list(tower.watch(4, steady(red=False, green=True)))
    assert states(tower.watch(4, steady(red=False, green=False))) == [RUNS, None]


def test_a_bad_lamp_is_unknown_at_once(tower):
    list(tower.watch(4, steady(red=False, green=True)))
    assert states(tower.watch(4, steady(red=None, green=True))) == [None]


def test_a_lamp_faster_than_anything_that_blinks_becomes_unknown(tower):
    list(tower.watch(4, steady(red=False, green=True)))
    green = itertools.cycle((True, False))
    assert states(tower.watch(8, lambda _: {"red": False, "green": next(green)}))[-1] is None


def test_lamps_of_which_one_is_always_undecided_leave_no_state_standing(tower):
    list(tower.watch(4, steady(red=False, green=True)))
    red, green = blink(0.5, 0.02), blink(0.5, 0.02, 0.5)
    assert states(tower.watch(8, lambda at: {"red": red(at), "green": not green(at)})) == [RUNS, None]


def test_lamps_that_nobody_looked_at_are_watched_anew(tower):
    list(tower.watch(4, steady(red=False, green=True)))
    tower.see(2000, red=False, green=True)
    assert tower.made["state"] is None
    assert states(tower.watch(4, steady(red=False, green=True))) == [None, RUNS]


def test_after_the_link_was_down_lamps_are_watched_anew(tower):
    list(tower.watch(4, steady(red=False, green=True)))
    tower.lose()
    tower.find()
    tower.see(red=False, green=True)
    assert tower.made["state"] is None


def test_a_machine_that_tells_changes_is_watched_while_it_is_heard(scans):
    tower = scans(TOWER, tells_changes=True)
    tower.see(red=False, green=True)
    for _ in range(6):
        tower.hear(400)
    assert tower.made["state"] == RUNS


@settings(max_examples=60, deadline=None)
@given(
    hz=st.floats(0.45, 2.8),
    duty=st.floats(0.42, 0.58),
    phase=st.floats(0, 1),
    jitter=st.lists(st.integers(-20, 20), min_size=40, max_size=40),
)
def test_any_blinking_in_the_range_is_seen_and_held(hz, duty, phase, jitter):
    pace, lamp, looks = Pace.of((0.4, 3.0)), Lamp(), []
    for at in range(50, 15_000, 50):
        seen = at + jitter[at // 50 % 40]
        lamp = lamp.see(blink(hz, duty, phase)(seen / 1000), seen * 1_000_000, pace)
        looks.append(lamp.look)
    assert [look for look, _ in itertools.groupby(looks)] == [None, Look.BLINKING]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(10, 400)), min_size=5, max_size=60))
def test_a_lamp_is_never_taken_for_steady_while_it_changes(history):
    pace, lamp, now, levels = Pace.of((0.4, 3.0)), Lamp(), 0, []
    for level, after in history:
        now += after
        levels.append((now, level))
        before, lamp = lamp.look, lamp.see(level, now * 1_000_000, pace)
        if lamp.look in (Look.ON, Look.OFF) and lamp.look is not before:
            recent = [seen for at, seen in levels if now - at <= pace.steady // 1_000_000]
            assert set(recent) == {lamp.look is Look.ON}


@pytest.mark.parametrize("ends_at", [4.0, 4.2, 4.4, 4.6, 4.8])
def test_from_a_blinking_lamp_to_another_one_steady_the_two_are_never_told_together(scans, ends_at):
    both = LampRow({"red": Look.BLINKING, "green": Look.ON}, IDLE)
    tower = scans(
        Derivation((Lamps("state", {"red": "red", "green": "green"}, (both, *ROWS), (0.4, 3.0)),), groups={"state": "fast"})
    )
    red = blink(0.9)
    seen = tower.watch(9, lambda at: {"red": at < ends_at + 0.15 and red(at), "green": at >= ends_at})
    assert states(seen) == [None, FAULT, RUNS]
