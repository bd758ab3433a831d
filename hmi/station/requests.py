"""What a lead asks at the centre: open here as soon as it arrived, then done or refused by a person who is at the station.

The station alone changes its records. What is accepted is done by the rules for whoever touches the screen, with the request
as its cause; a request whose subject is gone is refused by the station itself, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from hmi.station import alarms, commands, orders, settling
from hmi.station.codes import Code, RefusedError
from hmi.station.state import Station, with_work
from hmi.station.turn import STATION, Turn
from hmi.station.work import Work
from station_db.records.base import RecordId
from station_db.records.keeping import AnswerState, LeadRequest, RequestAction, RequestAnswer

ALARM = (STATION, Code.LEAD_ASKS)
PAUSE_REASON = "other"
SETTLE_REASON = "other"
"""How the answer to a count is known: the lead said so, and the request says who."""


def follow(station: Station, turn: Turn) -> Station:
    """Say of each new request that it arrived, and refuse those whose subject is gone."""
    if not station.plant.requests:
        return station
    after = station
    for request in station.plant.requests.values():
        after = _looked_at(after, request, turn)
    return tell(after, turn)


def answer(station: Station, asked: commands.AnswerRequest, turn: Turn) -> Station:
    """Take a person's answer. Raises `RefusedError` for one that is not open, for a no without a reason, or by the rules."""
    request = next((one for one in open_requests(station) if one.id == asked.request), None)
    if request is None:
        raise RefusedError(Code.REQUEST_NOT_OPEN)
    reason = asked.reason.strip()
    if not asked.accept:
        if not reason:
            raise RefusedError(Code.DECISION_REASON_MISSING)
        return tell(_answered(station, request, AnswerState.REFUSED, reason, turn), turn)
    acting = Turn(turn.now, turn.actor, request.id)
    station, made = DEEDS[request.action](station, request, acting)
    turn.take(acting)
    return tell(_answered(station, request, AnswerState.ACCEPTED, reason, turn, made=made), turn)


def tell(station: Station, turn: Turn) -> Station:
    """The alarm line says it as long as somebody has to answer."""
    if not open_requests(station):
        return replace(station, alarms=alarms.clear(station.alarms, ALARM, turn)) if ALARM in station.alarms else station
    said = alarms.own(STATION, Code.LEAD_ASKS, turn, priority="low")
    return replace(station, alarms=alarms.raise_alarm(station.alarms, said, turn))


def open_requests(station: Station) -> tuple[LeadRequest, ...]:
    """Those that wait for a person, oldest first."""
    waiting = (request for request in station.plant.requests.values() if _is_open(station, request))
    return tuple(sorted(waiting, key=lambda request: (request.asked_at, request.id)))


def _is_open(station: Station, request: LeadRequest) -> bool:
    known = station.answers.get(request.id)
    return not request.withdrawn and known is not None and known.state is AnswerState.OPEN


def _looked_at(station: Station, request: LeadRequest, turn: Turn) -> Station:
    known = station.answers.get(request.id)
    if request.withdrawn or (known is not None and known.state is not AnswerState.OPEN):
        return station
    if known is None:
        opened = RequestAnswer(id=request.id, action=request.action, state=AnswerState.OPEN)
        turn.keep(opened)
        station = replace(station, answers={**station.answers, opened.id: opened})
    gone = _gone(station, request)
    if gone is None:
        return station
    by_itself = Turn(turn.now)
    station = _answered(station, request, AnswerState.REFUSED, gone, by_itself)
    turn.take(by_itself)
    return station


def _gone(station: Station, request: LeadRequest) -> str | None:
    """Why nobody can do it any more; None where somebody can."""
    if request.action is RequestAction.SETTLE_COUNT:
        is_open = any(gap.id == request.subject for gap in station.open_gaps)
        return None if is_open else Code.GAP_NOT_OPEN
    is_here = station.work is not None and station.work.response.job_order == request.subject
    return None if is_here else Code.REQUEST_ORDER_NOT_HERE


def _pause(station: Station, request: LeadRequest, turn: Turn) -> tuple[Station, RecordId]:
    reason = request.value if request.value in orders.PAUSE_REASONS else PAUSE_REASON
    work = orders.pause(_work(station), commands.PauseOrder(reason), turn)
    return with_work(station, work), work.response.id


def _resume(station: Station, _request: LeadRequest, turn: Turn) -> tuple[Station, RecordId]:
    work = orders.go_on(_work(station), turn)
    return with_work(station, work), work.response.id


def _settle(station: Station, request: LeadRequest, turn: Turn) -> tuple[Station, RecordId]:
    good, bad = _parts(request.value)
    asked = commands.SettleGap(request.subject, good, bad, SETTLE_REASON)
    return settling.settle(station, asked, turn), request.subject


Deed = Callable[[Station, LeadRequest, Turn], tuple[Station, RecordId]]

DEEDS: Mapping[RequestAction, Deed] = {
    RequestAction.PAUSE_ORDER: _pause,
    RequestAction.RESUME_ORDER: _resume,
    RequestAction.SETTLE_COUNT: _settle,
}


def _work(station: Station) -> Work:
    if station.work is None:
        raise RefusedError(Code.NO_ORDER)
    return station.work


def _parts(value: str) -> tuple[int, int]:
    """`12,1` as good and bad parts."""
    numbers = [text.strip() for text in value.split(",")]
    if len(numbers) != len(("good", "bad")) or not all(text.isdecimal() for text in numbers):
        raise RefusedError(Code.COUNT_NOT_ONE, value)
    return int(numbers[0]), int(numbers[1])


def _answered(
    station: Station, request: LeadRequest, state: AnswerState, reason: str, turn: Turn, *, made: RecordId | None = None
) -> Station:
    """The answer's next version."""
    known = station.answers[request.id]
    said = replace(known, state=state, reason=reason, answered_by=turn.actor, answered_at=turn.now.wall, made=made)
    turn.keep(said)
    return replace(station, answers={**station.answers, said.id: said})
