"""What a machine made: the counters explained, the cycle recorded with its curve, the order's work going on by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hmi.station import counts, cycles, permits, progress, waits
from hmi.station.codes import Code
from hmi.station.cycles import CompletedCurve, Made
from hmi.station.state import Station, put, with_watch, with_work
from hmi.station.turn import Turn
from station_db.records.base import Verdict
from station_db.records.local import Curve
from station_db.records.orders import Permit, StepKind
from station_db.records.production import Cycle

Curves = Mapping[int, CompletedCurve]
"""The completed curves of the machine that speaks, by cycle number."""
STANDING_US = 30_000_000
"""How old the kept position of counters that stand may become."""
UNIT_REASONS = {Verdict.BAD: Code.UNIT_BAD_MACHINE, Verdict.UNKNOWN: Code.UNIT_VERDICT_UNKNOWN}


def produce(station: Station, machine: str, curves: Curves, turn: Turn) -> Station:
    """Count what was made, and let the work go on by it."""
    if not station.links[machine].is_live:
        return station
    watch, made = cycles.count(station.positions.get(machine), station.watches[machine], station.wirings[machine], turn)
    station = with_watch(station, machine, watch)
    if made is None:
        return _stood(station, machine, turn)
    releases, permit = permits.made(station, machine, made, turn)
    cycle = None if made.cycle is None else _complete(station, made.cycle, permit, curves, turn)
    station = _record(replace(station, releases=releases), machine, replace(made, cycle=cycle), turn)
    if cycle is None or not _belongs(station, machine, permit):
        return station
    return _work(station, cycle, turn)


def _stood(station: Station, machine: str, turn: Turn) -> Station:
    """Keep now and then that the counters stood: after a restart only the time since can have brought unheard parts."""
    positions, at = station.positions.get(machine), station.watches[machine].counted_at
    if positions is None or at is None or at - positions.at < STANDING_US:
        return station
    positions = replace(positions, at=at)
    for row in positions.rows(machine):
        turn.keep_position(row)
    return replace(station, positions=put(station.positions, machine, positions))


def _complete(station: Station, cycle: Cycle, permit: Permit | None, curves: Curves, turn: Turn) -> Cycle:
    """The cycle with its curve, and the unit it was made for."""
    curve = curves.get(cycle.number)
    if curve is not None:
        turn.keep_curve(Curve(curve.digest, cycle.machine, cycle.id, curve.names, curve.units, curve.count, curve.data))
        cycle = replace(cycle, curve_digest=curve.digest, curve_lost=curve.lost)
    if permit is not None:
        return replace(cycle, job_order=station.releases.order_of(permit), unit=permit.unit, permit=permit.id)
    if not _belongs(station, cycle.machine, permit) or station.work is None or station.work.unit is None:
        return cycle
    return replace(cycle, job_order=station.work.response.job_order, unit=station.work.unit.id)


def _belongs(station: Station, machine: str, permit: Permit | None) -> bool:
    """Whether a cycle is the open step's: by its permit, or on a machine without permits by its time."""
    step = None if station.work is None else station.work.open_step
    if station.work is None or step is None:
        return False
    if station.wirings[machine].takes_permits:
        return permit is not None and permit.step_run == step.id
    spec = station.work.open_spec
    is_its_turn = spec is not None and spec.kind is StepKind.MACHINE_CYCLE and waits.machine_of(station, spec) == machine
    return is_its_turn and station.work.is_running


def _record(station: Station, machine: str, made: Made, turn: Turn) -> Station:
    actor = f"machine:{machine}"
    for record in (made.cycle, made.unseen, *made.gaps):
        if record is not None:
            turn.keep(record, actor)
    for row in made.positions.rows(machine):
        turn.keep_position(row)
    open_gaps = station.open_gaps + made.gaps
    station = replace(station, positions=put(station.positions, machine, made.positions), open_gaps=open_gaps)
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
