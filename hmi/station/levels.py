"""`permit_required` of each machine: 1 while an order that uses it is open, else 0, so that it runs free."""

from __future__ import annotations

from dataclasses import replace

from drivers.tag import Purpose
from hmi.station import releases
from hmi.station.releases import LEVEL_CHANGED, RETRY_NS, TRIES, Level, Releases
from hmi.station.state import Station
from hmi.station.turn import Turn
from hmi.station.waits import SETTLE_NS, machine_of, period_ns
from hmi.station.wiring import Wiring
from station_db.records.equipment import MachineWrite, WriteState
from station_db.records.orders import StepKind

REST_NS = 10_000_000_000
"""Against another writer the level is written again only so often."""
QUIET_NS = 60_000_000_000
"""After so long without another's change the alarm goes."""


def follow(station: Station, wiring: Wiring, turn: Turn) -> Releases:
    """Ask the machine for the level its work wants, and look at it again after every answer."""
    machine, state = wiring.machine.id, station.releases
    if not wiring.may_write(Purpose.PERMIT_REQUIRED) or not station.links[machine].is_live or machine not in station.positions:
        return state
    level = _known(station, wiring, turn)
    if is_foreign(station, wiring) and state.permit is not None and state.permit.machine == machine:
        state = _distrust(state)
    state = releases.with_level(state, machine, level)
    wanted = _wanted(station, machine)
    is_unread = level.value is None and level.failed is None and not level.is_lost
    if is_unread or level.value == wanted or state.is_writing(machine) or not _may_ask(level, wanted, turn):
        return state
    if level.changed_ns is not None:
        state = releases.with_level(state, machine, replace(level, retry_ns=turn.now.mono + REST_NS))
    return releases.ask(state, wiring, Purpose.PERMIT_REQUIRED, wanted, turn)[0]


def is_foreign(station: Station, wiring: Wiring) -> bool:
    """Whether the machine says another level than the one it confirmed: its confirmation forgot what it said before."""
    machine = wiring.machine.id
    known, said = station.releases.level(machine), wiring.number(station.watches[machine].image, Purpose.PERMIT_REQUIRED)
    if known.value is None or said is None or said == known.value or station.releases.is_writing(machine):
        return False
    # A subscription may still bring what the machine said before it confirmed.
    settle_ns = SETTLE_NS + period_ns(wiring, Purpose.PERMIT_REQUIRED)
    return station.watches[machine].heard_ns - known.confirmed_ns >= settle_ns


def after(known: Level, write: MachineWrite, turn: Turn) -> Level:
    """What is known once a write of the level ended."""
    value, now = int(write.value), turn.now.mono
    if write.state is WriteState.CONFIRMED:
        return replace(known, value=value, confirmed_ns=now, failed=None, is_lost=False, tries=0)
    tries = known.tries + 1 if known.failed == value else 1
    retry_ns = max(known.retry_ns, now + RETRY_NS)
    return replace(known, value=None, confirmed_ns=now, failed=value, is_lost=False, tries=tries, retry_ns=retry_ns)


def forget(state: Releases, machine: str) -> Releases:
    """A machine that was away may have another level: it is read again. That somebody else changed it stays known."""
    known = state.level(machine)
    return releases.with_level(state, machine, Level(changed_ns=known.changed_ns, retry_ns=known.retry_ns))


def lose(state: Releases, machine: str) -> Releases:
    """A machine that restarted has lost its level, whatever was read of it before."""
    return releases.with_level(state, machine, Level(is_lost=True, changed_ns=state.level(machine).changed_ns))


def _known(station: Station, wiring: Wiring, turn: Turn) -> Level:
    """What is known of the level now: read where nothing was, read again where somebody else changed it."""
    machine, now = wiring.machine.id, turn.now.mono
    level, image = station.releases.level(machine), station.watches[machine].image
    said = wiring.number(image, Purpose.PERMIT_REQUIRED)
    if is_foreign(station, wiring):
        level = replace(level, value=said, changed_ns=now)
    elif level.value is None and level.failed is None and not level.is_lost:
        level = replace(level, value=said)
    if level.changed_ns is not None and level.value == _wanted(station, machine) and now - level.changed_ns > QUIET_NS:
        level = replace(level, changed_ns=None)
    return level


def _may_ask(level: Level, wanted: int, turn: Turn) -> bool:
    """Where a write was not confirmed, 1 waits for a person who asks again at the step.

    0 is repeated: no step is open at which a person could ask, twice 0 is the same as once, and an order that starts
    meanwhile asks for 1 instead. After `TRIES` only the alarm stays, until the link is new or an order starts.
    """
    if level.failed == wanted:
        return wanted == 0 and level.tries < TRIES and turn.now.mono >= level.retry_ns
    return level.changed_ns is None or turn.now.mono >= level.retry_ns


def _distrust(state: Releases) -> Releases:
    """A permit does not tell whose cycle runs on a machine that may run free."""
    is_live = state.permit is not None and state.permit.state in releases.LIVE
    return releases.withdraw(state, LEVEL_CHANGED) if is_live else state


def _wanted(station: Station, machine: str) -> int:
    if station.work is None or not station.wirings[machine].takes_permits:
        return 0
    steps = station.work.routing.steps
    return int(any(spec.kind is StepKind.MACHINE_CYCLE and machine_of(station, spec) == machine for spec in steps))
