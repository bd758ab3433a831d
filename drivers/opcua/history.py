"""What a server kept while we were away, read back in pieces that hold nobody up. Knows asyncua.

OPC UA part 11, 6.5.3. Bounded in time, in values a node and in values at all: a gap is closed, a store is not copied.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds

from drivers.opcua.address import NodeAddress
from drivers.opcua.notification import Notification
from drivers.opcua.variants import notification

if TYPE_CHECKING:
    from drivers.opcua.session import Session

LONGEST_US = 3_600_000_000
MOST_A_NODE = 10_000
_MOST_AT_ALL = 200_000
_AT_ONCE = 1_000
"""Values a node in one answer."""
_NODES_AT_ONCE = 20
_HISTORY_READ = 0x04
"""Bit of an access level (OPC UA part 3, 8.57)."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class History:
    """Reads one stretch of the past, from `begin_us` (not included) to `end_us`, in UTC microseconds of the server's clock."""

    def __init__(self, session: Session, begin_us: int, end_us: int) -> None:
        self._session = session
        self._begin_us = max(begin_us, end_us - LONGEST_US)
        self._end_us = end_us
        self._left = _MOST_AT_ALL

    async def read(self, nodes: Sequence[NodeAddress]) -> AsyncGenerator[list[Notification], None]:
        """Yield what the server kept of `nodes`, some nodes at a time, as it comes; nothing where it keeps nothing."""
        kept = await self._kept(nodes)
        size = min(_NODES_AT_ONCE, self._session.limits.history)
        for at in range(0, len(kept), size):
            points: dict[NodeAddress, bytes | None] = dict.fromkeys(kept[at : at + size])
            counts = dict.fromkeys(points, 0)
            while points and self._left > 0:
                found, points = await self._piece(points, counts)
                yield found
            await self._release(points)

    async def _kept(self, nodes: Sequence[NodeAddress]) -> list[NodeAddress]:
        """Return the nodes whose history we may read."""
        known = {node: found for node in nodes if (found := self._session.node_id(node)) is not None}
        levels = await self._session.attributes(list(known.values()), AttributeIds.UserAccessLevel)
        return [node for node, told in zip(known, levels, strict=True) if _is_kept(told)]

    async def _piece(
        self, points: dict[NodeAddress, bytes | None], counts: dict[NodeAddress, int]
    ) -> tuple[list[Notification], dict[NodeAddress, bytes | None]]:
        """Read on from `points`; return what came and where more waits."""
        found: list[Notification] = []
        more: dict[NodeAddress, bytes | None] = {}
        answers = await self._ask(points, release=False)
        for (node, point), answer in zip(points.items(), answers, strict=True):
            told = _values(answer) if not answer.StatusCode.is_bad() else []
            plain = self._session.structures.plain
            found += [each for value in told if self._is_inside(each := notification(node, value, plain))]
            counts[node] += len(told)
            if answer.ContinuationPoint and answer.ContinuationPoint != point and counts[node] < MOST_A_NODE:
                more[node] = answer.ContinuationPoint
        self._left -= len(found)
        return found, more

    def _is_inside(self, each: Notification) -> bool:
        return each.source_us is not None and self._begin_us < each.source_us <= self._end_us

    async def _release(self, points: dict[NodeAddress, bytes | None]) -> None:
        """Tell the server that the rest is not wanted."""
        if points:
            await self._ask(points, release=True)

    async def _ask(self, points: dict[NodeAddress, bytes | None], *, release: bool) -> Sequence[ua.HistoryReadResult]:
        details = ua.ReadRawModifiedDetails(
            IsReadModified=False,
            StartTime=_EPOCH + timedelta(microseconds=self._begin_us),
            EndTime=_EPOCH + timedelta(microseconds=self._end_us),
            NumValuesPerNode=ua.Counter(_AT_ONCE),
            ReturnBounds=False,
        )

        async def ask(piece: Sequence[tuple[NodeAddress, bytes | None]]) -> Sequence[ua.HistoryReadResult]:
            wanted = [ua.HistoryReadValueId(NodeId=self._session.node_id(node), ContinuationPoint=point) for node, point in piece]
            asked: Any = ua.HistoryReadParameters(details, ua.TimestampsToReturn.Both, release, wanted)
            return await self._session.publishing.history_read(asked)

        return await self._session.in_pieces(list(points.items()), self._session.limits.history, ask)


def _is_kept(told: ua.DataValue) -> bool:
    level = told.Value.Value if told.Value is not None else None
    return isinstance(level, int) and bool(level & _HISTORY_READ)


def _values(answer: ua.HistoryReadResult) -> Sequence[ua.DataValue]:
    return answer.HistoryData.DataValues if isinstance(answer.HistoryData, ua.HistoryData) else []
