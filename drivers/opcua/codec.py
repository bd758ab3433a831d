"""Values as a server gives them to values of the tag's type, in its unit. Pure."""

from __future__ import annotations

import math
from typing import Any

from drivers.opcua.address import Place
from drivers.opcua.notification import Notification
from drivers.reading import Quality
from drivers.scaling import Scaling
from drivers.tag import DataType, Value
from drivers.writing import INTEGER_BITS


def reading(place: Place, notification: Notification) -> tuple[Value, Quality]:
    """Return value and quality of `place`; what does not fit the tag's type is bad, never bent."""
    if notification.quality is Quality.BAD:
        return None, Quality.BAD
    value = decode(place, notification.value)
    return value, Quality.BAD if value is None else notification.quality


def decode(place: Place, found: Any) -> Value:
    """Return `found`, or the part the tag stands for, as the tag's type; None where it is not that."""
    address, kind = place.address, place.tag.data_type
    raw = found if address.field is None else getattr(found, address.field, None)
    if address.bit is not None:
        return _bit(raw, address.bit)
    if kind is DataType.STRING:
        return _text(raw)
    if kind is DataType.BOOL:
        return raw if isinstance(raw, bool) else None
    number = _integer(raw, kind) if kind in INTEGER_BITS else _real(raw)
    return None if number is None else _finite(Scaling.of(place.tag).to_units(number))


def _bit(raw: Any, bit: int) -> bool | None:
    return bool(raw >> bit & 1) if isinstance(raw, int) and not isinstance(raw, bool) else None


def _text(raw: Any) -> str | None:
    text = getattr(raw, "Text", raw)  # a localized text holds its text there
    return text if isinstance(text, str) else None


def _integer(raw: Any, kind: DataType) -> int | None:
    """Return a whole number that fits `kind`; an enumeration is its number."""
    if isinstance(raw, bool) or not isinstance(raw, int):
        return None
    bits, signed = INTEGER_BITS[kind]
    low = -(1 << bits - 1) if signed else 0
    return int(raw) if low <= raw < low + (1 << bits) else None


def _real(raw: Any) -> float | None:
    return float(raw) if isinstance(raw, int | float) and not isinstance(raw, bool) else None


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
