"""asyncua's types to ours and back. Pure; knows asyncua."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from typing import Any

from asyncua import ua
from asyncua.ua.ua_binary import variant_to_binary

from drivers.opcua.address import NodeAddress
from drivers.opcua.notification import BAD_NODE_ID_UNKNOWN, Notification
from drivers.opcua.refusals import NotWrittenError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SIGN_EVERY_MS = 1000


def parameters(period_ms: int, lifetime_ms: int) -> ua.CreateSubscriptionParameters:
    """Return a subscription that publishes every `period_ms`, and at least an empty sign of life every second."""
    sign_every = max(1, round(_SIGN_EVERY_MS / period_ms))
    return ua.CreateSubscriptionParameters(
        RequestedPublishingInterval=period_ms,
        RequestedLifetimeCount=max(3 * sign_every, round(lifetime_ms / period_ms)),
        RequestedMaxKeepAliveCount=sign_every,
        MaxNotificationsPerPublish=0,
        PublishingEnabled=True,
        Priority=0,
    )


def notification(node: NodeAddress, found: ua.DataValue) -> Notification:
    """Return what the server says of `node`; its own time is the source's, else the server's."""
    status = found.StatusCode.value if found.StatusCode is not None else 0
    value = found.Value.Value if found.Value is not None else None
    return Notification(node, value, status, _microseconds(found.SourceTimestamp or found.ServerTimestamp))


def unknown(node: NodeAddress) -> Notification:
    """Return what to say of a node whose namespace the server does not have."""
    return Notification(node, None, BAD_NODE_ID_UNKNOWN, None)


def variant(raw: Any, variant_type: ua.VariantType) -> ua.Variant:
    """Return `raw` typed; raises `NotWrittenError` where it does not fit, before anything is sent."""
    is_real = variant_type in (ua.VariantType.Float, ua.VariantType.Double) and isinstance(raw, int | float)
    typed = ua.Variant(float(raw) if is_real else raw, variant_type)
    try:
        variant_to_binary(typed)
    except (struct.error, ua.UaError, TypeError, AttributeError, ValueError) as error:
        raise NotWrittenError("BadTypeMismatch") from error
    return typed


def _microseconds(time: datetime | None) -> int | None:
    if time is None:
        return None
    aware = time if time.tzinfo is not None else time.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(microseconds=1)
