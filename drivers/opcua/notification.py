"""What a server told about one node, in nobody's types; how good it is; and a bounded box it waits in."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from typing import Any

from drivers.opcua.address import NodeAddress
from drivers.reading import Quality

_SEVERITY_SHIFT = 30
_OVERFLOW = 0x0480
"""Info type "data value" with the overflow bit: values before this one are gone (OPC UA part 4, 7.39)."""
BAD_NODE_ID_UNKNOWN = 0x80340000


@dataclass(frozen=True, slots=True)
class Notification:
    """One value of one node; `status` is the OPC UA status code, `source_us` the machine's own time in UTC microseconds."""

    node: NodeAddress
    value: Any
    status: int
    source_us: int | None

    @property
    def quality(self) -> Quality:
        """Return how far it can be believed."""
        severity = self.status >> _SEVERITY_SHIFT
        if severity > 1:
            return Quality.BAD
        return Quality.UNCERTAIN if severity or self.is_after_gap else Quality.GOOD

    @property
    def is_after_gap(self) -> bool:
        """Whether values before this one were lost."""
        return self.status & _OVERFLOW == _OVERFLOW

    def after_gap(self) -> Notification:
        """Return the same, marked as following lost values."""
        return replace(self, status=self.status | _OVERFLOW)


class Inbox:
    """Holds notifications of one group until the driver takes them all; when full, the oldest go and it says so."""

    def __init__(self, arrived: asyncio.Event, capacity: int = 20_000) -> None:
        self._arrived = arrived
        self._waiting: deque[Notification] = deque(maxlen=capacity)
        self._has_lost = False

    def put(self, notification: Notification) -> None:
        """Take one more."""
        if len(self._waiting) == self._waiting.maxlen:
            self._has_lost = True
        self._waiting.append(notification)
        self._arrived.set()

    def take_all(self) -> list[Notification]:
        """Return what waits, in order of arrival, and be empty."""
        taken = list(self._waiting)
        self._waiting.clear()
        if self._has_lost and taken:
            taken[0] = taken[0].after_gap()
            self._has_lost = False
        return taken
