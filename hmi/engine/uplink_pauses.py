"""How long the uplink waits between two tries: longer after each failure, by chance, so that stations come back one by one."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from hmi.engine.uplink_messages import Pace


@dataclass(frozen=True, slots=True)
class Pauses:
    """The failures in a row, and where chance comes from."""

    pace: Pace
    chance: random.Random
    failures: int = 0

    @property
    def is_well(self) -> bool:
        """Whether the last try succeeded."""
        return not self.failures

    def well(self) -> Pauses:
        """A try succeeded."""
        return replace(self, failures=0)

    def failed(self) -> Pauses:
        """A try failed."""
        return replace(self, failures=self.failures + 1)

    def after_loss_s(self) -> float:
        """Full jitter: anything up to a bound that doubles with each failure."""
        bound = min(self.pace.first_s * 2 ** min(self.failures - 1, 16), self.pace.longest_s)
        return self.chance.uniform(0.0, bound)

    def after_refusal_s(self) -> float:
        """A person has to do something first; about so long."""
        return self.pace.refused_s * self.chance.uniform(0.5, 1.0)
