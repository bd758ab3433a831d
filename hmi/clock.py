"""The one place that reads the time. Everything else is given a `Clock` or a `Moment`."""

from __future__ import annotations

import mmap
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
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


SHIFT_VARIABLE = "LINESIDE_CLOCK_SHIFT"
"""Names a file of eight bytes, little-endian microseconds, by which wall time is wrong: a test can so step the clock."""


class SystemClock:
    """The machine's own clocks."""

    def __init__(self) -> None:
        self._shift = _mapped(os.environ.get(SHIFT_VARIABLE, ""))

    def moment(self) -> Moment:
        """Now."""
        wall = time.time_ns() // 1000
        if self._shift is not None:
            wall += int.from_bytes(self._shift[:8], "little", signed=True)
        return Moment(Instant(wall), time.monotonic_ns(), new_id)


def _mapped(path: str) -> mmap.mmap | None:
    if not path:
        return None
    with Path(path).open("rb") as file:
        return mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)
