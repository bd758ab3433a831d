"""What a server is asked for when it shall tell by itself: a subscription, and what is watched in it. Knows asyncua."""

from __future__ import annotations

from collections.abc import Sequence

from asyncua import ua


def subscription(publishing_ms: int, signs_every: int, lifetime: int) -> ua.CreateSubscriptionParameters:
    """Return one that says every so many publishings at least that it lives; without us it ends after `lifetime` of them."""
    return ua.CreateSubscriptionParameters(
        RequestedPublishingInterval=ua.Duration(publishing_ms),
        RequestedLifetimeCount=ua.Counter(lifetime),
        RequestedMaxKeepAliveCount=ua.Counter(signs_every),
        MaxNotificationsPerPublish=ua.Counter(0),
        PublishingEnabled=True,
        Priority=ua.Byte(0),
    )


def items(number: int, requests: Sequence[ua.MonitoredItemCreateRequest]) -> ua.CreateMonitoredItemsParameters:
    """Return these as items of a subscription, by its number at the server."""
    return ua.CreateMonitoredItemsParameters(
        SubscriptionId=ua.IntegerId(number), TimestampsToReturn=ua.TimestampsToReturn.Both, ItemsToCreate=list(requests)
    )


def item(watched: ua.ReadValueId, wanted: ua.MonitoringParameters) -> ua.MonitoredItemCreateRequest:
    """Return one that is told as long as its subscription lives."""
    return ua.MonitoredItemCreateRequest(
        ItemToMonitor=watched, MonitoringMode=ua.MonitoringMode.Reporting, RequestedParameters=wanted
    )


def unsampled(handle: int, filtered: ua.DataChangeFilter | ua.EventFilter | None, depth: int) -> ua.MonitoringParameters:
    """Return that each of what happens is to be told, up to `depth` between two publishings; then the oldest goes."""
    return ua.MonitoringParameters(
        ClientHandle=ua.IntegerId(handle),
        SamplingInterval=ua.Duration(0),
        Filter=filtered,
        QueueSize=ua.Counter(depth),
        DiscardOldest=True,
    )
