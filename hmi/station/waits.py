"""What the open machine step waits for, in the order in which it has to come about."""

from __future__ import annotations

from drivers.tag import Purpose
from hmi.station.codes import Code
from hmi.station.state import Station, Wait
from hmi.station.wiring import Wiring
from station_db.records.orders import PermitState, StepKind, StepSpec

SETTLE_NS = 200_000_000
"""On top of the counters' period: after so long a cycle begun before the level was confirmed has been heard of."""
MS_NS = 1_000_000
STANDING: dict[PermitState, Code] = {
    PermitState.ASKED: Code.WAIT_PERMIT,
    PermitState.CONFIRMED: Code.WAIT_START,
    PermitState.UNKNOWN: Code.WAIT_PERMIT_UNKNOWN,
    PermitState.USED: Code.WAIT_CYCLE_UNSEEN,
}


def machine_of(station: Station, spec: StepSpec) -> str:
    """The machine of a machine step; the main one where the routing names none."""
    return spec.machine or station.main


def wait(station: Station) -> Wait | None:
    """What the open machine step waits for; None when its permit is to be asked for now."""
    work = station.work
    if work is None or work.open_spec is None or work.open_spec.kind is not StepKind.MACHINE_CYCLE:
        return Wait()
    machine = machine_of(station, work.open_spec)
    wiring = station.wirings[machine]
    if not station.links[machine].is_live:
        return Wait(Code.WAIT_MACHINE_UNKNOWN, (wiring.machine.name,))
    running = station.numbers[machine].running
    code = _standing(station, wiring, running)
    if code is None and not work.is_running:
        return Wait(Code.WAIT_PAUSED)
    if code is None and wiring.takes_permits:
        code = _hindrance(station, wiring, running)
    return None if code is None else Wait(code, (wiring.machine.name,))


def _standing(station: Station, wiring: Wiring, running: int | None) -> Code | None:
    """What the step's permit (or, without permits, the machine itself) says."""
    if wiring.machine.is_manual:
        return Code.WAIT_HAND
    if not wiring.takes_permits:
        return Code.WAIT_START if running is None else Code.WAIT_RUNNING
    permit, step = station.releases.permit, station.work and station.work.open_step
    if permit is None or not step or permit.step_run != step.id:
        return None
    if permit.state is PermitState.CONFIRMED and running == permit.cycle_number:
        return Code.WAIT_RUNNING
    return STANDING.get(permit.state)


def _hindrance(station: Station, wiring: Wiring, running: int | None) -> Code | None:
    """What must be over before a permit is asked for."""
    machine = wiring.machine.id
    level = station.releases.level(machine)
    if wiring.may_write(Purpose.PERMIT_REQUIRED):
        if level.failed is not None:
            return Code.WAIT_LEVEL_FAILED
        if level.value != 1:
            return Code.WAIT_LEVEL
    withdrawal = station.releases.withdrawn.get(machine)
    if withdrawal is not None and withdrawal.is_failed:
        return Code.WAIT_PERMIT_UNKNOWN
    if station.releases.is_writing(machine) or (withdrawal is not None and running is None):
        return Code.WAIT_PERMIT
    heard_since = station.watches[machine].heard_ns - level.confirmed_ns
    if machine not in station.positions or running is not None or heard_since < settle_ns(wiring):
        return Code.WAIT_FREE_CYCLE
    return None


def is_told(station: Station, machine: str) -> bool:
    """Whether the machine is there and has said which cycle is its last since it was last away."""
    positions = station.positions.get(machine)
    is_known = positions is not None and station.numbers[machine].last == positions.values.get(Purpose.CYCLE)
    return station.links[machine].is_live and is_known


def settle_ns(wiring: Wiring) -> int:
    """How long a machine must have been heard for a cycle begun before to show."""
    return SETTLE_NS + period_ns(wiring, Purpose.CYCLE)


def period_ns(wiring: Wiring, purpose: Purpose) -> int:
    """How often a tag is read."""
    return wiring.machine.groups.get(wiring.by_purpose[purpose].group, 0) * MS_NS
