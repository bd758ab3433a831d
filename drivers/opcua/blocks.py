"""A high-rate channel whose node holds the newest block of samples; holes are seen by the times of its source. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.driver import DeviceSetup, MachineSetupError, WaveformSetup
from drivers.opcua.address import NodeAddress, parse
from drivers.opcua.arrivals import OVERFLOW
from drivers.opcua.notification import quality
from drivers.reading import Quality, Waveform

_US = 1_000_000
_CLOCK_STEP_US = 5_000_000
"""Source and station can't differ by more than this in how long ago the last block was; else a clock was set."""

Samples = NDArray[np.float64]


class BlockChannel:
    """Follows one node's blocks; it outlives the sessions."""

    def __init__(self, device: str, setup: WaveformSetup, node: NodeAddress) -> None:
        self.node = node
        self.setup = setup
        self.is_refused = False
        """Whether the server did not watch it when it was last asked to."""
        self._device = device
        self.begin()

    def begin(self) -> None:
        """All begins anew: nobody knows what was before the next block."""
        self._next: int | None = None
        self._is_missing = False
        self._source_us: int | None = None
        self._at = 0

    def miss(self) -> None:
        """One block or more went missing."""
        self._is_missing = True

    def samples(self, value: Any, status: int) -> Samples | None:
        """Return the numbers of a block; None, and a block missed, where it holds none that can be believed."""
        found = _numbers(value) if quality(status) is not Quality.BAD else None
        if found is None:
            self.miss()
        return found

    def waveform(self, block: Samples, status: int, source_us: int | None, at: int, heard_ns: int) -> Waveform:
        """Return a block whose last sample was taken `at`, placed behind those before it."""
        if status & OVERFLOW == OVERFLOW:
            self.miss()
        lost = self._lost(len(block), source_us, at)
        first = 0 if self._next is None or lost is None else self._next + lost
        self._next, self._is_missing = first + len(block), False
        self._source_us, self._at = source_us, at
        with np.errstate(over="ignore"):
            samples = (block * self.setup.scale).astype("<f4").tobytes()
        setup = self.setup
        return Waveform(
            self._device, setup.channel, setup.unit, setup.rate_hz, first, samples, lost if first and lost else 0, at, heard_ns
        )

    def _lost(self, count: int, source_us: int | None, at: int) -> int | None:
        """Return how many samples are missing before a block; None where that can't be told."""
        least = count if self._is_missing else 0
        if source_us is None or self._source_us is None:
            return least
        passed_us = source_us - self._source_us
        if not passed_us:  # a source that dates nothing anew: what it says of time is worth nothing
            return least
        if passed_us < 0 or abs(passed_us - (at - self._at)) > _CLOCK_STEP_US:
            return None
        missing = round(passed_us * self.setup.rate_hz / _US) - count
        return missing if missing > max(count // 2, least) else least


def block_channels(setup: DeviceSetup) -> list[BlockChannel]:
    """Return the channels of a device; raises `MachineSetupError` for what can't be one."""
    return [_channel(setup.device, each) for each in setup.waveforms]


def _channel(device: str, setup: WaveformSetup) -> BlockChannel:
    if setup.capacity is not None:
        raise MachineSetupError(
            device, "over OPC UA its source is array, a node that holds the newest block, or file", setup.channel
        )
    try:
        address = parse(setup.address)
    except ValueError as error:
        raise MachineSetupError(device, str(error), setup.channel) from error
    if address.is_part:
        raise MachineSetupError(device, f"'{setup.address}' is a part of a node's value; name the node", setup.channel)
    return BlockChannel(device, setup, address.node)


def _numbers(value: Any) -> Samples | None:
    if not isinstance(value, list) or not value:
        return None
    try:
        found = np.asarray(value, np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if found.ndim == 1 else None
