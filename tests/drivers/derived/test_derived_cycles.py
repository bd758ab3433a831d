"""Cycles seen from outside: begun, ended, sampled, and never half a one for a whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.derived import reach
from drivers.derived.setup import (
    BOOT,
    CYCLE,
    DURATION,
    RUNNING_CYCLE,
    TIME,
    CycleMade,
    Derivation,
    Edges,
    LampRow,
    Lamps,
    Look,
    Take,
    TakenResult,
    Trigger,
)
from drivers.driver import MachineSetupError
from drivers.link import RemarkCode
from drivers.reading import Batch, Remark, Samples
from hmi.engine.curves import Curves
from tests.drivers.derived.derived_scans import Scans

RESULTS = (
    TakenResult("peak", "force", Take.MAX),
    TakenResult("rest", "force", Take.AT_END),
    TakenResult("low", "force", Take.MIN),
)
NAMES = (CYCLE, RUNNING_CYCLE, DURATION, BOOT, "peak", "rest", "low")


def stroke(**more):
    given = {"start": Trigger("clamped", True), "end": Trigger("clamped", False), "results": RESULTS, **more}
    made = CycleMade(channels=(TIME, "force"), units=("s", "kN"), typical_ms=1000, group="fast", **given)
    return Derivation(cycle=made, groups=dict.fromkeys(NAMES if made.counter is None else NAMES[1:3], "fast"))


@pytest.fixture
def press(scans):
    return scans(stroke(), 100)


def make(press, forces):
    """One stroke, a look for each force, then the clamp opens."""
    for force in forces:
        press.see(clamped=True, force=force)
    press.see(clamped=False, force=1.0)


def curve(press, cycle):
    return [
        (one.first, [round(column[0], 3) for column in one.columns if column], one.lost)
        for one in press.events
        if isinstance(one, Samples) and one.cycle == cycle
    ]


def test_a_stroke_is_a_cycle_with_its_curve_and_results(press):
    press.see(clamped=False, force=0.0)
    make(press, [2.0, 7.0, 5.0])
    assert curve(press, 1) == [(0, [0.0, 2.0], 0), (1, [0.1, 7.0], 0), (2, [0.2, 5.0], 0), (3, [0.3, 1.0], 0)]
    said = {name: press.made[name] for name in (CYCLE, RUNNING_CYCLE, DURATION, "peak", "rest", "low")}
    assert said == {CYCLE: 1, RUNNING_CYCLE: 1, DURATION: 300, "peak": 7.0, "rest": 1.0, "low": 1.0}


def test_the_last_sample_comes_before_the_batch_that_says_it_is_complete(press):
    press.see(clamped=False, force=0.0)
    press.see(clamped=True, force=2.0)
    assert [type(event) for event in press.see(clamped=False, force=1.0)] == [Samples, Batch]


def test_the_running_cycle_is_one_more_than_the_last(press):
    press.see(clamped=False, force=0.0)
    press.see(clamped=True, force=0.0)
    assert (press.made[CYCLE], press.made[RUNNING_CYCLE]) == (0, 1)


def test_a_cycle_whose_start_nobody_saw_is_counted_without_results(press):
    press.see(clamped=True, force=9.0)
    press.see(clamped=False, force=1.0)
    assert (press.made[CYCLE], press.made[DURATION], press.made["peak"]) == (1, None, None)
    assert curve(press, 1) == [(0, [], 0)]


def test_a_stroke_that_was_half_seen_before_the_link_was_lost_gets_no_curve(press):
    press.see(clamped=False, force=0.0)
    press.see(clamped=True, force=5.0)
    press.lose()
    press.find()
    press.see(clamped=True, force=6.0)
    press.see(clamped=False, force=1.0)
    assert (press.made[CYCLE], press.made["peak"]) == (1, None)
    curves = Curves()
    for event in press.events:
        if isinstance(event, Samples):
            curves.add(event)
    assert curves.take(1) == {}


def test_a_bad_channel_is_a_sample_that_is_missing(press):
    press.see(clamped=False, force=0.0)
    make(press, [2.0, None, None, 5.0])
    assert [(first, lost) for first, _, lost in curve(press, 1)] == [(0, 0), (3, 2), (4, 0)]
    assert press.made["peak"] == 5.0


def test_a_trigger_that_is_bad_makes_its_numbers_bad_and_the_count_begin_anew(press):
    press.see(clamped=False, force=0.0)
    make(press, [2.0])
    boot = press.made[BOOT]
    press.see(clamped=None, force=0.0)
    assert (press.made[CYCLE], press.made["peak"]) == (None, None)
    press.see(clamped=True, force=0.0)
    assert (press.made[CYCLE], press.made[RUNNING_CYCLE]) == (0, 0)
    assert press.made[BOOT] != boot


def test_a_start_anew_begins_the_curve_anew(press):
    press.see(clamped=False, pressed=False, force=0.0)
    again = Scans(stroke(start=Trigger("pressed", True)), 100)
    again.see(clamped=True, pressed=False, force=0.0)
    for level in (True, True, False, True):
        again.see(clamped=True, pressed=level, force=3.0)
    assert [first for first, _, _ in curve(again, 1)] == [0, 1, 2, 3, 0]
    again.see(clamped=False, pressed=True, force=3.0)
    assert again.made[DURATION] == 100


def test_the_machines_own_counter_numbers_its_cycles(scans):
    own = scans(stroke(start=None, end=Trigger("n"), counter="n", modulus=1 << 16, results=()), 100)
    own.see(n=65_534, force=0.0)
    own.see(n=65_535, force=1.0)
    own.see(n=65_535, force=2.0)
    assert own.made[RUNNING_CYCLE] == 0
    own.see(n=0, force=3.0)
    assert [values for _, values, _ in curve(own, 0)] == [[0.0, 1.0], [0.1, 2.0], [0.2, 3.0]]
    assert CYCLE not in own.made


def test_what_the_link_can_give_is_said_once(scans):
    press = scans(stroke(), 100)
    assert [one.code for one in press.find() if isinstance(one, Remark)] == [RemarkCode.FEW_SAMPLES]
    assert press.events[-1].reason == "10 samples/s: 10 points a cycle, a peak may be missed"
    press.lose()
    assert not [one for one in press.find() if isinstance(one, Remark)]


REFUSED = [
    (stroke(min_rate_hz=50.0), 100, "'peak': a peak is believed from 50 samples/s on, and its group gives 10"),
    (stroke(), 500, "can be missed by looking every 500 ms"),
    (Derivation((Edges("good", "part", 100),), groups={"good": "fast"}), 60, "a pulse of 100 ms can be missed"),
    (Derivation((Edges("good", "part", 100, min_on_ms=80),), groups={"good": "fast"}), 50, "can look too short"),
    (
        Derivation((Lamps("s", {"red": "r"}, (LampRow({"red": Look.ON}, 1),)),), groups={"s": "fast"}),
        200,
        "at least every 111 ms",
    ),
]


@pytest.mark.parametrize(("derivation", "period", "reason"), REFUSED)
def test_what_a_link_can_never_tell_is_refused(derivation, period, reason):
    with pytest.raises(MachineSetupError, match=reason):
        reach.check("m", derivation, {"fast": period})
    reach.check("m", derivation, {"fast": 10})


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.one_of(st.none(), st.floats(-50, 50))), min_size=2, max_size=60))
def test_every_opened_clamp_is_one_cycle_and_peaks_are_those_of_good_samples(looks):
    press, falls, kept, last = Scans(stroke(), 100), 0, [], None
    for clamped, force in looks:
        press.see(clamped=clamped, force=force)
        if clamped and last is False:
            kept = []
        kept.append(force)
        if last and not clamped:
            falls += 1
            if press.made["peak"] is not None:
                assert press.made["peak"] == max(one for one in kept if one is not None)
        last = clamped
    assert press.made[CYCLE] == falls
