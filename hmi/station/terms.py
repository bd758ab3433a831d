"""What an order asks for, as it was started here and as the centre says it now: what two versions are compared by."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from hmi.station.work import Work
from station_db.records.base import from_plain, to_plain
from station_db.records.orders import JobOrder


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """Pieces, product, routing and when; `is_due_known` is false for an order started before its due time was kept."""

    quantity: int
    product: str
    work_master: str
    due_at: int | None = None
    is_due_known: bool = True
    is_cancelled: bool = False

    def as_json(self) -> str:
        """As a conflict's record keeps it."""
        return json.dumps(to_plain(self), sort_keys=True)


def as_started(work: Work) -> OrderTerms:
    """What is worked to here."""
    response, routing = work.response, work.routing
    is_known = routing.quantity is not None
    return OrderTerms(response.quantity, routing.product, routing.work_master, routing.due_at, is_known)


def at_centre(order: JobOrder) -> OrderTerms:
    """What the centre says now."""
    return OrderTerms(order.quantity, order.product, order.work_master, order.due_at, is_cancelled=order.cancelled)


def read(text: str) -> OrderTerms:
    """Terms out of a conflict's record."""
    return from_plain(OrderTerms, json.loads(text))


def differ(ours: OrderTerms, theirs: OrderTerms) -> bool:
    """Whether the order asks for something else now; a due time that was not kept is not compared."""
    if not ours.is_due_known:
        theirs = replace(theirs, due_at=ours.due_at)
    return replace(ours, is_due_known=theirs.is_due_known) != theirs
