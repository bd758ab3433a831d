"""The pictures of the queue and of the order under way."""

from __future__ import annotations

from hmi.station.orders import why_not_start
from hmi.station.state import Station
from hmi.station.topics import OpenStep, OrdersTopic, OrderView, StepView, UnitView, WorkTopic
from hmi.station.work import Work
from station_db.records.orders import JobOrder, JobResponse, JobState, StepSpec, Unit

OVER = frozenset({JobState.ENDED, JobState.ABORTED})
PENDING = "pending"


def orders(station: Station) -> OrdersTopic:
    """The queue in the planner's order; what is over or called off comes last."""
    listed = sorted(station.plant.orders.values(), key=lambda order: _place(station, order))
    return OrdersTopic(tuple(_order(station, order) for order in listed), station.centre_seen_at)


def work(station: Station) -> WorkTopic:
    """The running order at its unit and step."""
    now = station.work
    if now is None:
        return WorkTopic()
    response, routing = now.response, now.routing
    return WorkTopic(
        order=response.job_order,
        product=routing.product,
        product_name=routing.product_name,
        revision=routing.revision,
        state=response.state,
        pause_reason=response.reason,
        quantity=response.quantity,
        good=response.good,
        bad=response.bad,
        unit=None if now.unit is None else _unit(now.unit),
        steps=_steps(now),
        step=_open_step(station, now),
        next_title=_next_title(now),
        last_units=tuple(_unit(unit) for unit in reversed(now.finished)),
    )


def _place(station: Station, order: JobOrder) -> tuple[bool, int, int, str]:
    return _state(station, order) in OVER or order.cancelled, order.sequence, -order.priority, order.id


def _state(station: Station, order: JobOrder) -> JobState:
    response = station.responses.get(order.id)
    if response is not None:
        return response.state
    return JobState.NOT_ALLOWED if order.cancelled else JobState.ALLOWED


def _order(station: Station, order: JobOrder) -> OrderView:
    master = station.plant.work_masters.get(order.work_master)
    product = station.plant.products.get(order.product)
    made: JobResponse | None = station.responses.get(order.id)
    why_not = why_not_start(order, station.work, station.responses, station.plant, frozenset(station.wirings))
    return OrderView(
        id=order.id,
        product=order.product,
        product_name="" if product is None else product.name,
        revision="" if master is None else master.revision,
        quantity=order.quantity,
        good=0 if made is None else made.good,
        bad=0 if made is None else made.bad,
        state=_state(station, order),
        due_at=order.due_at,
        steps=() if master is None else master.steps,
        can_start=not why_not,
        why_not_code=why_not[0] if why_not else "",
        why_not_args=why_not[1:],
    )


def _unit(unit: Unit) -> UnitView:
    return UnitView(unit.id, unit.number, unit.serial or "", unit.state, unit.reason)


def _steps(now: Work) -> tuple[StepView, ...]:
    states = {step.number: step.state for step in now.steps}
    return tuple(StepView(spec.number, spec.title, states.get(spec.number, PENDING)) for spec in now.routing.steps)


def _following(now: Work) -> StepSpec | None:
    begun = {step.number for step in now.steps}
    return next((spec for spec in now.routing.steps if spec.number not in begun), None)


def _next_title(now: Work) -> str:
    following = _following(now)
    return "" if following is None else following.title


def _open_step(station: Station, now: Work) -> OpenStep | None:
    step, spec = now.open_step, now.open_spec
    if step is None or spec is None:
        return None
    is_mine = station.sign_in is not None and station.sign_in.person == now.scratch.person
    return OpenStep(
        run=step.id,
        spec=spec,
        draft=now.scratch.typed if is_mine else "",
        entries=now.scratch.entries,
        last_value=now.last_values.get(spec.key),
        machine_wait_code=station.wait.code or "",
        machine_wait_args=station.wait.args,
    )
