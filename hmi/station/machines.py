"""What a machine says, in order: is it there, what does it do, what did it make, what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from drivers.reading import Batch, Event, Heard, LinkDown, LinkUp
from drivers.tag import Purpose
from hmi.station import alarms, counts, cycles, equipment, liveness, permits, progress, timeline
from hmi.station.codes import Code
from hmi.station.cycles import CompletedCurve, Made
from hmi.station.liveness import LinkState
from hmi.station.state import Numbers, Station, with_work
from hmi.station.turn import Turn
from station_db.records.base import Verdict
from station_db.records.local import Curve
from station_db.records.orders import Permit, StepKind
from station_db.records.production import Cycle

T = TypeVar("T")
Curves = Mapping[int, CompletedCurve]
"""The completed curves of the machine that speaks, by cycle number."""
LINK_CODES = (Code.LINK_DOWN, Code.MACHINE_SILENT, Code.MACHINE_FROZEN)
UNIT_REASONS = {Verdict.BAD: Code.UNIT_BAD_MACHINE, Verdict.UNKNOWN: Code.UNIT_VERDICT_UNKNOWN}


def hear(station: Station, event: Event, curves: Curves, turn: Turn) -> Station:
    """Take an event of a driver."""
    machine = event.device
    if machine not in station.wirings:
        return station
    match event:
        case Batch():
            watch = liveness.scanned(station.watches[machine], station.wirings[machine], event)
            station = _contact(_with_watch(station, machine, watch), machine, turn)
            return _produce(station, machine, curves, turn)
        case Heard() | LinkUp():
            watch = liveness.heard(station.watches[machine], event.heard_ns)
            return _contact(_with_watch(station, machine, watch), machine, turn)
        case LinkDown():
            return _lost(station, machine, event, turn)
        case _:
            return station


def look(station: Station, machine: str, turn: Turn) -> Station:
    """Time went by: is the machine still there, and do counters that contradicted each other agree now?"""
    link, watch = station.links[machine], station.watches[machine]
    state = liveness.judge(link, watch, station.wirings[machine], turn.now.mono)
    if state in liveness.REASONS:
        doubted = liveness.doubt(link, state, machine, turn)
        return _seen(replace(station, links=_put(station.links, machine, doubted)), machine, turn)
    return station if watch.unsettled_ns is None else _produce(station, machine, {}, turn)


def _lost(station: Station, machine: str, event: LinkDown, turn: Turn) -> Station:
    """What the machine said before is forgotten: after the link it says everything anew."""
    link = liveness.lose(station.links[machine], event, turn)
    watch = replace(station.watches[machine], image={}, unsettled_ns=None)
    releases = permits.link_lost(station.releases, machine)
    station = replace(_with_watch(station, machine, watch), links=_put(station.links, machine, link), releases=releases)
    return _seen(station, machine, turn)


def _contact(station: Station, machine: str, turn: Turn) -> Station:
    """The machine was heard: unless its program stands, it is there (again)."""
    link, watch = station.links[machine], station.watches[machine]
    if not link.is_live and not _stands(link.state, station, machine, turn):
        regained = liveness.regain(link, turn)
        watch = replace(watch, beat_ns=turn.now.mono)
        station = replace(_with_watch(station, machine, watch), links=_put(station.links, machine, regained))
    return _seen(station, machine, turn)


def _stands(state: LinkState, station: Station, machine: str, turn: Turn) -> bool:
    return state is LinkState.FROZEN and turn.now.mono - station.watches[machine].beat_ns > liveness.SILENT_NS


def _seen(station: Station, machine: str, turn: Turn) -> Station:
    """Bring the machine's state, numbers and alarms in line with what is known of it."""
    wiring, link, watch = station.wirings[machine], station.links[machine], station.watches[machine]
    before = station.states[machine]
    state = equipment.enter(before, machine, equipment.see(wiring, link, watch), turn)
    if state is not before:
        spans = timeline.follow(station.timeline, state) if machine == station.main else station.timeline
        station = replace(station, states=_put(station.states, machine, state), timeline=spans)
    numbers = _numbers(station, machine)
    if numbers != station.numbers[machine]:
        station = replace(station, numbers=_put(station.numbers, machine, numbers))
    active = _link_alarm(station, machine, turn)
    if link.is_live:
        active = alarms.follow_machine(active, wiring, watch.image, turn)
    return station if active is station.alarms else replace(station, alarms=active)


def _numbers(station: Station, machine: str) -> Numbers:
    wiring, image = station.wirings[machine], station.watches[machine].image
    last, running = wiring.number(image, Purpose.CYCLE), wiring.number(image, Purpose.RUNNING_CYCLE)
    return Numbers(None if running == last else running, last)


def _link_alarm(station: Station, machine: str, turn: Turn) -> alarms.Alarms:
    link, active = station.links[machine], station.alarms
    wanted = Code(link.state.value) if link.state.value in LINK_CODES else None
    for code in LINK_CODES:
        if code is not wanted:
            active = alarms.clear(active, (machine, code), turn)
    if wanted is None:
        return active
    name = station.wirings[machine].machine.name
    return alarms.raise_alarm(active, alarms.own(machine, wanted, turn, name, link.reason), turn)


def _produce(station: Station, machine: str, curves: Curves, turn: Turn) -> Station:
    """Count what was made, and let the work go on by it."""
    if not station.links[machine].is_live:
        return station
    watch, made = cycles.count(station.positions.get(machine), station.watches[machine], station.wirings[machine], turn)
    station = _with_watch(station, machine, watch)
    if made is None:
        return station
    releases, permit = permits.made(station, machine, made, turn)
    cycle = None if made.cycle is None else _complete(station, made.cycle, permit, curves, turn)
    station = _record(replace(station, releases=releases), machine, replace(made, cycle=cycle), turn)
    if cycle is None or cycle.unit is None:
        return station
    return _work(station, cycle, turn)


def _complete(station: Station, cycle: Cycle, permit: Permit | None, curves: Curves, turn: Turn) -> Cycle:
    """The cycle with its curve, and the unit it was made for."""
    curve = curves.get(cycle.number)
    if curve is not None:
        turn.keep_curve(Curve(curve.digest, cycle.machine, cycle.id, curve.names, curve.units, curve.count, curve.data))
        cycle = replace(cycle, curve_digest=curve.digest, curve_lost=curve.lost)
    if not _belongs(station, cycle.machine, permit) or station.work is None or station.work.unit is None:
        return cycle
    return replace(
        cycle,
        job_order=station.work.response.job_order,
        unit=station.work.unit.id,
        permit=None if permit is None else permit.id,
    )


def _belongs(station: Station, machine: str, permit: Permit | None) -> bool:
    """Whether a cycle is the open step's: by its permit, or on a machine without permits by its time."""
    step = None if station.work is None else station.work.open_step
    if station.work is None or step is None:
        return False
    if station.wirings[machine].takes_permits:
        return permit is not None and permit.step_run == step.id
    spec = station.work.open_spec
    is_its_turn = spec is not None and spec.kind is StepKind.MACHINE_CYCLE and permits.machine_of(station, spec) == machine
    return is_its_turn and station.work.is_running


def _record(station: Station, machine: str, made: Made, turn: Turn) -> Station:
    actor = f"machine:{machine}"
    for record in (made.cycle, made.unseen, *made.gaps):
        if record is not None:
            turn.keep(record, actor)
    for row in made.positions.rows(machine):
        turn.keep_position(row)
    station = replace(station, positions=_put(station.positions, machine, made.positions))
    if machine != station.main:
        return station
    return replace(station, tally=counts.tally(station.tally, made), last_cycle=made.cycle or station.last_cycle)


def _work(station: Station, cycle: Cycle, turn: Turn) -> Station:
    """The open machine step is done by its cycle; a bad one fails the unit."""
    work = station.work
    if work is None:
        return station
    by_machine = Turn(turn.now, f"machine:{cycle.machine}")
    closed = progress.close_step(work, cycle.verdict, by_machine, cycle=cycle)
    if cycle.verdict is Verdict.GOOD:
        closed = progress.go_on(closed, by_machine)
    else:
        closed = progress.fail_unit(closed, UNIT_REASONS[cycle.verdict], by_machine)
    turn.take(by_machine)
    return with_work(station, closed)


def _with_watch(station: Station, machine: str, watch: liveness.Watch) -> Station:
    return replace(station, watches=_put(station.watches, machine, watch))


def _put(parts: Mapping[str, T], machine: str, part: T) -> Mapping[str, T]:
    return {**parts, machine: part}
