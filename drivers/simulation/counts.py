"""The counters of a machine's program and what belongs to its last completed cycle."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

WORD = 0xFFFF


class Counter(Enum):
    """The counters a scenario may set."""

    GOOD = "good"
    BAD = "bad"
    CYCLE = "cycle"


@dataclass(slots=True)
class Counts:
    """16-bit counters that wrap; `verdict` is 1 good, 2 bad, 0 before the first cycle."""

    values: dict[Counter, int] = field(default_factory=lambda: dict.fromkeys(Counter, 0))
    verdict: int = 0
    duration_ms: int = 0

    @property
    def next_cycle(self) -> int:
        """The number the next cycle will have."""
        return (self.values[Counter.CYCLE] + 1) & WORD

    def count(self, *, good: bool, duration_ms: int) -> int:
        """Count a completed cycle and return its number."""
        which = Counter.GOOD if good else Counter.BAD
        self.values[which] = (self.values[which] + 1) & WORD
        self.values[Counter.CYCLE] = self.next_cycle
        self.verdict, self.duration_ms = (1 if good else 2), duration_ms
        return self.values[Counter.CYCLE]
