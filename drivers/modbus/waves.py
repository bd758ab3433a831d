"""Follows the rings of a machine's high-rate channels over the wire and hands their samples up in their units."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from drivers.driver import DeviceSetup, MachineSetupError, Stamp, WaveformSetup
from drivers.link import RemarkCode
from drivers.modbus.asker import Asker
from drivers.modbus.fifo import Stretch
from drivers.modbus.options import ModbusOptions
from drivers.modbus.replies import ExceptionReplyError
from drivers.modbus.ring import Ring, endless_ring
from drivers.modbus.ring_reader import RingReader
from drivers.reading import Remark, Waveform

_ROUNDS = 2
"""A ring holds what comes in two rounds, so that one that is late loses nothing."""


class WaveReader:
    """One channel; it outlives the connections."""

    def __init__(self, device: str, channel: WaveformSetup, ring: Ring, stamp: Stamp) -> None:
        self._device = device
        self._channel = channel
        self._stamp = stamp
        self._reader = RingReader(ring)
        self._beginnings = 0
        self._next = 0
        self._is_refused = False

    async def read(self, asker: Asker) -> list[Waveform | Remark]:
        """Return what is new, and once that the machine refuses to tell it. Raises `LinkLostError`."""
        try:
            stretches = await self._reader.read(asker)
        except ExceptionReplyError as refusal:
            return self._refused(f"'{self._channel.channel}': {refusal}")
        told = self._refused("")
        if self._reader.beginnings != self._beginnings:
            self._beginnings, self._next = self._reader.beginnings, 0
        now, heard_ns = self._stamp()
        after = sum(len(stretch.rows) + stretch.lost for stretch in stretches)
        for stretch in stretches:
            after -= len(stretch.rows) + stretch.lost
            told.append(self._waveform(stretch, now, heard_ns, after))
        return told

    def _refused(self, reason: str) -> list[Waveform | Remark]:
        """Say that it is refused, or no longer, where that is news."""
        if bool(reason) is self._is_refused:
            return []
        self._is_refused = bool(reason)
        return [Remark(self._device, RemarkCode.CHANNEL_REFUSED, reason, *self._stamp(), is_over=not reason)]

    def _waveform(self, stretch: Stretch, now: int, heard_ns: int, after: int) -> Waveform:
        """Return a stretch after which so many samples were taken until now."""
        channel = self._channel
        with np.errstate(over="ignore"):
            samples = (stretch.rows[:, 0].astype(np.float64) * channel.scale).astype("<f4").tobytes()
        first = self._next + stretch.lost
        self._next = first + len(stretch.rows)
        at = now - round(after / channel.rate_hz * 1_000_000)
        return Waveform(self._device, channel.channel, channel.unit, channel.rate_hz, first, samples, stretch.lost, at, heard_ns)


def wave_readers(setup: DeviceSetup, options: ModbusOptions, periods_s: Sequence[float]) -> list[WaveReader]:
    """Return a reader for each channel; raises `MachineSetupError` for what can't be read, or not often enough."""
    return [_reader(setup, channel, options, min(periods_s)) for channel in setup.waveforms]


def _reader(setup: DeviceSetup, channel: WaveformSetup, options: ModbusOptions, period_s: float) -> WaveReader:
    ring = endless_ring(setup.device, channel, options)
    needed = round(_ROUNDS * period_s * channel.rate_hz)
    if ring.layout.capacity < needed:
        raise MachineSetupError(
            setup.device,
            f"a ring of {ring.layout.capacity} samples runs over: at {channel.rate_hz:g} a second and a shortest period of "
            f"{period_s * 1000:g} ms (groups) it must hold {needed}",
            channel.channel,
        )
    return WaveReader(setup.device, channel, ring, setup.stamp)
