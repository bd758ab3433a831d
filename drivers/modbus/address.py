"""Where a value stands in a Modbus device: `holding:100`, `input:5`, `coil:3`, `discrete:2`, `holding:100.5`.

Numbers are the plain addresses of the protocol, counted from 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from drivers.driver import MachineSetupError
from drivers.tag import DataType, Tag

HIGHEST = 65535
_FORM = re.compile(r"(?P<table>[a-z]+):(?P<number>[0-9]{1,9})(?:\.(?P<bit>[0-9]{1,3}))?")

WIDTHS = {
    DataType.BOOL: 1,
    DataType.INT16: 1,
    DataType.UINT16: 1,
    DataType.INT32: 2,
    DataType.UINT32: 2,
    DataType.FLOAT32: 2,
    DataType.INT64: 4,
    DataType.UINT64: 4,
    DataType.FLOAT64: 4,
}
"""Registers a value takes; types that are not here can't be read over Modbus."""


class Table(StrEnum):
    """The four tables of the protocol."""

    HOLDING = "holding"
    INPUT = "input"
    COIL = "coil"
    DISCRETE = "discrete"

    @property
    def holds_bits(self) -> bool:
        """Whether its places are single bits."""
        return self in (Table.COIL, Table.DISCRETE)

    @property
    def is_writable(self) -> bool:
        """Whether the protocol can write to it."""
        return self in (Table.HOLDING, Table.COIL)


@dataclass(frozen=True, slots=True)
class Address:
    """A place in a table, or one bit of a register."""

    table: Table
    number: int
    bit: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A tag and the stretch of its table it takes up."""

    tag: Tag
    address: Address
    width: int

    @property
    def end(self) -> int:
        """Return the first place after it."""
        return self.address.number + self.width


def parse(text: str) -> Address:
    """Return what `text` says; raises `ValueError` with a sentence."""
    found = _FORM.fullmatch(text.strip())
    if found is None or found["table"] not in tuple(Table):
        raise ValueError(f"address '{text}' is not like holding:100, input:5, coil:3, discrete:2 or holding:100.5")
    table, number = Table(found["table"]), int(found["number"])
    bit = None if found["bit"] is None else int(found["bit"])
    if number > HIGHEST:
        raise ValueError(f"address '{text}' is beyond the last one, {HIGHEST}")
    if bit is not None and (table.holds_bits or bit > 15):
        raise ValueError(f"address '{text}': only registers have bits, 0 to 15")
    return Address(table, number, bit)


def place(device: str, tag: Tag) -> Place:
    """Return where `tag` stands; raises `MachineSetupError` for what can't be there."""
    try:
        address = parse(tag.address)
        return Place(tag, address, _width(tag, address))
    except ValueError as error:
        raise MachineSetupError(device, str(error), tag.name) from error


def _width(tag: Tag, address: Address) -> int:
    width = WIDTHS.get(tag.data_type)
    is_bit = address.table.holds_bits or address.bit is not None
    if width is None:
        raise ValueError(f"type {tag.data_type} can't be read over Modbus")
    if is_bit and tag.data_type is not DataType.BOOL:
        raise ValueError(f"address '{tag.address}' is a single bit, so its type must be bool, not {tag.data_type}")
    if not is_bit and tag.data_type is DataType.BOOL:
        raise ValueError(f"a bool in a register needs its bit, like {tag.address}.0")
    if address.number + width - 1 > HIGHEST:
        raise ValueError(f"a {tag.data_type} at '{tag.address}' would reach beyond the last address, {HIGHEST}")
    _check_writable(tag, address)
    return width


def _check_writable(tag: Tag, address: Address) -> None:
    if not tag.writable:
        return
    if not address.table.is_writable:
        raise ValueError(f"address '{tag.address}' can't be written; only holding registers and coils can")
    if address.bit is not None:
        raise ValueError(f"one bit of a register can't be written without touching its neighbours: '{tag.address}'")
