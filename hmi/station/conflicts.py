"""An order under work that the centre has changed meanwhile: a visible item with both versions, decided by a person.

Until somebody decides, work goes on as it was started, which loses nothing. Each word of the centre is asked about once, and
again only when the difference was over in between: an item whose difference is over is closed by the station itself, and
another word opens another item, so that nobody decides on a version he did not see.
"""

from __future__ import annotations

import json
from dataclasses import replace

from hmi.station import alarms, calling_off, commands, terms
from hmi.station.codes import Code, RefusedError
from hmi.station.state import Station, with_work
from hmi.station.terms import OrderTerms
from hmi.station.turn import STATION, Turn
from hmi.station.work import Work
from station_db.records.base import RecordId
from station_db.records.keeping import ConflictDecision, ConflictKind, OrderConflict

OVER = "over"
"""Why the station closed an item: the difference is gone, or the order is."""
ALARM = (STATION, Code.ORDER_CONFLICT)


def follow(station: Station, turn: Turn) -> Station:
    """Open and close items by what the centre says of the order under work. Cheap where nothing differs."""
    work = station.work
    if work is None:
        return tell(_close(station, undecided(station), turn), turn) if station.conflicts else station
    kind, theirs = _difference(station, work)
    said = "" if theirs is None else theirs.as_json()
    last = _last(station, shared=False)
    if kind is None:
        after = _settle(station, work, last, _accepted(station, work).as_json(), turn)
    elif last is not None and (last.conflict, last.theirs) == (kind, said) and last.decided_by != STATION:
        after = station
    else:
        ours = _accepted(station, work).as_json()
        after = _open(station, _made(work, kind, ours, said, turn), turn)
    return after if after is station else tell(after, turn)


def shared(station: Station, order: RecordId, stations: tuple[str, ...], turn: Turn) -> Station:
    """Which other stations work on the order under work, as the centre knows."""
    work = station.work
    if work is None or work.response.job_order != order:
        return station
    last = _last(station, shared=True)
    ours, said = json.dumps({"stations": [station.setup.id]}), json.dumps({"stations": sorted(stations)})
    if not stations:
        after = _settle(station, work, last, ours, turn)
        return after if after is station else tell(after, turn)
    if last is not None and last.theirs == said and last.decided_by != STATION:
        return station
    return tell(_open(station, _made(work, ConflictKind.SHARED, ours, said, turn), turn), turn)


def decide(station: Station, asked: commands.DecideConflict, turn: Turn) -> Station:
    """Take a person's decision. Raises `RefusedError` for an item that is not open any more, or without a reason."""
    conflict = next((one for one in undecided(station) if one.id == asked.conflict), None)
    work = station.work
    if conflict is None or work is None:
        raise RefusedError(Code.CONFLICT_NOT_OPEN)
    if asked.decision not in set(ConflictDecision):
        raise RefusedError(Code.DECISION_UNKNOWN, asked.decision)
    if not asked.reason.strip():
        raise RefusedError(Code.DECISION_REASON_MISSING)
    decided = _decided(conflict, ConflictDecision(asked.decision), asked.reason.strip(), turn)
    station = _with(station, decided, turn)
    if decided.decision is ConflictDecision.FOLLOW:
        station = with_work(station, _follow_centre(station, work, decided, turn))
    return tell(station, turn)


def tell(station: Station, turn: Turn) -> Station:
    """The alarm line says it as long as somebody has to decide."""
    waiting = undecided(station)
    if not waiting:
        return replace(station, alarms=alarms.clear(station.alarms, ALARM, turn))
    said = alarms.own(STATION, Code.ORDER_CONFLICT, turn, waiting[0].job_order, priority="medium")
    return replace(station, alarms=alarms.raise_alarm(station.alarms, said, turn))


def undecided(station: Station) -> tuple[OrderConflict, ...]:
    """The items that wait for a person, oldest first."""
    return tuple(one for one in station.conflicts if one.decision is None)


def called_off(conflicts: tuple[OrderConflict, ...]) -> str:
    """Why the order under work ends with its open unit, after a restart; empty where it goes on."""
    followed = [one for one in conflicts if one.decision is ConflictDecision.FOLLOW and _calls_off(one)]
    return followed[-1].conflict.value if followed else ""


def _difference(station: Station, work: Work) -> tuple[ConflictKind | None, OrderTerms | None]:
    order = station.plant.orders.get(work.response.job_order)
    if order is None or order.id in station.plant.vanished:
        return ConflictKind.VANISHED, None
    theirs = terms.at_centre(order)
    if theirs.is_cancelled:
        return ConflictKind.CANCELLED, theirs
    return (ConflictKind.CHANGED if terms.differ(_accepted(station, work), theirs) else None), theirs


def _accepted(station: Station, work: Work) -> OrderTerms:
    """As started, with the due time somebody has accepted since."""
    ours = terms.as_started(work)
    due = [terms.read(one.theirs) for one in station.conflicts if _takes_terms(one)]
    return replace(ours, due_at=due[-1].due_at, is_due_known=True) if due else ours


def _takes_terms(conflict: OrderConflict) -> bool:
    return conflict.decision is ConflictDecision.FOLLOW and conflict.conflict is ConflictKind.CHANGED


def _calls_off(conflict: OrderConflict) -> bool:
    """Following it ends the order here: what is made of another product or by another routing is another order's work."""
    if conflict.conflict is not ConflictKind.CHANGED:
        return True
    ours, theirs = terms.read(conflict.ours), terms.read(conflict.theirs)
    return (ours.product, ours.work_master) != (theirs.product, theirs.work_master)


def _follow_centre(station: Station, work: Work, conflict: OrderConflict, turn: Turn) -> Work:
    if _calls_off(conflict):
        return calling_off.call_off(work, conflict.conflict, turn, is_awaited=_is_released(station))
    return calling_off.aim_at(work, terms.read(conflict.theirs).quantity, turn, is_awaited=_is_released(station))


def _is_released(station: Station) -> bool:
    """Whether the machine was released for the open step, and so may be making the part."""
    return station.releases.permit is not None


def _last(station: Station, *, shared: bool) -> OrderConflict | None:
    """The newest item of the order under work."""
    mine = [one for one in station.conflicts if (one.conflict is ConflictKind.SHARED) is shared]
    return mine[-1] if mine else None


def _made(work: Work, kind: ConflictKind, ours: str, theirs: str, turn: Turn) -> OrderConflict:
    order, at = work.response.job_order, turn.now.wall
    return OrderConflict(id=turn.new_id(), job_order=order, conflict=kind, ours=ours, theirs=theirs, opened_at=at)


def _open(station: Station, conflict: OrderConflict, turn: Turn) -> Station:
    """Another word of the centre takes the place of the one nobody decided on."""
    is_shared = conflict.conflict is ConflictKind.SHARED
    replaced = tuple(one for one in undecided(station) if (one.conflict is ConflictKind.SHARED) is is_shared)
    return _with(_close(station, replaced, turn), conflict, turn)


def _settle(station: Station, work: Work, last: OrderConflict | None, ours: str, turn: Turn) -> Station:
    """The difference that `last` was about is over. Where a person let it be, this is noted: should it come again, it is new."""
    if last is None or last.decided_by == STATION or last.decision is ConflictDecision.FOLLOW:
        return station
    if last.decision is None:
        return _close(station, (last,), turn)
    return _close(station, (_made(work, last.conflict, ours, ours, turn),), turn)


def _close(station: Station, conflicts: tuple[OrderConflict, ...], turn: Turn) -> Station:
    """Nobody needs to decide any more. Once the order is over its items are history."""
    for conflict in conflicts:
        station = _with(station, replace(_decided(conflict, ConflictDecision.KEEP, OVER, turn), decided_by=STATION), turn)
    return station if station.work is not None else replace(station, conflicts=())


def _decided(conflict: OrderConflict, decision: ConflictDecision, reason: str, turn: Turn) -> OrderConflict:
    at = turn.not_before(conflict.opened_at)
    return replace(conflict, decision=decision, decided_by=turn.actor, decided_at=at, reason=reason)


def _with(station: Station, conflict: OrderConflict, turn: Turn) -> Station:
    """The next version of an item, or a new one."""
    turn.keep(conflict)
    others = tuple(one for one in station.conflicts if one.id != conflict.id)
    return replace(station, conflicts=(*others, conflict))
