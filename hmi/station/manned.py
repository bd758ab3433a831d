"""The state of a station without a machine: what people say by their orders, and nothing guessed from the clock.

An order under way that is made here: it runs. An interrupted one: it stands, for the reason somebody gave. Without an order
nobody says anything, so the state is unknown, however many parts are counted.
"""

from __future__ import annotations

from hmi.station import waits
from hmi.station.equipment import Condition
from hmi.station.state import Station
from hmi.station.work import Work
from station_db.records.equipment import ItemState
from station_db.records.orders import StepKind

NOBODY_SAYS = "nobody_says"


def condition(station: Station, machine: str) -> Condition | None:
    """What people say of a manual machine; None for any other, and before the engine follows it."""
    if not station.wirings[machine].machine.is_manual or not station.links[machine].is_live:
        return None
    work = station.work
    if work is None or not is_made_at(station, work, machine):
        return Condition(ItemState.UNKNOWN, reason=NOBODY_SAYS)
    if work.is_running:
        return Condition(ItemState.EXECUTING)
    return Condition(ItemState.NOT_EXECUTING, reason=work.response.reason)


def is_made_at(station: Station, work: Work, machine: str) -> bool:
    """Whether people work on the order at this machine: a step names it, or none names any and it is the main one."""
    machines = machines_of(station, work)
    return machine in machines or (not machines and machine == station.main)


def machines_of(station: Station, work: Work) -> frozenset[str]:
    """The machines that an order's steps need."""
    cycles = (spec for spec in work.routing.steps if spec.kind is StepKind.MACHINE_CYCLE)
    return frozenset(waits.machine_of(station, spec) for spec in cycles)
