"""Registers to values and back, as each tag's form says. Pure; numpy over all blocks of a group at once."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.driver import WriteRefusedError
from drivers.modbus.address import Place
from drivers.modbus.form import Form
from drivers.modbus.plan import Block
from drivers.modbus.text import decode_text, encode_text
from drivers.modbus.words import Words, from_bcd, numbers, to_bcd
from drivers.scaling import ScalingColumn
from drivers.tag import DataType, Value
from drivers.writing import raw_to_write

_CODES = {
    DataType.INT16: "h",
    DataType.UINT16: "H",
    DataType.INT32: "i",
    DataType.UINT32: "I",
    DataType.INT64: "q",
    DataType.UINT64: "Q",
    DataType.FLOAT32: "f",
    DataType.FLOAT64: "d",
    DataType.BCD16: "H",
    DataType.BCD32: "I",
}


@dataclass(frozen=True, slots=True)
class _Run:
    """Places of one form, decoded in one go: `indexes[i]` are the registers of the i-th, its lowest word last."""

    form: Form
    scalings: ScalingColumn
    indexes: NDArray[np.intp]
    bits: NDArray[np.uint16]

    def decode(self, words: Words) -> list[Value]:
        """Return a value for each place."""
        taken = words[self.indexes]
        match self.form.kind:
            case DataType.BOOL:
                return ((taken[:, 0] >> self.bits) & 1).astype(bool).tolist()
            case DataType.STRING:
                return [decode_text(row, self.form) for row in taken.tolist()]
            case DataType.BCD16 | DataType.BCD32:
                raw, are_digits = from_bcd(numbers(taken, self.form))
                return _listed(self.scalings.to_units(raw), are_digits)
            case _:
                return _listed(self.scalings.to_units(numbers(taken, self.form)))


class Decoder:
    """Decodes the blocks of one group, again and again; its tags stand in its own order, those of a form together."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        found = [
            (place, start + place.address.number - block.start) for block, start in _starts(blocks) for place in block.places
        ]
        runs = [list(run) for _, run in groupby(sorted(found, key=_likeness), key=_likeness)]
        self._runs = [_run(run) for run in runs]
        self.tags = tuple(place.tag.name for run in runs for place, _ in run)
        """The names of the tags whose values `decode` returns."""

    def decode(self, words: Sequence[Words]) -> list[Value]:
        """Return a value for each of `tags`, in units, from the words of each block; None for what is no value of its type."""
        joined = np.concatenate(words)
        values: list[Value] = []
        for run in self._runs:
            values += run.decode(joined)
        return values


def words_to_write(device: str, place: Place, value: Value) -> list[int]:
    """Return the registers (for a coil its 0 or 1) that say `value`; raises `WriteRefusedError` with the reason."""
    raw = raw_to_write(device, place.tag, value)
    try:
        return encode(raw, place.form)
    except ValueError as error:
        raise WriteRefusedError(device, f"'{place.tag.name}' was not written: {error}") from error


def encode(raw: float | str, form: Form) -> list[int]:
    """Return the registers that hold `raw`, a number that fits (see `drivers.writing`); raises `ValueError` for a wrong text."""
    if isinstance(raw, str):
        return encode_text(raw, form)
    if form.kind is DataType.BOOL:
        return [int(raw)]
    if form.kind in (DataType.BCD16, DataType.BCD32):
        raw = to_bcd(int(raw))
    packed = struct.pack(f">{_CODES[form.kind]}", raw)
    words = list(struct.unpack(f"{'<' if form.order.swaps_bytes else '>'}{len(packed) // 2}H", packed))
    return words[::-1] if form.order.has_low_word_first else words


def _starts(blocks: Sequence[Block]) -> list[tuple[Block, int]]:
    """Each block with where it begins once all stand behind each other."""
    ends = np.cumsum([0, *(block.count for block in blocks)]).tolist()
    return list(zip(blocks, ends[:-1], strict=True))


def _likeness(found: tuple[Place, int]) -> tuple[str, str, int, str, bool]:
    place, _ = found
    form = place.form
    return form.kind, form.order, form.length, form.encoding, ScalingColumn.is_needed(place.tag)


def _run(found: Sequence[tuple[Place, int]]) -> _Run:
    form = found[0][0].form
    starts = np.array([start for _, start in found], dtype=np.intp)
    steps = (
        np.arange(form.width)[::-1]
        if form.order.has_low_word_first and form.kind is not DataType.STRING
        else np.arange(form.width)
    )
    bits = [_bit(place) for place, _ in found]
    return _Run(form, ScalingColumn([place.tag for place, _ in found]), starts[:, None] + steps, np.array(bits, dtype=np.uint16))


def _bit(place: Place) -> int:
    """Return which bit of the register, as it came, the place stands for."""
    bit = place.address.bit
    if bit is None:
        return 0
    return bit ^ 8 if place.form.order.swaps_bytes else bit


def _listed(values: NDArray[Any], are_values: NDArray[np.bool_] | None = None) -> list[Value]:
    """Return plain numbers; None for what is none."""
    if values.dtype.kind == "f":
        finite = np.isfinite(values)
        are_values = finite if are_values is None else finite & are_values
    listed = values.tolist()
    if are_values is not None and not are_values.all():
        for at in np.flatnonzero(~are_values).tolist():
            listed[at] = None
    return listed
