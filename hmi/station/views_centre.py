"""The pictures of what the centre wants decided: orders that differ, and what a lead asks."""

from __future__ import annotations

import json

from hmi.station import conflicts, requests, terms
from hmi.station.state import Station
from hmi.station.topics import ConflictsTopic, ConflictView, OrderSide, RequestsTopic, RequestView
from station_db.records.keeping import ConflictKind, LeadRequest, OrderConflict, RequestAction


def conflicts_topic(station: Station) -> ConflictsTopic:
    """Orders under work that the centre has changed."""
    return ConflictsTopic(tuple(_conflict(station, one) for one in conflicts.undecided(station)))


def requests_topic(station: Station) -> RequestsTopic:
    """What a lead asks."""
    return RequestsTopic(tuple(_request(station, one) for one in requests.open_requests(station)))


def _conflict(station: Station, conflict: OrderConflict) -> ConflictView:
    base = ConflictView(conflict.id, conflict.job_order, conflict.conflict, conflict.opened_at)
    if conflict.conflict is ConflictKind.SHARED:
        stations: list[str] = json.loads(conflict.theirs)["stations"]
        return ConflictView(base.id, base.order, base.kind, base.opened_at, stations=tuple(stations))
    ours = _side(station, conflict.ours)
    theirs = _side(station, conflict.theirs) if conflict.theirs else None
    return ConflictView(base.id, base.order, base.kind, base.opened_at, ours, theirs)


def _side(station: Station, text: str) -> OrderSide:
    side = terms.read(text)
    product = next((one for one in station.plant.products.values() if one.id == side.product), None)
    name = "" if product is None else product.name
    due_at = side.due_at if side.is_due_known else None
    return OrderSide(side.quantity, side.product, name, side.work_master, due_at, side.is_cancelled)


def _request(station: Station, request: LeadRequest) -> RequestView:
    gap = next((one for one in station.open_gaps if one.id == request.subject), None)
    is_count = request.action is RequestAction.SETTLE_COUNT and gap is not None
    return RequestView(
        id=request.id,
        action=request.action,
        subject=request.subject,
        value=request.value,
        reason=request.reason,
        asked_by=request.asked_by,
        asked_at=request.asked_at,
        gap_from_at=gap.from_at if is_count and gap is not None else None,
        gap_to_at=gap.to_at if is_count and gap is not None else None,
    )
