"""One simulated machine as a whole: its model, its wire, its pace and its truth log."""

from __future__ import annotations

from typing import Protocol

from drivers.simulation.pace import Model, Pace
from drivers.simulation.truth import ProgramStarted, TruthLog

RESTART_DROP_S = 0.5
"""How long a restarting controller's network is gone."""


class Wire(Protocol):
    """The real protocol a machine is heard by."""

    async def start(self) -> int:
        """Listen and return the port."""
        ...

    def ready_facts(self) -> dict[str, str]:
        """What a client must know besides the port."""
        ...

    async def publish(self) -> None:
        """Show what changed, where the protocol does not wait to be asked."""
        ...

    def drop_link(self, seconds: float) -> None:
        """Cut every connection, and each new one for so long."""
        ...

    async def close(self) -> None:
        """Stop listening."""
        ...


class Simulation:
    """Runs a machine and tells its truth before anybody on the wire can read it."""

    def __init__(self, model: Model, pace: Pace, wire: Wire, truth: TruthLog | None) -> None:
        self.model = model
        self.pace = pace
        self.wire = wire
        self._truth = truth
        self._tell_truth()

    async def run(self) -> None:
        """Run for ever."""
        await self.pace.run(self._after_turn)

    async def _after_turn(self) -> None:
        if self._tell_truth():
            self.wire.drop_link(RESTART_DROP_S)
        await self.wire.publish()

    def _tell_truth(self) -> bool:
        """Write down what happened; True if the program started anew."""
        events = self.model.machine.take_events()
        for event in events:
            if self._truth is not None:
                self._truth.write(event)
        return any(isinstance(event, ProgramStarted) for event in events)
