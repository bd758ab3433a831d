"""A station without a machine that counts: people count, with their name, and take back what they counted by mistake.

One part is a cycle and does the open machine step of an order, as a machine's cycle would; several are unseen parts and do the
steps of as many units, where the units have no other step. Nothing is deleted: what is taken back is a record of its own.
"""

from __future__ import annotations

from dataclasses import replace

from hmi.station import commands, counts, manned, progress, waits
from hmi.station.codes import Code, RefusedError
from hmi.station.hand import BY_HAND, TAKEN_BACK, Entry, Hand
from hmi.station.state import Station, put, with_work
from hmi.station.turn import Turn
from hmi.station.work import Work
from station_db.records.base import RecordId, Verdict
from station_db.records.orders import StepKind, Unit, UnitState
from station_db.records.production import Cycle, UnseenParts

MOST_AT_ONCE = 999
SHOWN_NS = 10_000_000_000
"""So long the screen offers to take a count back."""
UNDO_NS = SHOWN_NS + 1_000_000_000
"""A touch needs a moment to come here."""


def why_not(station: Station, machine: str, parts: int = 1) -> tuple[Code, tuple[str, ...]] | None:
    """Why a person can't count so many parts here now; None where they can."""
    work = station.work
    if work is None or machine not in manned.machines_of(station, work):
        return None
    if not work.is_running:
        return Code.ORDER_PAUSED, (work.response.job_order,)
    if not _is_its_turn(station, work, machine):
        return Code.COUNT_STEP_FIRST, ("" if work.open_spec is None else work.open_spec.title,)
    if parts > 1 and len(work.routing.steps) > 1:
        return Code.COUNT_ONE_BY_ONE, (work.response.job_order,)
    return None


def count(station: Station, asked: commands.CountParts, command: str, turn: Turn) -> Station:
    """Count what a person made. Raises `RefusedError`."""
    parts = asked.good + asked.bad
    wiring = station.wirings.get(asked.machine)
    if wiring is None or not wiring.machine.is_manual:
        raise RefusedError(Code.COUNT_BY_MACHINE, asked.machine if wiring is None else wiring.machine.name)
    if min(asked.good, asked.bad) < 0 or not 1 <= parts <= MOST_AT_ONCE:
        raise RefusedError(Code.COUNT_NOT_ONE, str(parts))
    refusal = why_not(station, asked.machine, parts)
    if refusal is not None:
        raise RefusedError(refusal[0], *refusal[1])
    return _counted(station, asked, command, turn)


def _counted(station: Station, asked: commands.CountParts, command: str, turn: Turn) -> Station:
    machine, is_one = asked.machine, asked.good + asked.bad == 1
    hand = station.hands.get(machine, Hand())
    made = _cycle(station, asked, hand.number + 1, turn) if is_one else _several(asked, turn)
    turn.keep(made)
    cycle = made if isinstance(made, Cycle) else None
    station, units = _credit(station, asked, cycle, command, turn)
    entry = Entry(made.id, turn.now.wall, asked.good, asked.bad, turn.actor, turn.now.mono, units)
    station = replace(station, hands=put(station.hands, machine, hand.add(entry, hand.number + is_one)))
    if machine != station.main:
        return station
    tally = counts.with_parts(station.tally, asked.good, asked.bad)
    return replace(station, tally=tally, last_cycle=cycle or station.last_cycle)


def take_back(station: Station, asked: commands.TakeBackCount, turn: Turn) -> Station:
    """Take a count back while it is fresh. Raises `RefusedError` where it is too old or its unit went on."""
    machine, entry = _entry(station, RecordId(asked.count))
    if entry is None or entry.is_taken_back or entry.counted_ns is None or turn.now.mono - entry.counted_ns > UNDO_NS:
        raise RefusedError(Code.COUNT_TOO_OLD)
    station = _uncredit(station, entry, turn)
    turn.keep(_less(machine, entry, turn))
    hand = station.hands[machine].taken_back(entry)
    station = replace(station, hands=put(station.hands, machine, hand))
    if machine != station.main or entry.at < station.tally.since:
        return station
    return replace(station, tally=counts.with_parts(station.tally, -entry.good, -entry.bad))


def _is_its_turn(station: Station, work: Work, machine: str) -> bool:
    spec = work.open_spec
    return spec is not None and spec.kind is StepKind.MACHINE_CYCLE and waits.machine_of(station, spec) == machine


def _cycle(station: Station, asked: commands.CountParts, number: int, turn: Turn) -> Cycle:
    work = station.work
    is_credited = work is not None and _is_its_turn(station, work, asked.machine) and work.is_running
    return Cycle(
        id=turn.new_id(),
        machine=asked.machine,
        number=number,
        ended_at=turn.now.wall,
        verdict=Verdict.GOOD if asked.good else Verdict.BAD,
        job_order=work.response.job_order if work is not None and is_credited else None,
        unit=work.unit.id if work is not None and work.unit is not None and is_credited else None,
    )


def _several(asked: commands.CountParts, turn: Turn) -> UnseenParts:
    return UnseenParts(
        id=turn.new_id(),
        machine=asked.machine,
        cycles=asked.good + asked.bad,
        good=asked.good,
        bad=asked.bad,
        from_at=None,
        to_at=turn.now.wall,
        reason=BY_HAND,
    )


def _credit(
    station: Station, asked: commands.CountParts, cycle: Cycle | None, command: str, turn: Turn
) -> tuple[Station, tuple[RecordId, ...]]:
    """Do the open machine steps of so many units; what is made beyond the order's end counts for the shift only."""
    units: tuple[RecordId, ...] = ()
    for verdict in (Verdict.GOOD,) * asked.good + (Verdict.BAD,) * asked.bad:
        work = station.work
        if work is None or work.unit is None or not _is_its_turn(station, work, asked.machine):
            break
        units += (work.unit.id,)
        work = progress.close_step(work, verdict, turn, closed_by=command, cycle=cycle)
        is_good = verdict is Verdict.GOOD
        station = with_work(
            station, progress.go_on(work, turn) if is_good else progress.fail_unit(work, Code.UNIT_BAD_HAND, turn)
        )
    return station, units


def _uncredit(station: Station, entry: Entry, turn: Turn) -> Station:
    """The units of a count are no parts any more; only units that are finished and not yet followed by an order's end."""
    work = station.work
    if not entry.units:
        return station
    units = () if work is None else tuple(unit for unit in work.finished if unit.id in entry.units)
    if work is None or len(units) < len(entry.units):
        raise RefusedError(Code.COUNT_WENT_ON)
    for unit in units:
        work = _no_part(work, unit, turn)
    turn.keep(work.response)
    return with_work(station, work)


def _no_part(work: Work, unit: Unit, turn: Turn) -> Work:
    back = progress.count(work, unit.state, -1)
    unmade = replace(unit, state=UnitState.BAD, reason=Code.UNIT_TAKEN_BACK)
    turn.keep(unmade)
    return replace(back, finished=tuple(unmade if one.id == unit.id else one for one in back.finished))


def _less(machine: str, entry: Entry, turn: Turn) -> UnseenParts:
    return UnseenParts(
        id=turn.new_id(),
        machine=machine,
        cycles=-(entry.good + entry.bad),
        good=-entry.good,
        bad=-entry.bad,
        from_at=entry.at,
        to_at=entry.at,
        reason=TAKEN_BACK,
    )


def _entry(station: Station, count_id: RecordId) -> tuple[str, Entry | None]:
    for machine, hand in station.hands.items():
        entry = hand.entry(count_id)
        if entry is not None:
            return machine, entry
    return "", None
