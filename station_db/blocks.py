"""What a block is: samples of one tag in a row, or the times and levels of all tags scanned with it. Standard library only.

A layout's frames of up to an hour become one *head* (its tag is empty: numbers, times, and each minute's extremes of every tag)
and one block for each tag behind it. All of them have the same `first_frame`, and numbers that follow each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from station_db.records.base import Instant

HEAD = ""
"""The tag of a head."""
HEAD_TYPE = "times"
"""The type of a head."""
BLOCK_LANE, CURVE_LANE = "block", "curve"
"""How the two watermarks of signals are called."""


@dataclass(frozen=True, slots=True)
class SignalBlock:
    """A row of the table `signal_block`, but for its station.

    `series` is a signals file's own name and `number` rises in that file; `first_frame` is the number of the first scan, `count`
    how many there are. `data` are the samples, `levels` (a head's only) the extremes; without them they were let go at `shed_at`.
    """

    series: str
    number: int
    machine: str
    tag: str
    type: str
    from_at: Instant
    to_at: Instant
    first_frame: int
    count: int
    codec: int
    data: bytes | None
    levels: bytes | None
    shed_at: Instant | None = None

    @property
    def size(self) -> int:
        """How many bytes it carries."""
        return len(self.data or b"") + len(self.levels or b"")


@dataclass(frozen=True, slots=True)
class SignalsSent:
    """How far the centre has a signals file: the last block and the last curve."""

    block: int = 0
    curve: int = 0

    @classmethod
    def of(cls, sent: Mapping[str, int]) -> SignalsSent:
        """From the lanes' last numbers."""
        return cls(sent.get(BLOCK_LANE, 0), sent.get(CURVE_LANE, 0))
