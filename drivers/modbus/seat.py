"""One device's place on a line it may share."""

from __future__ import annotations

from dataclasses import dataclass, field

from drivers.modbus.waits import Waits


@dataclass(eq=False, slots=True)
class Seat:
    """Who asks; times are seconds of the loop's clock. `usual_s` is how long its device takes to answer."""

    unit: int
    timeout_s: float
    waits: Waits = field(default_factory=Waits)
    answered_at: float = float("-inf")
    usual_s: float = 0.0
