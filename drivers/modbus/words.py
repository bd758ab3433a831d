"""Numbers in registers, many at once. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.modbus.form import Form
from drivers.tag import DataType

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
    DataType.BCD16: "u2",
    DataType.BCD32: "u4",
}
_NOT_A_DIGIT = 10


def numbers(rows: Words, form: Form) -> NDArray[Any]:
    """Return the number each row holds, its highest word first; floats as float64, so that they are what a person sees."""
    code = _CODES[form.kind]
    raw = rows.astype("<u2" if form.order.swaps_bytes else ">u2").view(f">{code}")[:, 0]
    with np.errstate(all="ignore"):  # a signalling NaN is data here; whoever lists the values finds it
        return raw.astype(np.float64 if code[0] == "f" else code)


def from_bcd(raw: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return what the digits say, and whether all of them are digits."""
    shifts = np.arange(raw.dtype.itemsize * 8 - 4, -4, -4)
    digits = (raw[:, None].astype(np.int64) >> shifts) & 15
    are_digits: NDArray[np.bool_] = np.all(digits < _NOT_A_DIGIT, axis=1)
    return digits @ 10 ** np.arange(len(shifts))[::-1], are_digits


def to_bcd(number: int) -> int:
    """Return the digits of `number`, four bits each."""
    return int(str(number), 16)
