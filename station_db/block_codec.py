"""How the samples of one tag are packed into a block: they come back to the bit, missing and uncertain ones included.

Codec 1. Four bytes say how the values were told as numbers (`Form`, decimals), and how long the part is that says their quality;
then that part (zstd, a byte a sample, nothing where all is good), then the values that are there as whole numbers (`integers`).
"""

from __future__ import annotations

import struct
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from station_db import integers
from station_db.integers import Whole

CODEC = 1
GOOD, UNCERTAIN, MISSING = 0, 1, 2
"""The quality of a sample."""
DTYPES = {"int64": np.dtype("<i8"), "uint64": np.dtype("<u8"), "float64": np.dtype("<f8"), "float32": np.dtype("<f4")}
_HEAD = struct.Struct("<BBHI")
_MOST_DECIMALS = 6
_EXACT = 2.0**53
_TASTED = 32
"""So many samples are tried before all are."""

Values = NDArray[np.generic]
Qualities = NDArray[np.uint8]


class Form(IntEnum):
    """How a value became a whole number."""

    WHOLE = 0
    TIMES = 1
    """A whole number times a power of ten below one."""
    OVER = 2
    """A whole number over a power of ten."""
    BITS = 3
    """The float's own bits."""


def packed(values: Values, quality: Qualities) -> bytes:
    """Pack the samples of one tag; `values` has one of `DTYPES`, where quality says missing it may hold anything."""
    is_all_there = bool((quality != MISSING).all())
    said = values if is_all_there else values[quality != MISSING]
    doubts = integers.squeezed(quality.tobytes()) if quality.any() else b""
    form, decimals, body = _told(said)
    return _HEAD.pack(form, decimals, 0, len(doubts)) + doubts + body


def unpacked(kind: str, count: int, data: bytes) -> tuple[Values, Qualities]:
    """So many samples of a type and their quality; a missing one is 0. Raises `ValueError` where they are not these."""
    form, decimals, _, length = _HEAD.unpack_from(data)
    begin = _HEAD.size
    quality = np.zeros(count, np.uint8)
    if length:
        quality = np.frombuffer(integers.expanded(data[begin : begin + length]), np.uint8)
    there = quality != MISSING if length else None
    said = _heard(kind, Form(form), decimals, data[begin + length :], count if there is None else int(there.sum()))
    if there is None:
        return said, quality
    values = np.zeros(count, DTYPES[kind])
    values[there] = said
    return values, quality


def _told(said: Values) -> tuple[Form, int, bytes]:
    if said.dtype.kind != "f":
        return Form.WHOLE, 0, integers.packed(said.view(np.int64))
    scaled = _scaled(said)
    if scaled is not None:
        form, decimals, numbers = scaled
        return form, decimals, integers.packed(numbers)
    return Form.BITS, 0, integers.packed_bits(_bits(said))


def _heard(kind: str, form: Form, decimals: int, body: bytes, count: int) -> Values:
    dtype = DTYPES[kind]
    if form is Form.BITS:
        return integers.unpacked_bits(body, count, dtype.itemsize).view(dtype)
    numbers = integers.unpacked(body, count)
    return numbers.view(dtype) if form is Form.WHOLE else _back(numbers, form, decimals, dtype)


def _scaled(said: Values) -> tuple[Form, int, Whole] | None:
    """The whole numbers that give these floats to the bit, with the fewest decimals; None where there are none."""
    with np.errstate(all="ignore"):
        for decimals in range(_MOST_DECIMALS + 1):
            for form in (Form.TIMES, Form.OVER):
                if _numbers(said[:_TASTED], form, decimals) is None:
                    continue
                numbers = _numbers(said, form, decimals)
                if numbers is not None:
                    return form, decimals, numbers
    return None


def _numbers(said: Values, form: Form, decimals: int) -> Whole | None:
    rounded = np.rint(said.astype(np.float64) * 10.0**decimals)
    if not (np.abs(rounded) < _EXACT).all():
        return None
    numbers = rounded.astype(np.int64)
    return numbers if np.array_equal(_bits(_back(numbers, form, decimals, said.dtype)), _bits(said)) else None


def _back(numbers: Whole, form: Form, decimals: int, dtype: np.dtype[np.generic]) -> Values:
    floats = numbers * 10.0**-decimals if form is Form.TIMES else numbers / 10.0**decimals
    return floats.astype(dtype, copy=False)


def _bits(floats: Values) -> Values:
    return floats.view(f"<u{floats.dtype.itemsize}")
