"""What drivers hand up: batches of values and blocks of curve samples. Imports no library.

Times: `at` and source times are UTC microseconds; `heard_ns` is the host-wide monotonic clock in nanoseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from drivers.tag import Value


class Quality(StrEnum):
    """How far a value can be believed."""

    GOOD = "good"
    UNCERTAIN = "uncertain"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Batch:
    """One scan: one time, many values of one group of one device.

    `values[i]` belongs to `tags[i]`, scaled to its unit; a value whose quality is BAD is None.
    `qualities` is None when all are good. `source_times` holds the machine's own stamps where it gives them.
    """

    device: str
    group: str
    tags: tuple[str, ...]
    values: Sequence[Value]
    at: int
    heard_ns: int
    qualities: Sequence[Quality] | None = None
    source_times: Sequence[int | None] | None = None


@dataclass(frozen=True, slots=True)
class Samples:
    """A stretch of a cycle's curve, in order.

    `columns[k]` are the samples of `channels[k]` in their units; `first` is the index of the first sample within the
    cycle, `lost` how many went missing just before it (overrun of the machine's FIFO).
    """

    device: str
    cycle: int
    channels: tuple[str, ...]
    units: tuple[str, ...]
    first: int
    columns: tuple[Sequence[float], ...]
    lost: int
    at: int
    heard_ns: int


@dataclass(frozen=True, slots=True)
class Heard:
    """The device answered (an empty poll, a keep-alive): it lives, nothing changed."""

    device: str
    at: int
    heard_ns: int


@dataclass(frozen=True, slots=True)
class LinkDown:
    """The device no longer answers; `reason` is a plain sentence, `code` a stable word for messages."""

    device: str
    code: str
    reason: str
    at: int
    heard_ns: int


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The device answers (again)."""

    device: str
    at: int
    heard_ns: int


Event = Batch | Samples | Heard | LinkDown | LinkUp
