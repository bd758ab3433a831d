"""A server's own alarms: told as they change, told anew with each connection, answered to. Knows asyncua."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from asyncua import ua
from asyncua.ua.object_ids import ObjectIds

from drivers.driver import Stamp, UnreachableError
from drivers.link import LinkLostError, RemarkCode
from drivers.opcua.address import NodeAddress
from drivers.opcua.asking import asked_once
from drivers.opcua.calls import call
from drivers.opcua.condition_fields import CLAUSES, MUST_REFRESH, REFRESH_ENDED, Event, condition_of
from drivers.opcua.events import EventWatch, Fields
from drivers.opcua.refusals import NotWrittenError
from drivers.reading import Event as Told
from drivers.reading import Refreshed, Remark

if TYPE_CHECKING:
    from drivers.opcua.session import Session

log = logging.getLogger(__name__)

_CONDITION_TYPE = ua.NodeId(ua.Int32(ObjectIds.ConditionType))
_REFRESH = ua.NodeId(ua.Int32(ObjectIds.ConditionType_ConditionRefresh))
_ACKNOWLEDGE = ua.NodeId(ua.Int32(ObjectIds.AcknowledgeableConditionType_Acknowledge))
_CONFIRM = ua.NodeId(ua.Int32(ObjectIds.AcknowledgeableConditionType_Confirm))
_DONE_ALREADY = frozenset({"BadConditionBranchAlreadyAcked", "BadConditionBranchAlreadyConfirmed"})


class Conditions:
    """The conditions one node of a server tells of; begun anew with each session."""

    def __init__(self, device: str, notifier: NodeAddress, stamp: Stamp) -> None:
        self._device = device
        self._notifier = notifier
        self._stamp = stamp
        self._nodes: dict[str, ua.NodeId] = {}
        self._session: Session | None = None
        self._is_incomplete = False

    async def begin(self, session: Session, tell: Callable[[Told], None]) -> None:
        """Have every condition told that stands, then what changes. Raises `LinkLostError`."""
        self._nodes.clear()
        self._session = session
        notifier = session.node_id(self._notifier)
        watch = EventWatch(session, partial(self._hear, tell))
        if notifier is not None and await self._watches(watch, notifier, tell):
            await self._refresh(session, watch.subscription, tell)

    async def acknowledge(self, condition: str, branch: str, comment: str) -> None:
        """Tell the server that a person has seen it; see `drivers.driver.ConditionKeeper`."""
        await self._answer(_ACKNOWLEDGE, condition, branch, comment)

    async def confirm(self, condition: str, branch: str, comment: str) -> None:
        """Tell the server that a person has dealt with it."""
        await self._answer(_CONFIRM, condition, branch, comment)

    async def _watches(self, watch: EventWatch, notifier: ua.NodeId, tell: Callable[[Told], None]) -> bool:
        try:
            await watch.begin(notifier, CLAUSES)
        except LinkLostError as lost:
            if not self._session or not self._session.is_open:
                raise
            self._note_incomplete(f"the server does not tell its alarms: {lost.reason}", tell)
            return False
        return True

    async def _refresh(self, session: Session, subscription: int, tell: Callable[[Told], None]) -> None:
        number = ua.Variant(subscription, ua.VariantType.UInt32)
        try:
            await call(session, _CONDITION_TYPE, _REFRESH, [number])
        except NotWrittenError as refusal:
            self._note_incomplete(f"the server tells only alarms that come from now on ({refusal.name})", tell)
        else:
            self._note_complete(tell)

    def _hear(self, tell: Callable[[Told], None], values: Fields) -> None:
        event = Event.of(values)
        if event.kind == REFRESH_ENDED:
            tell(Refreshed(self._device, *self._stamp()))
        elif event.kind in MUST_REFRESH and self._session is not None:
            self._session.end("its alarms must be told anew")
        elif event.node is not None and event.event_id:
            told = condition_of(self._device, event, self._named, self._stamp())
            self._nodes[told.id] = event.node
            tell(told)

    def _named(self, node: ua.NodeId) -> str:
        return self._session.name_of(node) if self._session else ""

    async def _answer(self, method: ua.NodeId, condition: str, branch: str, comment: str) -> None:
        session, node = self._session, self._nodes.get(condition)
        if session is None or node is None:
            raise UnreachableError(self._device, "the server has not told this alarm since the link began")
        event_id = ua.Variant(bytes.fromhex(branch), ua.VariantType.ByteString)
        words = ua.Variant(ua.LocalizedText(comment), ua.VariantType.LocalizedText)
        with asked_once(self._device, "the server did not take it", "the server may or may not have heard of it"):
            try:
                await call(session, node, method, [event_id, words])
            except NotWrittenError as refusal:
                if refusal.name not in _DONE_ALREADY:
                    raise

    def _note_incomplete(self, reason: str, tell: Callable[[Told], None]) -> None:
        self._is_incomplete = True
        tell(Remark(self._device, RemarkCode.ALARMS_INCOMPLETE, reason, *self._stamp()))

    def _note_complete(self, tell: Callable[[Told], None]) -> None:
        if self._is_incomplete:
            self._is_incomplete = False
            tell(Remark(self._device, RemarkCode.ALARMS_INCOMPLETE, "", *self._stamp(), is_over=True))
