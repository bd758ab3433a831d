"""The queue: each order with its readiness and the reason, and what the chosen one needs."""

from __future__ import annotations

from dataclasses import dataclass

from hmi.clock import Moment
from hmi.presenters.durations import due_time, elapsed
from hmi.presenters.picture import Picture
from hmi.presenters.words import joined, say, translate
from hmi.station.topics import OrderView
from station_db.records.orders import JobState, StepKind
from widgets.display import OrderText, Severity

OLD_US = 60_000_000
"""From then on the age of the queue is said too."""


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """The chosen order: its needs as (name, value) rows, and the main action with its reason where it is closed."""

    key: str
    title: str
    subtitle: str
    needs: tuple[tuple[str, str], ...]
    action: str
    why_not: str
    is_open: bool
    needs_person: bool


def present_queue(picture: Picture, now: Moment) -> tuple[OrderText, ...]:
    """All orders as rows, in the planned sequence."""
    return tuple(_row(order, picture, now) for order in picture.orders.orders)


def present_as_of(picture: Picture, now: Moment) -> str:
    """How fresh the queue is: when the centre was last heard, and how long ago once that is a while."""
    heard = picture.orders.as_of
    planned = translate("orders", "as planned")
    if heard is None:
        never = picture.station is not None and picture.station.has_centre
        return joined(planned, translate("orders", "the centre was not heard yet") if never else "")
    since = translate("orders", "{0} ago").format(elapsed(heard, now.wall)) if now.wall - heard >= OLD_US else ""
    return joined(planned, translate("orders", "as of {0}").format(due_time(heard, now.wall, picture.zone)), since)


def _row(order: OrderView, picture: Picture, now: Moment) -> OrderText:
    state, severity = _state(order)
    due = translate("orders", "due {0}").format(due_time(order.due_at, now.wall, picture.zone)) if order.due_at else ""
    return OrderText(
        key=order.id,
        title=order.id,
        when=due,
        product=joined(f"{order.product} {order.revision}".strip(), order.product_name),
        note=say(order.why_not_code, order.why_not_args) if _is_waiting(order) and not order.can_start else "",
        progress=translate("orders", "{0} of {1}").format(order.good, order.quantity),
        state=state,
        severity=severity,
        running=order.state == JobState.RUNNING,
    )


def _is_waiting(order: OrderView) -> bool:
    return order.state in (JobState.ALLOWED, JobState.NOT_ALLOWED)


def _state(order: OrderView) -> tuple[str, Severity]:
    match order.state:
        case JobState.RUNNING:
            return translate("orders", "running"), Severity.NORMAL
        case JobState.INTERRUPTED:
            return translate("orders", "paused"), Severity.NORMAL
        case JobState.ENDED:
            return translate("orders", "finished"), Severity.NORMAL
        case JobState.ABORTED:
            return translate("orders", "cancelled"), Severity.NORMAL
        case _ if order.can_start:
            return translate("orders", "ready"), Severity.NORMAL
        case _:
            return translate("orders", "not ready"), Severity.WARNING


def first_choice(picture: Picture) -> str:
    """The order a person most likely wants: the first that can start, else the one that runs, else the first."""
    orders = picture.orders.orders
    ready = [order.id for order in orders if order.can_start]
    running = [order.id for order in orders if order.state == JobState.RUNNING]
    return next(iter([*ready, *running, *(order.id for order in orders)]), "")


def present_detail(picture: Picture, key: str, now: Moment) -> OrderDetail | None:
    """The chosen order's needs, and whether it may start."""
    order = next((order for order in picture.orders.orders if order.id == key), None)
    if order is None:
        return None
    return OrderDetail(
        key=order.id,
        title=order.id,
        subtitle=joined(f"{order.product} {order.revision}".strip(), order.product_name),
        needs=_needs(order, picture, now),
        action=_action(order),
        why_not=_why_not(picture, order),
        is_open=_is_open(order),
        needs_person=picture.people.signed_in is None and order.can_start,
    )


def _needs(order: OrderView, picture: Picture, now: Moment) -> tuple[tuple[str, str], ...]:
    machines = {step.machine: None for step in order.steps if step.machine}
    names = [machine.name if (machine := picture.machine(key)) else key for key in machines]
    checks = sum(step.kind in (StepKind.NUMERIC, StepKind.PASS_FAIL) for step in order.steps)
    rows = (
        (translate("orders", "Pieces"), f"{order.quantity}"),
        (translate("orders", "Due"), due_time(order.due_at, now.wall, picture.zone) if order.due_at else ""),
        (translate("orders", "Routing"), translate("orders", "{0} steps").format(len(order.steps)) if order.steps else ""),
        (translate("orders", "Machines"), ", ".join(names)),
        (translate("orders", "Checks"), translate("orders", "{0} a unit").format(checks) if checks else ""),
        (translate("orders", "Bad so far"), f"{order.bad}" if order.bad else ""),
    )
    return tuple(row for row in rows if row[1])


def _action(order: OrderView) -> str:
    return translate("orders", "Go to the work") if _is_open(order) else translate("orders", "Start {0}").format(order.id)


def _is_open(order: OrderView) -> bool:
    return order.state in (JobState.RUNNING, JobState.INTERRUPTED)


def _why_not(picture: Picture, order: OrderView) -> str:
    if _is_open(order):
        return ""
    if not order.can_start:
        return say(order.why_not_code, order.why_not_args) or _state(order)[0]
    may = picture.people.signed_in is None or "StartOrder" in picture.people.allowed
    return "" if may else translate("orders", "your role may not start orders")
