"""One subscription to the nodes of the high-rate channels: each new block is told, also one like the last. Knows asyncua."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds

from drivers.driver import Stamp
from drivers.link import RemarkCode
from drivers.opcua import reporting
from drivers.opcua.arrivals import Arrivals
from drivers.opcua.blocks import BlockChannel, Samples
from drivers.opcua.published import Published
from drivers.reading import Event, Remark

if TYPE_CHECKING:
    from drivers.opcua.session import Session

_SUBSCRIPTION = reporting.subscription(publishing_ms=100, signs_every=5, lifetime=300)
_QUEUE = 100
_CONNECT_S = 10.0
_SILENT_S = 3.0
_US = 1_000_000


class BlockWatch:
    """The blocks of one session; begun as a companion of it."""

    def __init__(self, session: Session, channels: Sequence[BlockChannel], stamp: Stamp, tell: Callable[[Event], None]) -> None:
        self._session = session
        self._channels = channels
        self._stamp = stamp
        self._tell = tell
        self._heard_at = float("inf")
        self._sequence: int | None = None

    async def begin(self, device: str) -> None:
        """Have the server tell every block; say which channels it refuses. Raises `LinkLostError`."""
        for channel in self._channels:
            channel.begin()
        async with self._session.guard(_CONNECT_S):
            made = await self._session.publishing.watch(_SUBSCRIPTION, self.hear)
            subscription = int(made.SubscriptionId)
            refused = [await self._watch(subscription, handle) for handle in range(len(self._channels))]
        self._heard_at = asyncio.get_running_loop().time()
        self._session.also_check(self.is_silent)
        self._tell_refused(device, refused)

    def _tell_refused(self, device: str, refused: Sequence[str]) -> None:
        was_refused = any(channel.is_refused for channel in self._channels)
        for channel, why in zip(self._channels, refused, strict=True):
            channel.is_refused = bool(why)
        pairs = zip(self._channels, refused, strict=True)
        reason = "; ".join(f"'{channel.setup.channel}': {why}" for channel, why in pairs if why)
        if reason or was_refused:
            self._tell(Remark(device, RemarkCode.CHANNEL_REFUSED, reason, *self._stamp(), is_over=not reason))

    def is_silent(self, now: float) -> bool:
        """Say whether the server no longer even tells that nothing happened; `now` is the loop's clock."""
        return now - self._heard_at > _SILENT_S

    async def _watch(self, subscription: int, handle: int) -> str:
        """Return why the server does not watch a channel; empty where it does."""
        node = self._session.node_id(self._channels[handle].node)
        if node is None:
            return "the server has no such namespace"
        why = ""
        for filtered in (_EACH, None):  # a server may know no filter; then a block like the last is not told, and seen as a hole
            asked = reporting.items(subscription, [_request(handle, node, filtered)])
            (answer,) = await self._session.publishing.create_monitored_items(asked)
            if not answer.StatusCode.is_bad():
                return ""
            why = answer.StatusCode.name
        return why

    def hear(self, _subscription: int, told: Published) -> None:
        """Take one publish response: the blocks in it, and what its number says of those that never came."""
        self._heard_at = asyncio.get_running_loop().time()
        for part in told.other.NotificationMessage.NotificationData or () if told.other is not None else ():
            if isinstance(part, ua.StatusChangeNotification) and part.Status.is_bad():
                self._session.end(part.Status.name)
        if self._sequence is not None and told.sequence not in (self._sequence, 1):
            for channel in self._channels:
                channel.miss()
        self._sequence = told.sequence if told.is_keep_alive else told.sequence + 1
        for handle, channel in enumerate(self._channels):
            here = [at for at, one in enumerate(told.arrivals.handles) if one == handle]
            self._take(channel, told.arrivals.pick(here))

    def _take(self, channel: BlockChannel, told: Arrivals) -> None:
        """Tell the blocks of one channel; the last of them ends now, those before it where it begins."""
        now, heard_ns = self._stamp()
        left_us = sum(_length_us(channel, value) for value in told.values)
        for value, status, source_us in zip(told.values, told.statuses, told.times, strict=True):
            left_us -= _length_us(channel, value)
            block: Samples | None = channel.samples(value, status)
            if block is not None:
                self._tell(channel.waveform(block, status, source_us, now - left_us, heard_ns))


def _length_us(channel: BlockChannel, value: object) -> int:
    return round(len(value) / channel.setup.rate_hz * _US) if isinstance(value, list) else 0


_EACH = ua.DataChangeFilter(Trigger=ua.DataChangeTrigger.StatusValueTimestamp)


def _request(handle: int, node: ua.NodeId, filtered: ua.DataChangeFilter | None) -> ua.MonitoredItemCreateRequest:
    watched = ua.ReadValueId(NodeId=node, AttributeId=AttributeIds.Value)
    return reporting.item(watched, reporting.unsampled(handle, filtered, _QUEUE))
