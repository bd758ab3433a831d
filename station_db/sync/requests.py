"""What leads ask of stations: made at the centre, addressed to the station, and how each stands since."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Connection, select

from station_db import journal
from station_db.journal import Origin
from station_db.queries import of, read
from station_db.records.base import CENTRE, KINDS, Instant, RecordId
from station_db.records.changes import Entry
from station_db.records.keeping import AnswerState, LeadRequest, RequestAction, RequestAnswer
from station_db.rows import record_of
from station_db.sync import appending
from station_db.sync.centre import Centre
from station_db.sync.errors import CentreRefusedError
from station_db.sync.planning import stations_of
from station_db.sync.sharing import OPEN
from station_db.tables import TYPED

ON_ORDERS = (RequestAction.PAUSE_ORDER, RequestAction.RESUME_ORDER)
ON_COUNTS = (RequestAction.SETTLE_COUNT,)
GOOD_AND_BAD = re.compile(r"\s*[0-9]{1,9}\s*,\s*[0-9]{1,9}\s*")
REQUEST, ANSWER = TYPED["lead_request"], TYPED["request_answer"]


class RequestError(CentreRefusedError):
    """A request that can't be made; nothing was changed."""

    remedy: ClassVar[str] = "Name a station of this centre, what it is about, and why."


@dataclass(frozen=True, slots=True)
class Asked:
    """What a lead asks, before it is a record: see `LeadRequest`."""

    station: str
    action: RequestAction
    subject: str
    reason: str
    asked_by: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """Something open at a station that can be asked about, and what may be asked of it."""

    station: str
    actions: tuple[RequestAction, ...]
    id: str
    what: str


class RequestState(StrEnum):
    """How a request stands, as a lead sees it."""

    WAITING = "waiting"
    """The station has not got it yet."""
    ARRIVED = "arrived"
    """It is on the station's screen."""
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class RequestStands:
    """A request and the station's answer, as far as it came."""

    request: LeadRequest
    answer: RequestAnswer | None

    @property
    def state(self) -> RequestState:
        """An answer counts, whatever was withdrawn behind it."""
        match self.answer:
            case RequestAnswer(state=AnswerState.ACCEPTED):
                return RequestState.ACCEPTED
            case RequestAnswer(state=AnswerState.REFUSED):
                return RequestState.REFUSED
            case _ if self.request.withdrawn:
                return RequestState.WITHDRAWN
            case _:
                return RequestState.WAITING if self.answer is None else RequestState.ARRIVED


def ask(centre: Centre, asked: Asked, *, at: Instant, new_id: Callable[[], RecordId]) -> LeadRequest:
    """Send a request on its way. Raises `RequestError`, or the `CentreError` that says why it is not at the centre."""
    request = LeadRequest(
        id=new_id(),
        station=asked.station,
        action=asked.action,
        subject=RecordId(asked.subject),
        value=asked.value,
        reason=asked.reason,
        asked_by=asked.asked_by,
        asked_at=at,
    )
    appending.outlasting(lambda: _send(centre, request, at))
    return request


def withdraw(centre: Centre, request_id: str, *, at: Instant) -> RequestStands:
    """Take a request back. Raises `RequestError` for one that is not there, is answered or is withdrawn already."""
    return appending.outlasting(lambda: _withdraw(centre, request_id, at))


def requests(centre: Centre, station: str | None = None) -> tuple[RequestStands, ...]:
    """Every request, or those of one station, newest first. Raises `CentreError`."""
    with centre.reading() as connection:
        return tuple(one for one in _requests(connection) if station in (None, one.request.station))


def subjects(centre: Centre, station: str | None = None) -> tuple[Subject, ...]:
    """Open orders and open counts as the centre knows them. Raises `CentreError`."""
    response, gap = TYPED["job_response"], TYPED["count_gap"]
    with centre.reading() as connection:
        orders = connection.execute(select(response).where(response.c.state.in_(OPEN)).order_by(response.c.station_id)).all()
        gaps = connection.execute(select(gap).where(gap.c.settled.is_(False)).order_by(gap.c.station_id, gap.c.to_at)).all()
    found = [
        *(Subject(row.station_id, ON_ORDERS, row.job_order, f"{row.state}, {row.good} of {row.quantity}") for row in orders),
        *(Subject(row.station_id, ON_COUNTS, row.id, f"{row.counter} of {row.machine}: {row.old} to {row.new}") for row in gaps),
    ]
    return tuple(subject for subject in found if station in (None, subject.station))


def _withdraw(centre: Centre, request_id: str, at: Instant) -> RequestStands:
    with centre.writing() as connection:
        stands = next((one for one in _requests(connection) if one.request.id == request_id), None)
        if stands is None:
            raise RequestError(centre.url, f"there is no request {request_id!r}")
        if stands.state not in (RequestState.WAITING, RequestState.ARRIVED):
            raise RequestError(centre.url, f"request {request_id} is {stands.state} already")
        withdrawn = replace(stands.request, withdrawn=True)
        version = connection.scalar(
            select(REQUEST.c.row_version).where(REQUEST.c.station_id == CENTRE, REQUEST.c.id == request_id)
        )
        _append(connection, withdrawn, (version or 0) + 1, at)
    return replace(stands, request=withdrawn)


def _send(centre: Centre, request: LeadRequest, at: Instant) -> None:
    with centre.writing() as connection:
        _check(connection, centre, request)
        _append(connection, request, 1, at)


def _check(connection: Connection, centre: Centre, request: LeadRequest) -> None:
    if request.station not in stations_of(connection) - {CENTRE}:
        raise RequestError(centre.url, f"it knows no station {request.station!r}")
    for name in ("subject", "reason", "asked_by"):
        if not getattr(request, name).strip():
            raise RequestError(centre.url, f"a request needs its {name}")
    if request.action in ON_COUNTS and not GOOD_AND_BAD.fullmatch(request.value):
        raise RequestError(centre.url, f"a count is settled with a value like 12,1 for good and bad parts, not {request.value!r}")


def _append(connection: Connection, request: LeadRequest, version: int, at: Instant) -> None:
    tip = appending.tip(connection, lock=False)
    assert tip is not None, "checked when connected"
    entry = Entry(request, actor=request.asked_by, addressee=request.station)
    appending.append(connection, tip, tuple(journal.chain(Origin(CENTRE, at), tip, (entry,), (version,))))


def _requests(connection: Connection) -> list[RequestStands]:
    made: tuple[LeadRequest, ...] = read(
        connection, REQUEST, of(REQUEST, CENTRE).order_by(REQUEST.c.asked_at.desc(), REQUEST.c.id)
    )
    rows = connection.execute(select(ANSWER)).mappings()
    answers = {(row["station_id"], row["id"]): record_of(KINDS[ANSWER.name], row) for row in rows}
    return [RequestStands(request, answers.get((request.station, request.id))) for request in made]
