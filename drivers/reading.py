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
    `is_past`: read later from the machine's own history to close a gap, `at` is when it was true; it goes to the signals only.
    """

    device: str
    group: str
    tags: tuple[str, ...]
    values: Sequence[Value]
    at: int
    heard_ns: int
    qualities: Sequence[Quality] | None = None
    source_times: Sequence[int | None] | None = None
    is_past: bool = False


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


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a person should know of a link that works: `code` a stable word (`drivers.link.RemarkCode`), `reason` a sentence.

    It stands until the same code comes with `is_over`; told once, not each time. A lost link ends none of them.
    """

    device: str
    code: str
    reason: str
    at: int
    heard_ns: int
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """Values of a working link that are gone for good (a server's queue ran over): a gap, recorded once.

    `count` is None where nobody can tell how many.
    """

    device: str
    group: str
    reason: str
    since: int
    at: int
    heard_ns: int
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A machine's own alarm as it stands now (OPC UA A&C). `id` names the condition, `branch` the one occurrence to answer to.

    Told for every change, and for all that stand when a link begins, then `Refreshed`. `severity` is 1 to 1000. A condition
    that is neither active nor retained is over.
    """

    device: str
    id: str
    branch: str
    source: str
    text: str
    severity: int
    is_active: bool
    is_acknowledged: bool
    is_confirmed: bool
    is_retained: bool
    came_at: int
    at: int
    heard_ns: int


@dataclass(frozen=True, slots=True)
class Refreshed:
    """All conditions that stand have been told since the link began; any other a listener still holds is over."""

    device: str
    at: int
    heard_ns: int


@dataclass(frozen=True, slots=True)
class Waveform:
    """A stretch of a high-rate channel, in order: `samples` as little-endian float32 in `unit`, `rate_hz` a second.

    `first` is the number of its first sample, those that were lost counted too; it is 0 where all begins anew and nobody knows
    what was before. `lost` samples went missing just before it; `at` is the time of its last sample.
    `is_past`: taken from where it waited for long; it goes to the signals only.
    """

    device: str
    channel: str
    unit: str
    rate_hz: float
    first: int
    samples: bytes
    lost: int
    at: int
    heard_ns: int
    is_past: bool = False


Event = Batch | Samples | Heard | LinkDown | LinkUp | Remark | Lost | Condition | Refreshed | Waveform
