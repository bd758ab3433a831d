"""Values as a server gives them to values of the tag's type, in its unit. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from drivers.opcua.address import Place
from drivers.opcua.notification import Notification, quality
from drivers.reading import Quality
from drivers.scaling import Scaling
from drivers.tag import DataType, Value
from drivers.writing import INTEGER_BITS

_REALS = (DataType.FLOAT32, DataType.FLOAT64)

Reader = Callable[[Any], Value]
"""From a node's value to the tag's; None where it is not what the tag says, never bent to it."""


def reading(place: Place, notification: Notification) -> tuple[Value, Quality]:
    """Return value and quality of `place`; what does not fit the tag's type is bad."""
    how_good = quality(notification.status)
    value = None if how_good is Quality.BAD else reader(place)(notification.value)
    return value, Quality.BAD if value is None else how_good


def reader(place: Place) -> Reader:
    """Return how the tag's value is read from its node's."""
    plain = _plain_reader(place)
    path = place.address.path
    return (lambda found: plain(part(found, path))) if path else plain


def is_plainly_real(place: Place) -> bool:
    """Say whether the node's value, where it is a finite number with a point, is the tag's as it stands."""
    return place.tag.data_type in _REALS and not place.address.is_part and Scaling.of(place.tag).is_identity


def are_real(values: Sequence[Any]) -> bool:
    """Say at one glance that all are finite numbers with a point; what fails it may still be so, one by one."""
    return set(map(type, values)) == {float} and math.isfinite(sum(values))


def _plain_reader(place: Place) -> Reader:
    kind, bit, scaling = place.tag.data_type, place.address.bit, Scaling.of(place.tag)
    if bit is not None:
        return lambda found: _bit(found, bit)
    if kind is DataType.STRING:
        return _text
    if kind is DataType.BOOL:
        return _switch
    if kind in INTEGER_BITS:
        return _whole_reader(kind, scaling)
    return _real if scaling.is_identity else (lambda found: _scaled(_real(found), scaling))


def part(found: Any, path: tuple[str | int, ...]) -> Any:
    """Follow `path` into structures and arrays; None where it leads nowhere."""
    for step in path:
        found = _step(found, step) if has_part(found, step) else None
    return found


def has_part(found: Any, step: str | int) -> bool:
    """Say whether a structure has the field, or an array the element."""
    if isinstance(step, int):
        return isinstance(found, list | tuple) and step < len(found)
    return step in found if isinstance(found, Mapping) else hasattr(found, step)


def _step(found: Any, step: str | int) -> Any:
    return getattr(found, step) if isinstance(step, str) and not isinstance(found, Mapping) else found[step]


def _bit(raw: Any, bit: int) -> bool | None:
    return bool(raw >> bit & 1) if isinstance(raw, int) and not isinstance(raw, bool) else None


def _text(raw: Any) -> str | None:
    """Return a text; one that is not UTF-8 is none. A localized text holds its text in `Text`."""
    text = getattr(raw, "Text", raw)
    return text if isinstance(text, str) and (text.isascii() or _is_unicode(text)) else None


def _is_unicode(text: str) -> bool:
    """Say whether `text` holds no byte that could not be read."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _switch(raw: Any) -> bool | None:
    return raw if isinstance(raw, bool) else None


def _whole_reader(kind: DataType, scaling: Scaling) -> Reader:
    """Read whole numbers that fit `kind`; an enumeration is its number."""
    bits, signed = INTEGER_BITS[kind]
    low = -(1 << bits - 1) if signed else 0
    high = low + (1 << bits)

    def read(found: Any) -> Value:
        if isinstance(found, int) and low <= found < high and not isinstance(found, bool):
            return int(found) if scaling.is_identity else _scaled(int(found), scaling)
        return None

    return read


def _real(raw: Any) -> float | None:
    if isinstance(raw, float):
        return raw if math.isfinite(raw) else None
    return float(raw) if isinstance(raw, int) and not isinstance(raw, bool) else None


def _scaled(number: float | None, scaling: Scaling) -> float | None:
    if number is None:
        return None
    scaled = scaling.to_units(number)
    return scaled if math.isfinite(scaled) else None
