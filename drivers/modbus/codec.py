"""Registers to values and back, in the device's word order. Pure; numpy over a whole block."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.modbus.address import WIDTHS, Place
from drivers.modbus.plan import Block
from drivers.scaling import Scaling
from drivers.tag import DataType, Value

Words = NDArray[np.uint16]
"""Registers as the device sent them; for coils and discrete inputs one 0 or 1 a place."""

_CODES = {
    DataType.INT16: "i2",
    DataType.UINT16: "u2",
    DataType.INT32: "i4",
    DataType.UINT32: "u4",
    DataType.INT64: "i8",
    DataType.UINT64: "u8",
    DataType.FLOAT32: "f4",
    DataType.FLOAT64: "f8",
}
_PACKING = {"i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q", "f4": "f", "f8": "d"}


class WordOrder(StrEnum):
    """Which word of a longer value comes first; within a word the high byte always does."""

    BIG = "big"
    LITTLE = "little"


@dataclass(frozen=True, slots=True)
class _Run:
    """Places of one kind, decoded in one go: `positions[i]` in the block gets the value at `indexes[i]`."""

    kind: DataType
    scaling: Scaling
    positions: tuple[int, ...]
    indexes: NDArray[np.intp]
    bits: NDArray[np.uint16]


class BlockDecoder:
    """Decodes one planned block, again and again."""

    def __init__(self, block: Block, order: WordOrder) -> None:
        self._length = len(block.places)
        numbered = sorted(enumerate(block.places), key=lambda each: _kind(each[1]))
        self._runs = [_run(list(run), block, order) for _, run in groupby(numbered, key=lambda each: _kind(each[1]))]

    def decode(self, words: Words) -> list[Value]:
        """Return a value for each place of the block, in units; None where the wire held no number (NaN, infinity)."""
        values: list[Value] = [None] * self._length
        for run in self._runs:
            for position, value in zip(run.positions, _decode_run(run, words), strict=True):
                values[position] = value
        return values


def encode(raw: float, kind: DataType, order: WordOrder) -> list[int]:
    """Return the registers that hold `raw`, which must fit `kind` (see `drivers.writing`)."""
    code = _PACKING[_CODES[kind]]
    packed = struct.pack(f">{code}", raw)
    words = list(struct.unpack(f">{len(packed) // 2}H", packed))
    return words if order is WordOrder.BIG else words[::-1]


def _kind(place: Place) -> tuple[str, float, float]:
    return place.tag.data_type, place.tag.scale, place.tag.offset


def _run(numbered: Sequence[tuple[int, Place]], block: Block, order: WordOrder) -> _Run:
    places = [place for _, place in numbered]
    kind = places[0].tag.data_type
    width = WIDTHS[kind]
    steps = range(width) if order is WordOrder.BIG else range(width - 1, -1, -1)
    indexes = [[place.address.number - block.start + step for step in steps] for place in places]
    return _Run(
        kind,
        Scaling.of(places[0].tag),
        tuple(position for position, _ in numbered),
        np.array(indexes, dtype=np.intp),
        np.array([place.address.bit or 0 for place in places], dtype=np.uint16),
    )


def _decode_run(run: _Run, words: Words) -> list[Value]:
    taken = words[run.indexes]
    if run.kind is DataType.BOOL:
        return ((taken[:, 0] >> run.bits) & 1).astype(bool).tolist()
    raw = taken.astype(">u2").view(f">{_CODES[run.kind]}")[:, 0]
    return _scaled(raw.astype(raw.dtype.newbyteorder("=")), run.scaling)


def _scaled(raw: NDArray[Any], scaling: Scaling) -> list[Value]:
    with np.errstate(all="ignore"):  # signalling NaN and overflow are data here, found below
        wide = raw.astype(np.float64) if raw.dtype.kind == "f" else raw
        values: NDArray[Any] = scaling.to_units(wide)
    if values.dtype.kind != "f":
        return values.tolist()
    return [value if finite else None for value, finite in zip(values.tolist(), np.isfinite(values).tolist(), strict=True)]
