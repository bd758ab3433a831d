"""The one place that reads the time. Everything else is given a `Clock` or a `Moment`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import uuid_utils

from station_db.records.base import Instant, RecordId

Monotonic = int
"""Host-wide monotonic nanoseconds: comparable between processes of one machine."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, as data: wall time, monotonic time, and where fresh ids come from."""

    wall: Instant
    mono: Monotonic
    new_id: Callable[[], RecordId]


class Clock(Protocol):
    """Where time and ids come from."""

    def moment(self) -> Moment:
        """Now."""
        ...


def new_id() -> RecordId:
    """A UUIDv7."""
    return RecordId(str(uuid_utils.uuid7()))


class SystemClock:
    """The machine's own clocks."""

    def moment(self) -> Moment:
        """Now."""
        return Moment(Instant(time.time_ns() // 1000), time.monotonic_ns(), new_id)
