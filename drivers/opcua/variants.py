"""asyncua's types to ours and back. Pure; knows asyncua."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from asyncua import ua
from asyncua.ua.ua_binary import variant_to_binary

from drivers.opcua.address import STANDARD, NodeAddress
from drivers.opcua.notification import BAD_NODE_ID_UNKNOWN, Notification, Untold
from drivers.opcua.refusals import NotWrittenError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_YEAR, _LAST_YEAR = 1601, 9999
"""A time of these years stands for none."""


def notification(node: NodeAddress, found: ua.DataValue, plain: Callable[[Any], Any]) -> Notification:
    """Return what the server says of `node`, its structures made `plain`; its own time is the source's, else the server's."""
    status = found.StatusCode.value if found.StatusCode is not None else 0
    value = plain(found.Value.Value) if found.Value is not None else None
    return Notification(node, value, status, microseconds(found.SourceTimestamp or found.ServerTimestamp))


def unknown(node: NodeAddress, namespaces: Iterable[str]) -> Notification:
    """Return what to say of a node whose namespace is none of the server's."""
    others = ", ".join(uri for uri in namespaces if uri != STANDARD) or "none of its own"
    return Notification(node, Untold(f"the server has no namespace {node.namespace}, only {others}"), BAD_NODE_ID_UNKNOWN, None)


def variant(raw: Any, variant_type: ua.VariantType) -> ua.Variant:
    """Return `raw` typed; raises `NotWrittenError` where it does not fit, before anything is sent."""
    is_real = variant_type in (ua.VariantType.Float, ua.VariantType.Double) and isinstance(raw, int | float)
    typed = ua.Variant(float(raw) if is_real else raw, variant_type)
    try:
        variant_to_binary(typed)
    except (struct.error, ua.UaError, TypeError, AttributeError, ValueError) as error:
        raise NotWrittenError("BadTypeMismatch") from error
    return typed


def microseconds(time: datetime | None) -> int | None:
    """Return UTC microseconds since 1970; None for what stands for no time."""
    if time is None or not _FIRST_YEAR < time.year < _LAST_YEAR:
        return None
    aware = time if time.tzinfo is not None else time.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(microseconds=1)
