"""What a machine's program asks of the thing it moves: the ram of a press, the tool of a screwdriver."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PartOrder:
    """What a work is told of its next part."""

    chance: Random
    is_bad: bool
    wear: float


class Work(Protocol):
    """What a machine does to one part, scan by scan; it knows nothing of permits, counters or faults."""

    @property
    def progress(self) -> float:
        """How much of the part is done, 0 to 1."""
        ...

    def begin(self, order: PartOrder) -> None:
        """Take a new part."""
        ...

    def step(self) -> bool | None:
        """Go on for one scan; True or False (good or bad) when the part is done."""
        ...

    def rest(self) -> None:
        """Let one scan pass without a part in work."""
        ...

    def reset(self) -> None:
        """Forget everything: the program starts anew."""
        ...
