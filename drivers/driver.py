"""The protocol every driver obeys, and the errors it may raise. A third driver is an outside package.

A driver supervises its own link: `events()` never ends and never raises for what may heal (it yields `LinkDown`, tries again
with back-off capped at 2 s, yields `LinkUp`). It raises only for what a person must change.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

from drivers.reading import Event
from drivers.tag import DataType, Tag, Value


class DriverError(Exception):
    """Something between us and a machine; `device` and a plain `reason`."""

    def __init__(self, device: str, reason: str) -> None:
        super().__init__(f"{device}: {reason}")
        self.device = device
        self.reason = reason


class UnreachableError(DriverError):
    """The machine did not answer; trying again may help."""


class WriteRefusedError(DriverError):
    """The machine (or the tag's limits) refused a write; nothing was changed."""


class WriteUnknownError(DriverError):
    """A write was sent and no answer came: it may or may not have happened. Never repeat it."""


class MachineSetupError(DriverError):
    """The configuration does not fit the machine; somebody must change `tag`, else `option`, else the device's options."""

    def __init__(self, device: str, reason: str, tag: str | None = None, option: str | None = None) -> None:
        super().__init__(device, reason)
        self.tag = tag
        self.option = option


Stamp = Callable[[], tuple[int, int]]
"""Now as (UTC microseconds, host-wide monotonic nanoseconds)."""


@dataclass(frozen=True, slots=True)
class CurveSetup:
    """Where a machine keeps its curve FIFO and what is in it: so many samples, each one number of `data_type` a channel."""

    address: str
    capacity: int
    channels: tuple[str, ...]
    units: tuple[str, ...]
    scales: tuple[float, ...]
    data_type: DataType = DataType.INT16


@dataclass(frozen=True, slots=True)
class WaveformSetup:
    """A high-rate channel that the machine itself tells as `Waveform` events: a sample is its raw number x `scale`, in `unit`.

    `address` is in the driver's notation. With a `capacity` it is a ring of so many numbers of `data_type`, built as a curve's
    FIFO is; without one it is whatever the driver knows as a block of samples (OPC UA: a node whose value is the newest block).
    """

    channel: str
    address: str
    rate_hz: float
    unit: str = ""
    scale: float = 1.0
    capacity: int | None = None
    data_type: DataType = DataType.INT16


@dataclass(frozen=True, slots=True)
class DeviceSetup:
    """All a driver is given: `options` are its own keys of station.toml, `groups` name to poll or sampling period in ms.

    `options` hold secrets too, so they are not shown.
    `shared` is one mapping for all drivers of a process: what several devices have in common (a serial line, a gateway) is
    kept there under the driver's own name, and nowhere else.
    """

    device: str
    options: Mapping[str, Any] = field(repr=False)
    tags: tuple[Tag, ...]
    groups: Mapping[str, int]
    stamp: Stamp
    curve: CurveSetup | None = None
    shared: MutableMapping[str, Any] = field(default_factory=dict[str, Any])
    waveforms: tuple[WaveformSetup, ...] = ()


class Driver(Protocol):
    """A machine we can hear and, where allowed, ask."""

    def events(self) -> AsyncIterator[Event]:
        """Yield what the machine says, for ever.

        Within one poll round the `Samples` come before the `Batch` that was read before them, so that a batch which says
        "cycle n is complete" comes after all samples of cycle n.
        """
        ...

    async def read(self, tags: Sequence[Tag]) -> Sequence[Value]:
        """Read now, from the machine itself (for read-back and `check --connect`). Raises `UnreachableError`."""
        ...

    async def write(self, tag: Tag, value: Value) -> None:
        """Write once, never again by itself. Raises `WriteRefusedError`, `WriteUnknownError`, `UnreachableError` (not sent)."""
        ...

    async def close(self) -> None:
        """End the link; `events()` stops."""
        ...


@runtime_checkable
class MethodCaller(Protocol):
    """A driver whose machine has methods."""

    async def call(self, method: str, arguments: Sequence[Value]) -> Sequence[Value]:
        """Call once, never again by itself; `method` is in the driver's notation. Raises as `Driver.write` does."""
        ...


@runtime_checkable
class ConditionKeeper(Protocol):
    """A driver whose machine keeps its own alarms and wants to hear of it that a person saw them."""

    async def acknowledge(self, condition: str, branch: str, comment: str) -> None:
        """Tell the machine that a person has seen it. Raises as `Driver.write` does."""
        ...

    async def confirm(self, condition: str, branch: str, comment: str) -> None:
        """Tell the machine that a person has dealt with it. Raises as `Driver.write` does."""
        ...


@runtime_checkable
class ChangeTeller(Protocol):
    """A driver whose machine tells changes by itself: while it is heard, what is not said has not changed."""

    tells_changes: Literal[True]


class DriverFactory(Protocol):
    """What an entry point of group `lineside.drivers` names."""

    def __call__(self, setup: DeviceSetup) -> Driver:
        """Check the whole setup without touching the network; raise `MachineSetupError` for what can't work."""
        ...
