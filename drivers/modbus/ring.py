"""Where a machine's curve FIFO stands and which reads fetch it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drivers.driver import CurveSetup, DeviceSetup, MachineSetupError, WaveformSetup
from drivers.modbus.address import HIGHEST, Address, Table, parse
from drivers.modbus.asker import Read
from drivers.modbus.fifo import HEADER_WORDS, Layout
from drivers.modbus.form import Form
from drivers.modbus.options import ModbusOptions
from drivers.tag import DataType

_KINDS = (DataType.INT16, DataType.INT32, DataType.FLOAT32)
"""What a sample may be made of."""


@dataclass(frozen=True, slots=True)
class Ring:
    """The FIFO of one machine; `most_words` is what the device tells in one read."""

    setup: CurveSetup
    address: Address
    layout: Layout
    most_words: int

    @property
    def is_short(self) -> bool:
        """Whether all of it can be read at once, so that nothing is overwritten meanwhile."""
        return self.layout.words <= self.most_words

    @property
    def whole(self) -> Read:
        """Return the read of all of it."""
        return self.address.table, self.address.number, self.layout.words

    @property
    def header(self) -> Read:
        """Return the read of its header."""
        return self.address.table, self.address.number, HEADER_WORDS

    def reads(self, slots: NDArray[np.int64]) -> list[Read]:
        """Return the reads that fetch `slots`, in their order."""
        size = self.layout.sample_words
        first = self.address.number + HEADER_WORDS
        neighbours = np.split(slots, np.flatnonzero(np.diff(slots) != 1) + 1)
        most = self.most_words // size
        return [
            (self.address.table, first + int(run[at]) * size, min(most, len(run) - at) * size)
            for run in neighbours
            for at in range(0, len(run), most)
        ]


def ring(setup: DeviceSetup, options: ModbusOptions) -> Ring | None:
    """Return the curve FIFO of a machine that has one; raises `MachineSetupError` for what can't be read."""
    if setup.curve is None:
        return None
    try:
        return _ring(setup.curve, options, is_endless=False)
    except ValueError as error:
        raise MachineSetupError(setup.device, f"curve: {error}") from error


def endless_ring(device: str, channel: WaveformSetup, options: ModbusOptions) -> Ring:
    """Return the ring of a high-rate channel; raises `MachineSetupError` for what can't be read."""
    if channel.capacity is None:
        raise MachineSetupError(device, "over Modbus its source is fifo, a ring in registers, or file", channel.channel)
    like = CurveSetup(channel.address, channel.capacity, (channel.channel,), (channel.unit,), (channel.scale,), channel.data_type)
    try:
        return _ring(like, options, is_endless=True)
    except ValueError as error:
        raise MachineSetupError(device, str(error), channel.channel) from error


def _ring(curve: CurveSetup, options: ModbusOptions, *, is_endless: bool) -> Ring:
    address = parse(curve.address, options.first_address)
    layout = Layout(curve.capacity, len(curve.channels), Form(curve.data_type, options.order), is_endless)
    found = Ring(curve, address, layout, options.max_registers)
    _check(found)
    return found


def _check(found: Ring) -> None:
    setup, address, layout = found.setup, found.address, found.layout
    if address.is_bit or address.element or address.table not in (Table.HOLDING, Table.INPUT):
        raise ValueError(f"'{setup.address}' must be holding or input registers")
    if not setup.channels or not len(setup.channels) == len(setup.units) == len(setup.scales):
        raise ValueError("every channel needs one unit and one scale")
    if setup.data_type not in _KINDS:
        raise ValueError(f"samples are {', '.join(_KINDS)}, not {setup.data_type}")
    if setup.capacity < 1 or address.number + layout.words - 1 > HIGHEST:
        raise ValueError(f"its {layout.words} registers would reach beyond the last address, {HIGHEST}")
    if found.most_words < max(HEADER_WORDS, layout.sample_words):
        raise ValueError(
            f"a header of {HEADER_WORDS} registers, or a sample, can't be read at once; this device allows {found.most_words}"
        )
