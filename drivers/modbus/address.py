"""Where a value stands in a Modbus device.

Plain: `holding:100`, `input:5`, `coil:3`, `discrete:2`, counted from 0 or 1 as the device says. Modicon: `40101`, `400101`,
`30001`, `10001`, `00001`, always counted from 1. Both may go on with `.5` for a bit of a register and `[2]` for an
element of an array; an element of an array of bits is so many bits further.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from drivers.driver import MachineSetupError
from drivers.modbus.form import Form
from drivers.modbus.order import ByteOrder
from drivers.tag import DataType, Tag

HIGHEST = 65535
MOST_WRITTEN = 123
"""Registers one request can write."""
_BITS = 16
_REST = r"(?:\.(?P<bit>[0-9]{1,3}))?(?:\[(?P<element>[0-9]{1,5})\])?"
_PLAIN = re.compile(r"(?P<table>[a-z]+):(?P<number>[0-9]{1,9})" + _REST)
_MODICON = re.compile(r"(?P<table>[0134])(?P<number>[0-9]{4,5})" + _REST)


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


_MODICON_TABLES = {"0": Table.COIL, "1": Table.DISCRETE, "3": Table.INPUT, "4": Table.HOLDING}


@dataclass(frozen=True, slots=True)
class Address:
    """A place in a table as the protocol counts it, from 0, or one bit of a register; `element` counts in the array there."""

    table: Table
    number: int
    bit: int | None = None
    element: int = 0

    @property
    def is_bit(self) -> bool:
        """Whether a single bit stands there."""
        return self.table.holds_bits or self.bit is not None

    def of_element(self, width: int) -> Address:
        """Return where the element itself stands, each being `width` registers long."""
        if self.bit is None:
            return replace(self, number=self.number + self.element * width, element=0)
        further, bit = divmod(self.bit + self.element, _BITS)
        return replace(self, number=self.number + further, bit=bit, element=0)


@dataclass(frozen=True, slots=True)
class Place:
    """A tag, how it is laid out and the stretch of its table it takes up."""

    tag: Tag
    address: Address
    form: Form

    @property
    def width(self) -> int:
        """Return how many places of its table it takes."""
        return self.form.width

    @property
    def end(self) -> int:
        """Return the first place after it."""
        return self.address.number + self.form.width


def parse(text: str, first: int = 0) -> Address:
    """Return what `text` says, plain addresses being counted from `first`; raises `ValueError` with a sentence."""
    stripped = text.strip()
    address = _plain(stripped, first) or _modicon(stripped)
    if address is None:
        raise ValueError(f"address '{text}' is not like holding:100, input:5, coil:3, discrete:2, holding:100.5 or 40101")
    if address.number > HIGHEST:
        raise ValueError(f"address '{text}' is beyond the last one a device can have")
    if address.bit is not None and (address.table.holds_bits or address.bit >= _BITS):
        raise ValueError(f"address '{text}': only registers have bits, 0 to 15")
    return address


def place(device: str, tag: Tag, first: int = 0, order: ByteOrder = ByteOrder.ABCD) -> Place:
    """Return where `tag` stands on a device with that byte order; raises `MachineSetupError` for what can't be there."""
    try:
        form = Form.of(tag, order)
        where = Place(tag, parse(tag.address, first).of_element(form.width), form)
        _check(where)
        _check_writable(where)
    except ValueError as error:
        raise MachineSetupError(device, str(error), tag.name) from error
    return where


def _plain(text: str, first: int) -> Address | None:
    found = _PLAIN.fullmatch(text)
    if found is None or found["table"] not in tuple(Table):
        return None
    if int(found["number"]) < first:
        raise ValueError(f"address '{text}' is below the first one; this device counts from {first}")
    return _address(Table(found["table"]), int(found["number"]) - first, found)


def _modicon(text: str) -> Address | None:
    found = _MODICON.fullmatch(text)
    if found is None:
        return None
    number = int(found["number"])
    if not number:
        raise ValueError(f"address '{text}' is below the first one; such addresses count from 1")
    return _address(_MODICON_TABLES[found["table"]], number - 1, found)


def _address(table: Table, number: int, found: re.Match[str]) -> Address:
    bit = None if found["bit"] is None else int(found["bit"])
    return Address(table, number, bit, int(found["element"] or 0))


def _check(where: Place) -> None:
    tag, address = where.tag, where.address
    if address.is_bit and tag.data_type is not DataType.BOOL:
        raise ValueError(f"address '{tag.address}' is a single bit, so its type must be bool, not {tag.data_type}")
    if not address.is_bit and tag.data_type is DataType.BOOL:
        raise ValueError(f"a bool in a register needs its bit, like {tag.address}.0")
    if address.table.holds_bits and "order" in tag.options:
        raise ValueError(f"option 'order' has no meaning for '{tag.address}': it is a single bit")
    if where.end - 1 > HIGHEST:
        raise ValueError(f"a {tag.data_type} at '{tag.address}' would reach beyond the last address, {HIGHEST}")


def _check_writable(where: Place) -> None:
    tag, address = where.tag, where.address
    if not tag.writable:
        return
    if not address.table.is_writable:
        raise ValueError(f"address '{tag.address}' can't be written; only holding registers and coils can")
    if address.bit is not None:
        raise ValueError(f"one bit of a register can't be written without touching its neighbours: '{tag.address}'")
    if where.width > MOST_WRITTEN:
        raise ValueError(f"{where.width} registers at '{tag.address}' can't be written at once; at most {MOST_WRITTEN} can")
