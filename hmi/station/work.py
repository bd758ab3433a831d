"""The running order at its unit and step, as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hmi.station.scratch import Scratch
from station_db.records.orders import JobResponse, JobState, RoutingSnapshot, StepRun, StepSpec, StepState, Unit

LAST_UNITS = 12
"""Finished units a person may still call bad."""


@dataclass(frozen=True, slots=True)
class Work:
    """An order under way: `steps` are those of the open unit so far, `finished` the last units, newest last."""

    response: JobResponse
    routing: RoutingSnapshot
    unit: Unit | None = None
    steps: tuple[StepRun, ...] = ()
    finished: tuple[Unit, ...] = ()
    serials: frozenset[str] = frozenset()
    last_values: Mapping[str, float] = field(default_factory=dict[str, float])
    scratch: Scratch = field(default_factory=Scratch)
    made: int = 0
    """Units begun so far."""
    called_off: str = ""
    """Why the order ends with the open unit, where it does."""

    @property
    def open_step(self) -> StepRun | None:
        """The step that waits for somebody."""
        return self.steps[-1] if self.steps and self.steps[-1].state is StepState.OPEN else None

    @property
    def open_spec(self) -> StepSpec | None:
        """What the open step asks for."""
        step = self.open_step
        return None if step is None else next(spec for spec in self.routing.steps if spec.number == step.number)

    @property
    def is_running(self) -> bool:
        """Whether work may go on (it is not interrupted)."""
        return self.response.state is JobState.RUNNING

    @property
    def is_open(self) -> bool:
        """Whether the order is neither ended nor aborted."""
        return self.response.state in (JobState.RUNNING, JobState.INTERRUPTED)
