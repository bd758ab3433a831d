"""Permits, not levels: one numbered cycle is released when its step's turn has come, and nothing is ever repeated unasked.

`advance` brings what the machines are allowed in line with the work; it runs at the end of every decision.
"""

from __future__ import annotations

from dataclasses import replace

from drivers.tag import Purpose
from hmi.station import alarms, levels, releases, waits, withdrawals
from hmi.station.codes import Code, RefusedError
from hmi.station.cycles import Made
from hmi.station.decision import WriteResult
from hmi.station.releases import LIVE, Releases
from hmi.station.state import Station, Wait, with_watch
from hmi.station.turn import Turn
from hmi.station.wiring import Wiring
from station_db.records.equipment import MachineWrite, WriteState
from station_db.records.orders import Permit, PermitState

ASK_AGAIN = frozenset({Code.WAIT_PERMIT_UNKNOWN, Code.WAIT_CYCLE_UNSEEN, Code.WAIT_LEVEL_FAILED})
"""What only a person may repeat, by confirming the step."""


def advance(station: Station, turn: Turn) -> Station:
    """Take back what nobody waits for, set the levels, ask for the permit the open step needs."""
    station = replace(station, releases=withdrawals.follow(station, turn))
    station = replace(station, releases=_settle_doubt(station, turn))
    for wiring in station.wirings.values():
        station = replace(station, releases=levels.follow(station, wiring, turn))
    wait = waits.wait(station)
    if wait is not None:
        return _tell(station, wait, turn)
    asked = replace(station, releases=_ask(station, turn))
    return _tell(asked, Wait(Code.WAIT_PERMIT), turn)


def made(station: Station, machine: str, parts: Made, turn: Turn) -> tuple[Releases, Permit | None]:
    """A machine counted: the permit is used up by its cycle (then it is returned), or lost with the machine's restart."""
    state, permit = withdrawals.made(station, machine, parts, turn)
    given = state.permit
    if given is not None and given.machine == machine and given.state in LIVE:
        state, permit = _used(replace(station, releases=state), given, parts, turn)
    return (levels.lose(state, machine) if parts.rebooted else state), permit


def _used(station: Station, permit: Permit, parts: Made, turn: Turn) -> tuple[Releases, Permit | None]:
    state, wiring = station.releases, station.wirings[permit.machine]
    if parts.rebooted:
        return releases.with_permit(state, PermitState.VOID, turn, "machine_restarted"), None
    if not releases.has_passed(permit, parts, wiring):
        return state, None
    if levels.is_foreign(station, wiring):
        return releases.with_permit(state, PermitState.VOID, turn, releases.LEVEL_CHANGED), None
    is_seen = releases.is_seen(permit, parts)
    used = releases.with_permit(state, PermitState.USED, turn, "" if is_seen else "cycle_unseen")
    return used, used.permit if is_seen else None


def wrote(station: Station, result: WriteResult, turn: Turn) -> Station:
    """A write ended: what was read back is true, everything else is unknown."""
    state, write = releases.answered(station.releases, result, turn)
    if write is None:
        return station
    if write.permit is None:
        level = levels.after(state.level(write.machine), write, turn)
        return _unheard(replace(station, releases=releases.with_level(state, write.machine, level)), write)
    state, permit = withdrawals.wrote(state, write, turn), state.permit
    if permit is not None and permit.id == write.permit and permit.state is PermitState.ASKED:
        is_there = write.state is WriteState.CONFIRMED
        reason = "" if is_there else write.reason or write.state
        state = releases.with_permit(state, PermitState.CONFIRMED if is_there else PermitState.UNKNOWN, turn, reason)
    return replace(station, releases=state)


def _unheard(station: Station, write: MachineWrite) -> Station:
    """What the machine said of a level before its write ended is forgotten, so that whatever it says is from after."""
    watch = station.watches[write.machine]
    image = {name: value for name, value in watch.image.items() if name != write.tag}
    return with_watch(station, write.machine, replace(watch, image=image))


def ask_again(station: Station, turn: Turn) -> Station:
    """A person looked at the machine and wants a new permit for the open step. Raises `RefusedError` where none is due.

    Also where the machine should start and does not: it may have lost its permit in a way nobody saw.
    """
    if station.wait.code not in (*ASK_AGAIN, Code.WAIT_START) or station.work is None or station.work.open_spec is None:
        raise RefusedError(Code.STEP_NEEDS_MACHINE)
    machine = waits.machine_of(station, station.work.open_spec)
    state = levels.forget(station.releases, machine)
    if state.permit is not None and state.permit.state in LIVE:
        state = releases.with_permit(state, PermitState.VOID, turn, "asked_again")
    withdrawal = state.withdrawn.get(machine)
    if withdrawal is not None:
        state = releases.settled(state, withdrawal, PermitState.VOID, "asked_again", turn)
    return replace(station, releases=replace(state, permit=None))


def _ask(station: Station, turn: Turn) -> Releases:
    work = station.work
    if work is None or work.open_step is None or work.open_spec is None:
        return station.releases
    machine = waits.machine_of(station, work.open_spec)
    wiring = station.wirings[machine]
    last = station.positions[machine].values[Purpose.CYCLE]
    permit = Permit(
        id=turn.new_id(),
        machine=machine,
        cycle_number=wiring.round(Purpose.CYCLE).after(last),
        step_run=work.open_step.id,
        unit=work.open_step.unit,
        state=PermitState.ASKED,
        asked_at=turn.now.wall,
    )
    turn.keep(permit)
    asked = replace(station.releases, permit=permit, order=work.response.job_order)
    return releases.ask(asked, wiring, Purpose.PERMITTED_CYCLE, permit.cycle_number, turn, permit.id)[0]


def _settle_doubt(station: Station, turn: Turn) -> Releases:
    """After a silence of ours: a permit whose cycle runs was used in time, any other is void and asked for anew.

    Asking for the same number again is safe: a cycle that ran has another number.
    """
    state, permit = station.releases, station.releases.permit
    if permit is None or not state.is_doubtful or not waits.is_told(station, permit.machine):
        return state
    if station.numbers[permit.machine].running == permit.cycle_number:
        return replace(state, is_doubtful=False)
    return releases.with_permit(state, PermitState.VOID, turn, "station_silent")


def _tell(station: Station, wait: Wait, turn: Turn) -> Station:
    """Say what the step waits for; what only a person can settle is an alarm."""
    active = station.alarms
    for wiring in station.wirings.values():
        active = _tell_machine(station, wiring, wait, turn, active)
    same = wait == station.wait and active is station.alarms
    return station if same else replace(station, wait=wait, alarms=active)


def _tell_machine(station: Station, wiring: Wiring, wait: Wait, turn: Turn, active: alarms.Alarms) -> alarms.Alarms:
    name, machine = wiring.machine.name, wiring.machine.id
    permit, level = station.releases.permit, station.releases.level(machine)
    withdrawal = station.releases.withdrawn.get(machine)
    is_asked = permit is not None and permit.machine == machine and wait.code is Code.WAIT_PERMIT_UNKNOWN
    troubles = {
        Code.PERMIT_UNKNOWN: is_asked,
        Code.LEVEL_UNKNOWN: level.failed is not None,
        Code.LEVEL_CHANGED: level.changed_ns is not None,
        Code.PERMIT_NOT_TAKEN_BACK: withdrawal is not None and withdrawal.is_failed,
    }
    for code, is_on in troubles.items():
        if is_on:
            active = alarms.raise_alarm(active, alarms.own(machine, code, turn, name), turn)
        else:
            active = alarms.clear(active, (machine, code), turn)
    return active
