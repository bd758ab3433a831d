"""What a server told of many nodes at once, in columns rather than objects; and a bounded box it waits in. Pure."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

OVERFLOW = 0x0480
"""Info type "data value" with the overflow bit: values before this one are gone (OPC UA part 4, 7.39)."""


@dataclass(slots=True)
class Arrivals:
    """Values in order of arrival: `values[i]` of the item with `handles[i]`, its status code, its source's UTC microseconds."""

    handles: list[int] = field(default_factory=list[int])
    values: list[Any] = field(default_factory=list[Any])
    statuses: list[int] = field(default_factory=list[int])
    times: list[int | None] = field(default_factory=list[int | None])

    def __len__(self) -> int:
        return len(self.handles)

    def add(self, handle: int, value: Any, status: int, time: int | None) -> None:
        """Take one more."""
        self.handles.append(handle)
        self.values.append(value)
        self.statuses.append(status)
        self.times.append(time)

    def extend(self, others: Arrivals) -> None:
        """Take `others` after what is there."""
        self.handles += others.handles
        self.values += others.values
        self.statuses += others.statuses
        self.times += others.times

    def pick(self, order: Iterable[int]) -> Arrivals:
        """Return those at the positions `order`."""
        found = list(order)
        return Arrivals(
            [self.handles[at] for at in found],
            [self.values[at] for at in found],
            [self.statuses[at] for at in found],
            [self.times[at] for at in found],
        )

    def overflows(self) -> int:
        """Count where a queue ran over."""
        return sum(status & OVERFLOW == OVERFLOW for status in self.statuses) if any(self.statuses) else 0


class Inbox:
    """Holds what was told of one group until the driver takes it; when too much waits the oldest go, and it says how many."""

    def __init__(self, arrived: asyncio.Event, capacity: int = 100_000) -> None:
        self._arrived = arrived
        self._capacity = capacity
        self._waiting = Arrivals()
        self._lost = 0

    def put(self, told: Arrivals) -> None:
        """Take what came; wakes whoever waits."""
        self._waiting.extend(told)
        excess = len(self._waiting) - self._capacity
        if excess > 0:
            self._lost += excess
            self._waiting = self._waiting.pick(range(excess, len(self._waiting)))
        self._arrived.set()

    def take_all(self) -> tuple[Arrivals, int]:
        """Return what waits and how many went before it was taken, and be empty."""
        taken, lost = self._waiting, self._lost
        self._waiting, self._lost = Arrivals(), 0
        return taken, lost


@dataclass(frozen=True, slots=True)
class Ears:
    """Who is told what changes, how many messages went missing before it, and that the server ended the subscription."""

    told: Callable[[Arrivals], None]
    missed: Callable[[int], None]
    ended: Callable[[str], None]
