"""`permit_required` of each machine: 1 while an order that uses it is open, else 0, so that it runs free."""

from __future__ import annotations

from dataclasses import replace

from drivers.tag import Purpose
from hmi.station import releases
from hmi.station.releases import Level, Releases
from hmi.station.state import Station
from hmi.station.turn import Turn
from hmi.station.waits import machine_of
from hmi.station.wiring import Wiring
from station_db.records.equipment import MachineWrite, WriteState
from station_db.records.orders import StepKind


def follow(station: Station, wiring: Wiring, turn: Turn) -> Releases:
    """Ask the machine for the level its work wants; what was not confirmed is not asked again."""
    machine, state = wiring.machine.id, station.releases
    if not wiring.may_write(Purpose.PERMIT_REQUIRED) or not station.links[machine].is_live or machine not in station.positions:
        return state
    wanted, level = _wanted(station, machine), state.level(machine)
    if level.value is None and not level.is_lost:
        image = station.watches[machine].image
        if wiring.by_purpose[Purpose.PERMIT_REQUIRED].name not in image:
            return state
        level = replace(level, value=wiring.number(image, Purpose.PERMIT_REQUIRED))
        state = releases.with_level(state, machine, level)
    if level.value == wanted or level.failed == wanted or state.is_writing(machine):
        return state
    return releases.ask(state, wiring, Purpose.PERMIT_REQUIRED, wanted, turn)


def after(write: MachineWrite, turn: Turn) -> Level:
    """What is known once a write of the level ended."""
    value = int(write.value)
    return Level(value, turn.now.mono) if write.state is WriteState.CONFIRMED else Level(None, turn.now.mono, failed=value)


def forget(state: Releases, machine: str) -> Releases:
    """A machine that was away may have another level: it is read again."""
    return releases.with_level(state, machine, Level())


def lose(state: Releases, machine: str) -> Releases:
    """A machine that restarted has lost its level, whatever was read of it before."""
    return releases.with_level(state, machine, Level(is_lost=True))


def _wanted(station: Station, machine: str) -> int:
    if station.work is None or not station.wirings[machine].takes_permits:
        return 0
    steps = station.work.routing.steps
    return int(any(spec.kind is StepKind.MACHINE_CYCLE and machine_of(station, spec) == machine for spec in steps))
