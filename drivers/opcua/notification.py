"""What a server told about one node, in nobody's types, and how good a status code is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from drivers.opcua.address import NodeAddress
from drivers.opcua.arrivals import OVERFLOW
from drivers.reading import Quality

_SEVERITY_SHIFT = 30
BAD_NODE_ID_UNKNOWN = 0x80340000


@dataclass(frozen=True, slots=True)
class Notification:
    """One value of one node; `status` is the OPC UA status code, `source_us` the machine's own time in UTC microseconds."""

    node: NodeAddress
    value: Any
    status: int
    source_us: int | None


@dataclass(frozen=True, slots=True)
class Untold:
    """A value that can't be read, and why."""

    reason: str


def quality(status: int) -> Quality:
    """Return how far a value with this status code can be believed; one after lost values is uncertain."""
    severity = status >> _SEVERITY_SHIFT
    if severity > 1:
        return Quality.BAD
    return Quality.UNCERTAIN if severity or status & OVERFLOW == OVERFLOW else Quality.GOOD
