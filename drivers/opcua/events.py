"""One subscription to the events of one node, each as the fields that were asked for. Knows asyncua."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds

from drivers.opcua.published import Published

if TYPE_CHECKING:
    from drivers.opcua.session import Session

_PUBLISH_MS = 250
_SIGNS_EVERY = 4
_LIFETIME = 120
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
            made = await self._session.publishing.watch(_parameters(), self._hear)
            self.subscription = int(made.SubscriptionId)
            (answer,) = await self._session.publishing.create_monitored_items(
                ua.CreateMonitoredItemsParameters(
                    SubscriptionId=ua.IntegerId(self.subscription),
                    TimestampsToReturn=ua.TimestampsToReturn.Both,
                    ItemsToCreate=[_request(notifier, clauses)],
                )
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
    wanted = ua.MonitoringParameters(
        ClientHandle=ua.IntegerId(1),
        SamplingInterval=ua.Duration(0),
        Filter=ua.EventFilter(SelectClauses=list(clauses)),
        QueueSize=ua.Counter(_QUEUE),
        DiscardOldest=True,
    )
    watched = ua.ReadValueId(NodeId=notifier, AttributeId=AttributeIds.EventNotifier)
    return ua.MonitoredItemCreateRequest(
        ItemToMonitor=watched, MonitoringMode=ua.MonitoringMode.Reporting, RequestedParameters=wanted
    )


def _parameters() -> ua.CreateSubscriptionParameters:
    return ua.CreateSubscriptionParameters(
        RequestedPublishingInterval=ua.Duration(_PUBLISH_MS),
        RequestedLifetimeCount=ua.Counter(_LIFETIME),
        RequestedMaxKeepAliveCount=ua.Counter(_SIGNS_EVERY),
        MaxNotificationsPerPublish=ua.Counter(0),
        PublishingEnabled=True,
        Priority=ua.Byte(0),
    )
