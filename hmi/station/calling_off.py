"""Following the centre: the order ends here with the unit that is begun, or goes on to another number of pieces."""

from __future__ import annotations

from dataclasses import replace

from hmi.station import progress
from hmi.station.turn import Turn
from hmi.station.work import Work
from station_db.records.orders import JobState, StepState


def call_off(work: Work, reason: str, turn: Turn, *, is_awaited: bool) -> Work:
    """End the order at the next boundary of a unit: now where none is begun, else with the open one. What was made stays.

    `is_awaited`: the machine may be making the open unit's part already.
    """
    if is_begun(work, is_awaited=is_awaited):
        return replace(work, called_off=reason)
    return progress.end_order(progress.abandon_unit(work, turn), turn, JobState.ABORTED, reason)


def aim_at(work: Work, quantity: int, turn: Turn, *, is_awaited: bool) -> Work:
    """Make so many pieces from now on; where they are made already the order ends like any other."""
    aimed = replace(work, response=replace(work.response, quantity=quantity))
    if aimed.response.good >= quantity and not is_begun(work, is_awaited=is_awaited):
        return progress.end_order(progress.abandon_unit(aimed, turn), turn)
    turn.keep(aimed.response)
    return aimed


def is_begun(work: Work, *, is_awaited: bool) -> bool:
    """Whether the open unit is a part already."""
    return is_awaited or any(step.state is not StepState.OPEN for step in work.steps)
