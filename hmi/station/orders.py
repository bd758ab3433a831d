"""Orders at this station, in the job states of OPC 10031-4: one at a time, started, interrupted, ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hmi.station import commands, progress
from hmi.station.codes import Code, RefusedError
from hmi.station.plant import Plant
from hmi.station.turn import Turn
from hmi.station.work import Work
from station_db.records.base import RecordId
from station_db.records.orders import JobOrder, JobResponse, JobState, RoutingSnapshot, StepKind, Unit, UnitState

PAUSE_REASONS = frozenset({"break", "tool_change", "no_material", "other"})

Responses = Mapping[RecordId, JobResponse]
"""By order."""


def why_not_start(
    order: JobOrder, work: Work | None, responses: Responses, plant: Plant, machines: frozenset[str]
) -> tuple[str, ...]:
    """Code and args of what forbids the start; empty when nothing does."""
    if order.cancelled:
        return (Code.ORDER_CANCELLED, order.id)
    if order.id in plant.vanished and order.id not in responses:
        return (Code.ORDER_VANISHED, order.id)
    if work is not None:
        open_order = work.response.job_order
        return (Code.ORDER_OPEN, order.id) if open_order == order.id else (Code.OTHER_ORDER_OPEN, open_order)
    if order.id in responses:
        return (Code.ORDER_DONE, order.id)
    routing = plant.work_masters.get(order.work_master)
    if routing is None or not routing.steps:
        return (Code.ROUTING_MISSING, order.work_master)
    used = {step.machine for step in routing.steps if step.kind is StepKind.MACHINE_CYCLE and step.machine}
    return next(((Code.MACHINE_MISSING, machine) for machine in sorted(used - machines)), ())


def start(order: JobOrder, plant: Plant, turn: Turn) -> Work:
    """Freeze the routing, run the order, take up unit 1. The caller asked `why_not_start`."""
    master = plant.work_masters[order.work_master]
    product = plant.products.get(order.product)
    response = JobResponse(
        id=turn.new_id(),
        job_order=order.id,
        state=JobState.RUNNING,
        quantity=order.quantity,
        started_at=turn.now.wall,
    )
    routing = RoutingSnapshot(
        id=response.id,
        job_order=order.id,
        work_master=master.id,
        product=order.product,
        product_name="" if product is None else product.name,
        revision=master.revision,
        steps=tuple(sorted(master.steps, key=lambda step: step.number)),
        quantity=order.quantity,
        due_at=order.due_at,
    )
    turn.keep(routing)
    turn.keep(response)
    return progress.begin_unit(Work(response, routing), turn)


def pause(work: Work, asked: commands.PauseOrder, turn: Turn) -> Work:
    """Interrupt the order with a reason."""
    if asked.reason not in PAUSE_REASONS:
        raise RefusedError(Code.PAUSE_REASON_UNKNOWN, asked.reason)
    if not work.is_running:
        raise RefusedError(Code.ORDER_PAUSED, work.response.job_order)
    return _enter(work, JobState.INTERRUPTED, asked.reason, turn)


def go_on(work: Work, turn: Turn) -> Work:
    """Run the interrupted order again."""
    if work.is_running:
        raise RefusedError(Code.ORDER_NOT_PAUSED, work.response.job_order)
    return _enter(work, JobState.RUNNING, "", turn)


def finish(work: Work, turn: Turn) -> Work:
    """End the order with what is made."""
    return progress.end_order(progress.abandon_unit(work, turn), turn)


def bad_part(work: Work, asked: commands.BadPart, turn: Turn, command: str) -> Work:
    """A person calls a unit bad: the open one, or one of the last that were good."""
    if not asked.reason.strip():
        raise RefusedError(Code.REASON_MISSING)
    if work.unit is not None and asked.unit == work.unit.id:
        return progress.fail_unit(work, asked.reason, turn, command)
    unit = next((unit for unit in work.finished if unit.id == asked.unit), None)
    if unit is None:
        raise RefusedError(Code.UNIT_UNKNOWN)
    if unit.state is UnitState.BAD:
        raise RefusedError(Code.UNIT_ALREADY_BAD, str(unit.number))
    return _take_back(work, unit, asked.reason, turn)


def _take_back(work: Work, unit: Unit, reason: str, turn: Turn) -> Work:
    bad = replace(unit, state=UnitState.BAD, reason=reason)
    turn.keep(bad)
    recounted = progress.count(progress.count(work, UnitState.GOOD, -1), UnitState.BAD, 1)
    turn.keep(recounted.response)
    return replace(recounted, finished=tuple(bad if old.id == unit.id else old for old in work.finished))


def _enter(work: Work, state: JobState, reason: str, turn: Turn) -> Work:
    response = replace(work.response, state=state, reason=reason)
    turn.keep(response)
    return replace(work, response=response)
