"""One group's subscription: what was asked, what the server really gives, and whether it still tells. Knows asyncua."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds

from drivers.opcua import reporting
from drivers.opcua.arrivals import Arrivals, Ears
from drivers.opcua.groups import Group
from drivers.opcua.published import Published

if TYPE_CHECKING:
    from drivers.opcua.session import Session

_SLOWEST_PUBLISH_MS = 500
"""A group of minutes is published as often too, so that its silence is noticed."""
_LIFETIME_MS = 30_000
_LEAST_DEPTH = 10
_CONNECT_S = 10.0
_LEAST_SILENCE_S = 1.5
_MISSED_SIGNS = 2.5
_UNKNOWN = frozenset({"BadNodeIdUnknown", "BadNodeIdInvalid"})
_FILTER_REFUSED = frozenset(
    {"BadMonitoredItemFilterUnsupported", "BadFilterNotAllowed", "BadMonitoredItemFilterInvalid", "BadDeadbandFilterInvalid"}
)


@dataclass(frozen=True, slots=True)
class _Item:
    """One node the server watches: its number there, and what it gives of what was asked."""

    handle: int
    number: int
    sampling_ms: float
    depth: int


class Watch:
    """One group of one session; see `Session.watch`."""

    def __init__(self, session: Session, group: Group, sampling_ms: float, ears: Ears) -> None:
        self._session = session
        self._group = group
        self._asked_ms = sampling_ms
        self._ears = ears
        self._number = 0
        self._publishing_ms = 0.0
        self._silence_s = math.inf
        self._told_at = math.inf
        self._sequence: int | None = None
        self._unfiltered: set[int] = set()
        self._taken: dict[int, _Item] = {}
        self.unknown: set[int] = set()
        """Handles of nodes the server does not have."""
        self.is_slowed = False
        """Whether the server keeps too few values of an item, so that it is sampled more seldom."""
        self.refused: dict[int, str] = {}
        """Handles of nodes it has but does not watch, and its status codes' names."""

    @property
    def watched(self) -> int:
        """Count what the server watches."""
        return len(self._taken)

    @property
    def sampling_ms(self) -> float:
        """Return how often the slowest item is really sampled."""
        return max((item.sampling_ms for item in self._taken.values()), default=self._asked_ms)

    def is_silent(self, now: float) -> bool:
        """Say whether the server no longer even tells that nothing changed; `now` is the loop's clock."""
        return now - self._told_at > self._silence_s

    async def begin(self) -> None:
        """Make the subscription and have every node watched."""
        asked = _parameters(min(self._group.period_ms, _SLOWEST_PUBLISH_MS))
        async with self._session.guard(_CONNECT_S):
            made = await self._session.publishing.watch(asked, self._hear)
        self._number = int(made.SubscriptionId)
        self._publishing_ms = max(1.0, made.RevisedPublishingInterval)
        sign_s = self._publishing_ms * max(1, made.RevisedMaxKeepAliveCount) / 1000
        self._silence_s = max(_LEAST_SILENCE_S, _MISSED_SIGNS * sign_s)
        self._told_at = asyncio.get_running_loop().time()
        await self._add(range(len(self._group.nodes)))

    async def look_again(self) -> None:
        """Try the nodes once more that the server did not have: a program that starts may make them late."""
        missing, self.unknown = sorted(self.unknown), set[int]()
        await self._add(missing)

    async def _add(self, handles: Sequence[int]) -> None:
        """Have the server watch these nodes, those without a filter that refuse one, and slower where a queue is short."""
        refused = await self._create(handles)
        without = [handle for handle, name in refused.items() if name in _FILTER_REFUSED and handle not in self._unfiltered]
        self._unfiltered.update(without)
        refused |= await self._create(without) if without else {}
        for handle in handles:
            if refused.get(handle) in _UNKNOWN:
                self.unknown.add(handle)
            elif handle in refused and handle not in self._taken:
                self.refused[handle] = refused[handle]
        await self._slow_down([item for handle in handles if (item := self._taken.get(handle)) and self._is_short(item)])

    async def _create(self, handles: Sequence[int]) -> dict[int, str]:
        """Return why which were refused."""
        found = {handle: self._session.node_id(self._group.nodes[handle]) for handle in handles}
        wanted = [self._request(handle, node) for handle, node in found.items() if node is not None]
        answers = await self._session.in_pieces(wanted, self._session.limits.watch, self._ask)
        refused = {handle: "BadNodeIdUnknown" for handle, node in found.items() if node is None}
        for request, answer in zip(wanted, answers, strict=True):
            handle = int(request.RequestedParameters.ClientHandle)
            if answer.StatusCode.is_bad():
                refused[handle] = answer.StatusCode.name
            else:
                number, sampling_ms = int(answer.MonitoredItemId), float(answer.RevisedSamplingInterval)
                self._taken[handle] = _Item(handle, number, sampling_ms, int(answer.RevisedQueueSize))
        return refused

    async def _ask(self, piece: Sequence[ua.MonitoredItemCreateRequest]) -> Sequence[ua.MonitoredItemCreateResult]:
        return await self._session.publishing.create_monitored_items(reporting.items(self._number, piece))

    def _request(self, handle: int, node: ua.NodeId) -> ua.MonitoredItemCreateRequest:
        filtered = None if handle in self._unfiltered else _deadband(self._group.deadbands[handle])
        watched = ua.ReadValueId(NodeId=node, AttributeId=AttributeIds.Value)
        return reporting.item(watched, self._sampled(handle, self._asked_ms, filtered))

    def _sampled(self, handle: int, sampling_ms: float, filtered: ua.DataChangeFilter | None) -> ua.MonitoringParameters:
        depth = max(_LEAST_DEPTH, 2 * math.ceil(self._publishing_ms / sampling_ms))
        return ua.MonitoringParameters(
            ClientHandle=ua.IntegerId(handle),
            SamplingInterval=ua.Duration(sampling_ms),
            Filter=filtered,
            QueueSize=ua.Counter(depth),
            DiscardOldest=True,
        )

    def _is_short(self, item: _Item) -> bool:
        """Say whether more samples fall between two publishings than the server keeps."""
        return item.sampling_ms > 0 and item.depth * item.sampling_ms < self._publishing_ms

    async def _slow_down(self, items: Sequence[_Item]) -> None:
        """Sample these no more often than their queues hold: a value that is thrown away is a gap, one not taken is none."""

        async def ask(piece: Sequence[_Item]) -> Sequence[ua.MonitoredItemModifyResult]:
            asked = ua.ModifyMonitoredItemsParameters(
                SubscriptionId=ua.IntegerId(self._number),
                TimestampsToReturn=ua.TimestampsToReturn.Both,
                ItemsToModify=[self._slower(item) for item in piece],
            )
            return await self._session.publishing.modify_monitored_items(asked)

        answers = await self._session.in_pieces(items, self._session.limits.watch, ask)
        for item, answer in zip(items, answers, strict=True):
            if not answer.StatusCode.is_bad():
                sampling_ms, depth = float(answer.RevisedSamplingInterval), int(answer.RevisedQueueSize)
                self._taken[item.handle] = _Item(item.handle, item.number, sampling_ms, depth)
                self.is_slowed = True

    def _slower(self, item: _Item) -> ua.MonitoredItemModifyRequest:
        filtered = None if item.handle in self._unfiltered else _deadband(self._group.deadbands[item.handle])
        parameters = self._sampled(item.handle, self._publishing_ms / max(1, item.depth), filtered)
        return ua.MonitoredItemModifyRequest(ua.IntegerId(item.number), parameters)

    def _hear(self, _subscription: int, told: Published) -> None:
        """Take one publish response."""
        self._told_at = asyncio.get_running_loop().time()
        if told.other is not None:
            self._hear_other(told.other)
        self._count(told)
        if max(told.arrivals.handles, default=0) >= len(self._group.nodes):
            self._ears.ended("BadMonitoredItemIdInvalid")  # it tells what was never asked for, so nothing of it is believed
        elif len(told.arrivals):
            self._ears.told(self._plain(told.arrivals))

    def _hear_other(self, told: ua.PublishResult) -> None:
        for each in told.NotificationMessage.NotificationData or []:
            if isinstance(each, ua.StatusChangeNotification) and each.Status.is_bad():
                self._ears.ended(each.Status.name)

    def _count(self, told: Published) -> None:
        """Notice messages that never came; a keep-alive bears the number of the next."""
        if self._sequence is not None and told.sequence not in (self._sequence, 1):
            self._ears.missed(max(1, told.sequence - self._sequence))
        self._sequence = told.sequence if told.is_keep_alive else told.sequence + 1

    def _plain(self, arrivals: Arrivals) -> Arrivals:
        if self._group.has_structures:
            plain = self._session.structures.plain
            arrivals.values = [plain(value) for value in arrivals.values]
        return arrivals


def _parameters(publishing_ms: int) -> ua.CreateSubscriptionParameters:
    """Return a subscription that says at least every half second that it lives."""
    signs = max(1, _SLOWEST_PUBLISH_MS // publishing_ms)
    return reporting.subscription(publishing_ms, signs, max(3 * signs, round(_LIFETIME_MS / publishing_ms)))


def _deadband(raw: float) -> ua.DataChangeFilter | None:
    if not raw:
        return None
    return ua.DataChangeFilter(
        Trigger=ua.DataChangeTrigger.StatusValue, DeadbandType=ua.UInt32(ua.DeadbandType.Absolute), DeadbandValue=ua.Double(raw)
    )
