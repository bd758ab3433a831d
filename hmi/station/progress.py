"""How work goes on: a step closes and the next opens, a unit ends and the next begins, the order ends with its last unit."""

from __future__ import annotations

from dataclasses import replace

from hmi.station import scratch
from hmi.station.codes import Code
from hmi.station.turn import Turn
from hmi.station.work import LAST_UNITS, Work
from station_db.records.base import Verdict
from station_db.records.orders import JobState, StepRun, StepSpec, StepState, Unit, UnitState
from station_db.records.production import Cycle


def begin_unit(work: Work, turn: Turn) -> Work:
    """Take the next unit up at its first step."""
    unit = Unit(
        id=turn.new_id(),
        job_order=work.response.job_order,
        response=work.response.id,
        number=work.made + 1,
        state=UnitState.OPEN,
        started_at=turn.now.wall,
    )
    turn.keep(unit)
    begun = replace(work, unit=unit, steps=(), made=unit.number)
    return _open_step(begun, unit, work.routing.steps[0], turn)


def close_step(work: Work, verdict: Verdict, turn: Turn, *, closed_by: str | None = None, cycle: Cycle | None = None) -> Work:
    """End the open step with its verdict and go on: to the next step, or with the unit to its end."""
    step = work.open_step
    if step is None:
        return work
    done = replace(
        step,
        state=StepState.DONE if verdict is Verdict.GOOD else StepState.FAILED,
        verdict=verdict,
        cycle=None if cycle is None else cycle.id,
        actor=turn.actor,
        closed_by=closed_by,
        ended_at=turn.not_before(step.opened_at),
    )
    turn.keep(done)
    if work.scratch:
        scratch.keep(scratch.Scratch(), step.id, turn)
    return replace(work, steps=(*work.steps[:-1], done), scratch=scratch.Scratch())


def go_on(work: Work, turn: Turn) -> Work:
    """After a good step: the next one, or the unit is good."""
    if work.unit is None:
        return work
    done = {step.number for step in work.steps}
    following = next((spec for spec in work.routing.steps if spec.number not in done), None)
    if following is None:
        return end_unit(work, UnitState.GOOD, "", turn)
    return _open_step(work, work.unit, following, turn)


def fail_unit(work: Work, reason: str, turn: Turn, closed_by: str | None = None) -> Work:
    """The open unit is bad: its step fails, the next unit begins."""
    failed = close_step(work, Verdict.BAD, turn, closed_by=closed_by)
    return end_unit(failed, UnitState.BAD, reason, turn)


def end_unit(work: Work, state: UnitState, reason: str, turn: Turn) -> Work:
    """A unit is finished and counted; the order ends with its last good one, or here where it was called off."""
    counted = count(_close_unit(work, state, reason, turn), state, 1)
    if counted.response.good >= counted.response.quantity:
        return end_order(counted, turn)
    if counted.called_off:
        return end_order(counted, turn, JobState.ABORTED, counted.called_off)
    turn.keep(counted.response)
    return begin_unit(counted, turn)


def end_order(work: Work, turn: Turn, state: JobState = JobState.ENDED, reason: str = "") -> Work:
    """The order is over here."""
    response = work.response
    ended = replace(response, state=state, reason=reason, ended_at=turn.not_before(response.started_at))
    turn.keep(ended)
    return replace(work, response=ended)


def abandon_unit(work: Work, turn: Turn) -> Work:
    """The order is finished early: a unit already worked on is bad, one not begun is no part."""
    is_begun = any(step.state is not StepState.OPEN for step in work.steps)
    closed = close_step(work, Verdict.UNKNOWN, turn)
    if not is_begun:
        return _close_unit(closed, UnitState.BAD, Code.UNIT_NOT_STARTED, turn)
    return count(_close_unit(closed, UnitState.BAD, Code.UNIT_NOT_FINISHED, turn), UnitState.BAD, 1)


def count(work: Work, state: UnitState, parts: int) -> Work:
    """Count finished units into the response."""
    response = work.response
    if state is UnitState.GOOD:
        return replace(work, response=replace(response, good=response.good + parts))
    return replace(work, response=replace(response, bad=response.bad + parts))


def _close_unit(work: Work, state: UnitState, reason: str, turn: Turn) -> Work:
    if work.unit is None:
        return work
    unit = replace(work.unit, state=state, reason=reason, ended_at=turn.not_before(work.unit.started_at))
    turn.keep(unit)
    return replace(work, unit=None, steps=(), finished=(*work.finished, unit)[-LAST_UNITS:])


def _open_step(work: Work, unit: Unit, spec: StepSpec, turn: Turn) -> Work:
    step = StepRun(
        id=turn.new_id(),
        unit=unit.id,
        job_order=work.response.job_order,
        number=spec.number,
        key=spec.key,
        step_kind=spec.kind,
        state=StepState.OPEN,
        opened_at=turn.now.wall,
    )
    turn.keep(step)
    return replace(work, steps=(*work.steps, step))
