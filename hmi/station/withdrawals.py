"""Taking back permits nobody waits for any more: the machine gets the number of a cycle that is over, until it confirms.

A permitted cycle that runs already is left alone: its permit is used. Taking back is safe to repeat, unlike giving.
"""

from __future__ import annotations

from dataclasses import replace

from drivers.tag import Purpose
from hmi.station import releases, waits
from hmi.station.cycles import Made
from hmi.station.levels import is_foreign
from hmi.station.releases import LEVEL_CHANGED, LIVE, RETRY_NS, TAKING_BACK, TRIES, Releases, Withdrawal
from hmi.station.state import Station
from hmi.station.turn import Turn
from station_db.records.equipment import MachineWrite, WriteState
from station_db.records.orders import Permit, PermitState


def follow(station: Station, turn: Turn) -> Releases:
    """Withdraw the permit where its step is closed or its order paused, and go on with every withdrawal."""
    state = _withdraw(station)
    for withdrawal in tuple(state.withdrawn.values()):
        state = _go_on(replace(station, releases=state), withdrawal, turn)
    return state


def made(station: Station, machine: str, parts: Made, turn: Turn) -> tuple[Releases, Permit | None]:
    """A machine counted: a withdrawn permit its cycle used all the same is returned, unless the machine ran free."""
    state, withdrawal = station.releases, station.releases.withdrawn.get(machine)
    if withdrawal is None:
        return state, None
    if parts.rebooted:
        return releases.settled(state, withdrawal, PermitState.VOID, "machine_restarted", turn), None
    if not releases.has_passed(withdrawal.permit, parts, station.wirings[machine]):
        return state, None
    if withdrawal.reason == LEVEL_CHANGED or is_foreign(station, station.wirings[machine]):
        return releases.settled(state, withdrawal, PermitState.VOID, LEVEL_CHANGED, turn), None
    is_seen = releases.is_seen(withdrawal.permit, parts)
    settled = releases.settled(state, withdrawal, PermitState.USED, "" if is_seen else "cycle_unseen", turn)
    return settled, replace(withdrawal.permit, state=PermitState.USED) if is_seen else None


def wrote(state: Releases, write: MachineWrite, turn: Turn) -> Releases:
    """The write of a take-back ended."""
    withdrawal = state.withdrawn.get(write.machine)
    if withdrawal is None or withdrawal.write != write.id:
        return state
    if write.state is WriteState.CONFIRMED:
        ended = replace(withdrawal, write=None, confirmed_ns=turn.now.mono, is_failed=False)
    else:
        ended = replace(withdrawal, write=None, is_failed=True, retry_ns=turn.now.mono + RETRY_NS)
    return releases.with_withdrawal(state, ended)


def _withdraw(station: Station) -> Releases:
    """Nobody waits for a permit whose step is closed; none may be used while the order is paused."""
    state, permit, work = station.releases, station.releases.permit, station.work
    if permit is None or permit.state not in LIVE:
        return state
    is_awaited = work is not None and work.open_step is not None and work.open_step.id == permit.step_run
    if not is_awaited:
        return releases.withdraw(state, "step_closed")
    if work is None or work.is_running or station.numbers[permit.machine].running == permit.cycle_number:
        return state
    return releases.withdraw(state, "order_paused")


def _go_on(station: Station, withdrawal: Withdrawal, turn: Turn) -> Releases:
    """Once the machine says where it stands: leave the cycle that runs, else write, and void what surely was not used."""
    state, machine = station.releases, withdrawal.permit.machine
    running = station.numbers[machine].running
    if not waits.is_told(station, machine) or running == withdrawal.permit.cycle_number or state.is_writing(machine):
        return state
    if withdrawal.confirmed_ns is None:
        return _write(station, withdrawal, turn)
    heard_since = station.watches[machine].heard_ns - withdrawal.confirmed_ns
    if heard_since < waits.settle_ns(station.wirings[machine]):
        return state
    return releases.settled(state, withdrawal, PermitState.VOID, withdrawal.reason, turn)


def _write(station: Station, withdrawal: Withdrawal, turn: Turn) -> Releases:
    """Write it, also again where it was not confirmed; a person is told from the first failure on."""
    if withdrawal.tries >= TRIES or turn.now.mono < withdrawal.retry_ns:
        return station.releases
    permit = withdrawal.permit
    if permit.reason != TAKING_BACK:
        permit = replace(permit, state=PermitState.UNKNOWN, reason=TAKING_BACK)
        turn.keep(permit)
    last = station.positions[permit.machine].values[Purpose.CYCLE]
    wiring = station.wirings[permit.machine]
    state, write = releases.ask(station.releases, wiring, Purpose.PERMITTED_CYCLE, last, turn, permit.id)
    return releases.with_withdrawal(state, replace(withdrawal, permit=permit, write=write, tries=withdrawal.tries + 1))
