"""What engine and screen say to each other besides commands: facts, the snapshot, the pulse, live values.

A *fact* is one topic with a number. The screen gets a snapshot (all topics), then facts without a hole. Live messages may be
dropped when the screen is slow; facts never. Ages are host-wide monotonic nanoseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hmi.station.topics import Topic


@dataclass(frozen=True, slots=True)
class Fact:
    """A topic that changed; numbers have no hole."""

    number: int
    topic: Topic


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All topics as of fact `number`, and the curves of the last good cycles' digests for the chart."""

    number: int
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class SourceAge:
    """How fresh one device is: when it was last heard, each group's last batch, and whether its heartbeat moves."""

    device: str
    heard_ns: int
    groups: tuple[tuple[str, int, int], ...] = ()
    """(group, last batch ns, period ns)."""
    beating: bool = True


@dataclass(frozen=True, slots=True)
class Pulse:
    """Sent every 250 ms: the engine lives, and how old each source is."""

    mono_ns: int
    sources: tuple[SourceAge, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveValues:
    """Live values of one device: tag, value (None when bad)."""

    device: str
    mono_ns: int
    tags: tuple[str, ...] = ()
    values: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveCurve:
    """A stretch of the running cycle's curve; `data` is little-endian float32, channel after channel."""

    machine: str
    cycle: int
    first: int
    count: int
    channels: int
    data: bytes = field(repr=False)
