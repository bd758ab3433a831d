"""The program of a simulated machine: it repeats itself, counts what it makes, and restarts only where nothing is lost."""

from collections import Counter as Tally

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated import Bench

from drivers.simulation.counts import Counter
from drivers.simulation.disturbances import Halt, Rates, draw, halt_of
from drivers.simulation.machine import MachineSetup
from drivers.simulation.packml import Fault, PackML
from drivers.simulation.permit import PermitWord
from drivers.simulation.press import Press
from drivers.simulation.restart import QUIET_MS
from drivers.simulation.screwdriver import Screwdriver
from drivers.simulation.truth import PartAborted, PartMade, ProgramStarted

LIVELY = Rates(bad=8, micro_stop=10, jam=15, guard=20, drive=25, restart=30)


def bench(rates: Rates | None = None, *, seed: int = 1, speed: float = 1.0, kind: type = Press) -> Bench:
    return Bench(kind(MachineSetup(seed=seed, rates=rates)), speed)


@pytest.mark.parametrize("kind", [Press, Screwdriver])
def test_the_same_seed_makes_the_same_parts(kind):
    once, again, other = (bench(LIVELY, seed=seed, kind=kind) for seed in (5, 5, 6))
    for each in (once, again, other):
        each.make(30)
    assert once.events == again.events
    assert once.now_ms == again.now_ms
    assert [part.good for part in other.parts()] != [part.good for part in once.parts()]


def test_the_truth_equals_the_counters_over_500_cycles_with_jams_faults_and_restarts():
    press = bench(LIVELY, speed=20.0)
    press.make(500)
    boot, counts = press.model.machine.boot, press.model.machine.counts.values
    ours = [part for part in press.parts() if part.boot == boot]
    assert counts[Counter.GOOD] == sum(part.good for part in ours)
    assert counts[Counter.BAD] == sum(not part.good for part in ours)
    assert counts[Counter.CYCLE] == len(ours)
    assert [part.part for part in press.parts()] == list(range(1, 501))
    for start in (event.boot for event in press.events if isinstance(event, ProgramStarted)):
        cycles = [part.cycle for part in press.parts() if part.boot == start]
        assert cycles == list(range(1, len(cycles) + 1))
    assert boot > 5
    assert 20 < sum(not part.good for part in press.parts()) < 120


def test_a_calm_machine_makes_good_parts_only_until_a_bad_one_is_asked_for():
    press = bench()
    press.make(60)
    press.model.machine.make_next_bad()
    press.make(3)
    assert [part.part for part in press.parts() if not part.good] == [61]


def test_a_worn_tool_makes_bad_parts():
    press = bench()
    press.model.machine.wear = 3.0
    press.make(5)
    assert not any(part.good for part in press.parts())


@pytest.mark.parametrize("counter", list(Counter))
def test_counters_wrap_at_16_bits(counter):
    press = bench()
    press.model.machine.preset(counter, 0xFFFF)
    if counter is Counter.BAD:
        press.model.machine.make_next_bad()
    press.make(1)
    assert press.model.machine.counts.values[counter] == 0


def test_the_cycle_after_65535_is_number_0():
    press = bench()
    press.model.machine.preset(Counter.CYCLE, 65534)
    press.make(3)
    assert [part.cycle for part in press.parts()] == [65535, 0, 1]


def test_a_jam_holds_the_stroke_and_clears_by_itself_after_eight_seconds():
    press = bench()
    machine = press.model.machine
    press.turn_until(lambda: machine.is_in_stroke and press.model.work.progress > 0.5)
    machine.halt(halt_of(Fault.JAM))
    assert (machine.state, machine.fault, press.model.alarms) == (PackML.HELD, Fault.JAM, 0b10)
    jammed_ms, at = press.now_ms, press.model.words()[20:22]
    press.turn_until(lambda: machine.fault is Fault.NONE)
    assert press.now_ms - jammed_ms == 8000
    assert press.model.words()[20:22] == at
    press.make(1)
    assert machine.counts.duration_ms > 12_000


def test_a_fault_stays_until_somebody_clears_it():
    press = bench()
    press.model.machine.halt(Halt(Fault.DRIVE, scans=None))
    for _ in range(3000):
        press.turn()
    assert press.model.machine.state is PackML.ABORTED
    press.model.machine.clear()
    press.make(1)


def test_the_machine_stops_after_so_many_cycles_and_runs_again_when_cleared():
    press = bench()
    press.model.machine.stop_after(3)
    for _ in range(2000):
        press.turn()
    assert press.model.machine.state is PackML.STOPPED
    assert len(press.parts()) == 3
    press.model.machine.clear()
    press.make(1)


@given(speed=st.sampled_from([1.0, 4.0, 20.0, 100.0]), ask_at=st.integers(1, 600))
@settings(max_examples=25, deadline=None)
def test_a_restart_cuts_a_stroke_in_its_middle_and_never_right_after_a_completion(speed, ask_at):
    press = bench(speed=speed)
    completed_ms = float("-inf")
    for scan in range(10_000):
        if scan == ask_at:
            press.model.machine.request_restart()
        before = len(press.events)
        press.turn()
        new = press.events[before:]
        if any(isinstance(event, PartMade) for event in new):
            completed_ms = press.now_ms
        if scan >= ask_at and any(isinstance(event, ProgramStarted) for event in new):
            break
    assert press.now_ms - completed_ms >= QUIET_MS
    assert [type(event) for event in new] == [PartAborted, ProgramStarted]
    assert press.model.words()[:6] == [PackML.RESETTING, 0, 0, 0, 0, 0]
    assert press.model.machine.boot == 2


def test_a_restart_forgets_the_permit_words_and_the_aborted_part():
    press = bench()
    machine = press.model.machine
    press.turn_until(lambda: machine.is_in_stroke)
    machine.write(PermitWord.REQUIRED, 1, press.now_ms)
    machine.request_restart()
    press.turn_until(lambda: machine.boot == 2)
    assert not machine.permit.is_required
    press.make(1)
    assert press.parts() == [PartMade(cycle=1, boot=2, good=True, part=1)]


def test_a_waiting_machine_restarts_where_it_stands():
    press = bench()
    machine = press.model.machine
    machine.write(PermitWord.REQUIRED, 1, 0.0)
    press.turn_until(lambda: machine.state is PackML.IDLE)
    machine.request_restart()
    press.turn()
    assert (machine.boot, machine.state) == (2, PackML.RESETTING)


def test_the_heartbeat_moves_every_100_ms_of_real_time_at_any_speed():
    press = bench(speed=20.0)
    seen = set()
    for _ in range(1000):
        press.turn()
        seen.add(press.model.words()[11])
    assert seen == set(range(11))


def test_disturbances_come_about_as_often_as_their_rates_say():
    rates = Rates()
    drawn = [draw(1, stroke, rates) for stroke in range(6000)]
    tally = Tally(each.halt.fault for each in drawn if each.halt)
    assert 30 < tally[Fault.JAM] < 80
    assert 90 < sum(each.is_bad for each in drawn) < 160
    assert 110 < sum(each.starved_scans > 0 for each in drawn) < 200
    assert draw(1, 7, None) == draw(2, 9, None)


def test_the_oil_alarm_comes_above_55_and_goes_below_53():
    press = bench()
    heard = []
    for warm in (54.9, 55.1, 54.0, 52.9):
        press.model.oil.set(warm)
        heard.append(press.model.alarms)
    assert heard == [0, 1, 1, 0]


def test_a_screw_cycle_tells_its_last_screw_with_its_number():
    tool = bench(kind=Screwdriver)
    tool.make(1)
    values = tool.model.values()
    assert (values["Cycle"], values["RunningCycle"], values["Verdict"], values["Good"]) == (1, 1, 1, 1)
    assert values["Result"].screw == 4
    assert values["Result"].is_ok
    assert 2900 <= values["Duration"] <= 3000


def test_a_bad_screw_makes_a_bad_cycle():
    tool = bench(kind=Screwdriver)
    tool.model.machine.make_next_bad()
    tool.make(1)
    assert tool.model.values()["Verdict"] == 2
