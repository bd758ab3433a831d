"""What may be written to a machine: refused before it is sent, never bent into range."""

from __future__ import annotations

import math

from drivers.driver import WriteRefusedError
from drivers.scaling import Scaling, whole
from drivers.tag import DataType, Tag, Value

INTEGER_BITS = {
    DataType.INT16: (16, True),
    DataType.UINT16: (16, False),
    DataType.INT32: (32, True),
    DataType.UINT32: (32, False),
    DataType.INT64: (64, True),
    DataType.UINT64: (64, False),
}
WHOLE_RANGES = {
    kind: (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    for kind, (bits, signed) in INTEGER_BITS.items()
} | {DataType.BCD16: (0, 9999), DataType.BCD32: (0, 99_999_999)}
"""The least and the greatest raw number of each type that holds whole ones."""

_FLOAT32_MAX = 3.4028234663852886e38


def raw_to_write(device: str, tag: Tag, value: Value) -> bool | int | float | str:
    """Return the raw value that says `value`; raises `WriteRefusedError` with the reason."""
    if not tag.writable:
        raise _refuse(device, tag, "it is not marked writable")
    if tag.data_type is DataType.STRING:
        return _text(device, tag, value)
    number = _number(device, tag, value)
    _check_limits(device, tag, number)
    if tag.data_type is DataType.BOOL:
        return _switch(device, tag, number)
    raw = Scaling.of(tag).to_raw(number)
    return _integer(device, tag, raw) if tag.data_type in WHOLE_RANGES else _real(device, tag, raw)


def _refuse(device: str, tag: Tag, why: str) -> WriteRefusedError:
    return WriteRefusedError(device, f"'{tag.name}' was not written: {why}")


def _text(device: str, tag: Tag, value: Value) -> str:
    if not isinstance(value, str):
        raise _refuse(device, tag, f"it takes text, not {value!r}")
    return value


def _number(device: str, tag: Tag, value: Value) -> float:
    """Return `value` as a number; an int stays an int, so that 64 bits stay exact."""
    if not isinstance(value, int | float):
        raise _refuse(device, tag, f"it takes a number, not {value!r}")
    if not math.isfinite(value):
        raise _refuse(device, tag, f"{value} is not a number a machine can use")
    return int(value) if isinstance(value, int) else value


def _check_limits(device: str, tag: Tag, number: float) -> None:
    if tag.low is not None and number < tag.low:
        raise _refuse(device, tag, f"{number:g} is below its minimum {tag.low:g}")
    if tag.high is not None and number > tag.high:
        raise _refuse(device, tag, f"{number:g} is above its maximum {tag.high:g}")


def _switch(device: str, tag: Tag, number: float) -> bool:
    if number not in (0, 1):
        raise _refuse(device, tag, f"it is on or off, not {number:g}")
    return bool(number)


def _integer(device: str, tag: Tag, raw: float) -> int:
    exact = whole(raw)
    if exact is None:
        raise _refuse(device, tag, f"the machine counts in steps of {tag.scale:g}, which {raw * tag.scale:g} is not")
    low, high = WHOLE_RANGES[tag.data_type]
    if not low <= exact <= high:
        raise _refuse(device, tag, f"{exact} does not fit its type {tag.data_type}")
    return exact


def _real(device: str, tag: Tag, raw: float) -> float:
    if tag.data_type is DataType.FLOAT32 and abs(raw) > _FLOAT32_MAX:
        raise _refuse(device, tag, f"{raw:g} does not fit its type {tag.data_type}")
    return float(raw)
