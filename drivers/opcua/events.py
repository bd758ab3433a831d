"""One subscription to the events of one node, each as the fields that were asked for. Knows asyncua."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds

from drivers.opcua import reporting
from drivers.opcua.published import Published

if TYPE_CHECKING:
    from drivers.opcua.session import Session

_SUBSCRIPTION = reporting.subscription(publishing_ms=250, signs_every=4, lifetime=120)
_QUEUE = 10_000
_CONNECT_S = 10.0
_SILENT_S = 3.0

Fields = Sequence[Any]
"""The values of an event in the order of the select clauses; None for what it does not have."""


class EventWatch:
    """The events of one node for as long as one session lasts."""

    def __init__(self, session: Session, told: Callable[[Fields], None]) -> None:
        self._session = session
        self._told = told
        self._heard_at = float("inf")
        self.subscription = 0
        """Its number at the server."""

    async def begin(self, notifier: ua.NodeId, clauses: Sequence[ua.SimpleAttributeOperand]) -> None:
        """Have the server tell every event of `notifier`. Raises `LinkLostError`."""
        async with self._session.guard(_CONNECT_S):
            made = await self._session.publishing.watch(_SUBSCRIPTION, self._hear)
            self.subscription = int(made.SubscriptionId)
            (answer,) = await self._session.publishing.create_monitored_items(
                reporting.items(self.subscription, [_request(notifier, clauses)])
            )
            answer.StatusCode.check()
        self._heard_at = asyncio.get_running_loop().time()
        self._session.also_check(self.is_silent)

    def is_silent(self, now: float) -> bool:
        """Say whether the server no longer even tells that nothing happened; `now` is the loop's clock."""
        return now - self._heard_at > _SILENT_S

    def _hear(self, _subscription: int, published: Published) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        if published.other is None:
            return
        for part in published.other.NotificationMessage.NotificationData or ():
            if isinstance(part, ua.EventNotificationList):
                for event in part.Events:
                    self._told([field.Value for field in event.EventFields])
            elif isinstance(part, ua.StatusChangeNotification):
                self._session.end(part.Status.name)


def clause(type_id: int, path: str) -> ua.SimpleAttributeOperand:
    """Ask for a field of an event type; without a path for the node of the condition itself."""
    return ua.SimpleAttributeOperand(
        TypeDefinitionId=ua.NodeId(ua.Int32(type_id)),
        BrowsePath=[ua.QualifiedName(name) for name in path.split("/")] if path else [],
        AttributeId=AttributeIds.Value if path else AttributeIds.NodeId,
    )


def _request(notifier: ua.NodeId, clauses: Sequence[ua.SimpleAttributeOperand]) -> ua.MonitoredItemCreateRequest:
    # Without a where clause: some controllers take none, and what is no condition is left out here.
    watched = ua.ReadValueId(NodeId=notifier, AttributeId=AttributeIds.EventNotifier)
    return reporting.item(watched, reporting.unsampled(1, ua.EventFilter(SelectClauses=list(clauses)), _QUEUE))
