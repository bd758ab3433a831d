"""Why a tag has no value although the server answers: what somebody must change, in a sentence. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from drivers.opcua.address import Place
from drivers.opcua.codec import has_part, part, reading
from drivers.opcua.notification import Notification, Untold, quality
from drivers.reading import Quality
from drivers.tag import DataType

_REASONS = {
    0x80340000: "the server has no such node",
    0x80330000: "the server can't read such a node id",
    0x80350000: "the node is none that has a value",
    0x803A0000: "the server does not let it be read",
    0x801F0000: "the server does not let this user read it",
}
_NEVER = {bytes: "bytes", UUID: "a GUID", datetime: "a date"}
_NAMED = 3


def misfit(place: Place, told: Notification) -> str | None:
    """Return why `place` can't have a value from a node that tells this; None where it may well have one."""
    if isinstance(told.value, Untold):
        return told.value.reason
    if told.status in _REASONS:
        return _REASONS[told.status]
    if quality(told.status) is Quality.BAD or told.value is None or reading(place, told)[0] is not None:
        return None
    path = place.address.path
    if path and not has_part(part(told.value, path[:-1]), path[-1]):
        return "its value has no such part"
    return _wrong_kind(place.tag.data_type, part(told.value, path))


def _wrong_kind(wanted: DataType, value: Any) -> str | None:
    """Say what a value is that is not what the tag says; a number out of its range may come back, and so may none."""
    for kind, words in _NEVER.items():
        if isinstance(value, kind):
            return f"it holds {words}, which can't be a tag's value"
    if isinstance(value, list | tuple):
        return "it holds an array; name an element of it, as in [0]"
    if isinstance(value, str) or hasattr(value, "Text"):
        return f"it holds text, not {wanted}" if wanted is not DataType.STRING else None
    if isinstance(value, bool | int | float):
        is_number = not isinstance(value, bool)
        return (
            None if is_number and wanted not in (DataType.BOOL, DataType.STRING) else f"it holds a {_word(value)}, not {wanted}"
        )
    return None if value is None else "it holds a structure; name a field of it, as in /Field"


def _word(value: float) -> str:
    return "switch" if isinstance(value, bool) else "number"


def summary(found: Sequence[tuple[Place, str]], others: int) -> str:
    """Return one sentence of all that can't be read; the first are named."""
    named = "; ".join(f"'{place.tag.name}': {why}" for place, why in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return f"{named}{more}; {others} others are read"
