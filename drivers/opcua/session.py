"""Where asyncua ends (with `security`, `identity`, `variants`): one session with one server, never mended, always made anew.

The library's own reconnection stays off: after a server that froze and was then killed it reports health while its
subscriptions are dead. Imported late, because asyncua takes one to two seconds to load.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from asyncua import ua
from asyncua.common.subscription import Subscription
from asyncua.ua.attribute_ids import AttributeIds

from drivers.dialling import dial_fault
from drivers.link import LinkFault, LinkLostError, NotSentError, RemarkCode
from drivers.opcua.address import NodeAddress
from drivers.opcua.client import SecuredClient
from drivers.opcua.notification import Notification
from drivers.opcua.options import OpcUaOptions
from drivers.opcua.refusals import NotWrittenError, lost_by
from drivers.opcua.security import REQUEST_S, secure
from drivers.opcua.variants import notification, parameters, unknown, variant

logging.getLogger("asyncua").setLevel(logging.CRITICAL)  # it logs a trace for every lost link; ours to tell, once, in plain words

_CONNECT_S = 10.0
_SIGN_OF_LIFE_S = 1.0
_PARTING_S = 0.5
_SESSION_MS = 30_000
"""A server forgets us this long after a cut cable; panels that restart must not use up its few sessions."""
_SUBSCRIPTION_SILENT_S = 3.0
_CURRENT_TIME = ua.NodeId.from_string("i=2258")
_IDENTIFIERS: dict[str, Callable[[str], Any]] = {"i": int, "s": str, "g": UUID}

Told = Callable[[Notification], None]


class Session:
    """One session: nodes by namespace URI, values with their status. Everything raises `LinkLostError` when it is gone."""

    def __init__(self, options: OpcUaOptions) -> None:
        self._options = options
        self._client = SecuredClient(options.url, timeout=REQUEST_S)
        self._client.session_timeout = _SESSION_MS
        self._namespaces: dict[str, int] = {}
        self._types: dict[ua.NodeId, ua.VariantType] = {}
        self._subscriptions: list[tuple[Subscription, float]] = []
        self._ended: str | None = None
        self.remarks: tuple[tuple[RemarkCode, str], ...] = ()
        """What a person should know of how this link is protected."""

    async def open(self, *, with_structures: bool) -> None:
        """Connect, prove who is who, and learn where the server counts its namespaces (and what its structures are)."""
        async with self._guard(_CONNECT_S):
            self.remarks = (await secure(self._client, self._options)).remarks
            await self._client.connect()
            uris = await self._client.get_namespace_array()
            self._namespaces = {uri: index for index, uri in enumerate(uris)}
            if with_structures:
                await self._client.load_data_type_definitions()

    async def read(self, nodes: Sequence[NodeAddress]) -> list[Notification]:
        """Read now; a node the server does not have is bad."""
        known = {node: self._node_id(node) for node in nodes}
        ids = [found for found in known.values() if found is not None]
        async with self._guard(REQUEST_S + 1):
            answers = iter(await self._client.uaclient.read_attributes(ids, AttributeIds.Value) if ids else [])
        return [unknown(node) if found is None else notification(node, next(answers)) for node, found in known.items()]

    async def subscribe(self, nodes: Sequence[NodeAddress], period_ms: int, told: Told) -> None:
        """Have the server tell every change: sampled twice a period, told once, queued deep enough to lose none."""
        known = {found: node for node in nodes if (found := self._node_id(node)) is not None}
        if not known:
            return
        ear = _Ear(known, told, self._end)
        sampling_ms = period_ms / 2
        async with self._guard(_CONNECT_S):
            subscription = await self._client.create_subscription(parameters(period_ms, _SESSION_MS), ear)
            self._subscriptions.append((subscription, asyncio.get_running_loop().time()))
            items = [self._client.get_node(found) for found in known]
            depth = max(10, 2 * round(period_ms / sampling_ms))
            await subscription.subscribe_data_change(items, queuesize=depth, sampling_interval=ua.Duration(sampling_ms))

    async def write(self, node: NodeAddress, raw: Any) -> None:
        """Write once; raises `NotWrittenError`, `NotSentError`, or `LinkLostError` when it may or may not have happened."""
        found = self._node_id(node)
        if found is None:
            raise NotWrittenError("BadNodeIdUnknown")
        value = await self._typed(found, raw)
        async with self._guard(REQUEST_S + 1, NotWrittenError):
            (status,) = await self._client.uaclient.write_attributes([found], [value], AttributeIds.Value)
        if status.is_bad():
            raise NotWrittenError(status.name)

    async def sign_of_life(self) -> None:
        """Ask the server for its time; what does not answer within a second, or has stopped telling, is lost."""
        async with self._guard(_SIGN_OF_LIFE_S):
            await self._client.uaclient.read_attributes([_CURRENT_TIME], AttributeIds.Value)
        now = asyncio.get_running_loop().time()
        if any(
            now - (subscription.last_publish_at or began) > _SUBSCRIPTION_SILENT_S for subscription, began in self._subscriptions
        ):
            raise LinkLostError(LinkFault.SILENT, f"{self._options.url} answers, but has stopped telling what changes")

    @property
    def client(self) -> SecuredClient:
        """The library's client of this session, for what else the server offers (events, methods)."""
        return self._client

    @property
    def is_open(self) -> bool:
        """Whether a request can be sent."""
        return self._ended is None and self._client.state.value == "connected"

    async def close(self) -> None:
        """Take leave if the server listens; hang up in any case."""
        try:
            async with asyncio.timeout(_PARTING_S):
                await self._client.disconnect()
        except (TimeoutError, OSError, ua.UaError):
            pass  # it is gone; there is nobody to take leave of
        finally:
            self._client.disconnect_socket()

    def _end(self, name: str) -> None:
        """Note that nothing more will be told; BadShutdown is asyncua's own word for a lost connection."""
        url = self._options.url
        self._ended = f"{url} closed the connection" if name == "BadShutdown" else f"{url} ended the subscription ({name})"

    def _node_id(self, node: NodeAddress) -> ua.NodeId | None:
        index = self._namespaces.get(node.namespace)
        if index is None:
            return None
        identifier: Any = _IDENTIFIERS[node.kind](node.identifier)
        return ua.NodeId(identifier, ua.Int16(index))

    async def _typed(self, node: ua.NodeId, raw: Any) -> ua.DataValue:
        """Return `raw` as the type the server holds `node` as."""
        try:
            if node not in self._types:
                self._types[node] = await self._variant_type(node)
        except LinkLostError as lost:
            raise NotSentError(lost.fault, lost.reason) from lost
        if not self.is_open:
            raise NotSentError(LinkFault.CLOSED, self._ended or f"{self._options.url} closed the connection")
        return ua.DataValue(variant(raw, self._types[node]))

    async def _variant_type(self, node: ua.NodeId) -> ua.VariantType:
        async with self._guard(REQUEST_S + 1, NotWrittenError):
            return await self._client.get_node(node).read_data_type_as_variant_type()

    @asynccontextmanager
    async def _guard(self, seconds: float, refusal: type[NotWrittenError] | None = None) -> AsyncGenerator[None, None]:
        """Fold every way the library fails into ours, and end within `seconds`."""
        if self._ended is not None:
            raise LinkLostError(LinkFault.CLOSED, self._ended)
        try:
            async with asyncio.timeout(seconds):
                yield
        except ua.UaStatusCodeError as error:
            name = ua.StatusCode(error.code).name
            raise refusal(name) if refusal else lost_by(name) from error
        except ua.UaError as error:
            fault = LinkFault.BAD_REPLY if self._namespaces else LinkFault.NOT_ADMITTED
            raise LinkLostError(fault, f"{self._options.url} does not fit what is set or asked: {error}") from error
        except OSError as error:
            raise self._fault(error, seconds) from error

    def _fault(self, error: OSError, seconds: float) -> LinkLostError:
        if self._namespaces and isinstance(error, TimeoutError):
            return LinkLostError(LinkFault.SILENT, f"{self._options.url} did not answer within {seconds * 1000:.0f} ms")
        if self._namespaces:
            return LinkLostError(LinkFault.CLOSED, f"{self._options.url} closed the connection")
        return dial_fault(error, self._options.host, self._options.port, min(seconds, REQUEST_S))


class _Ear:
    """What asyncua calls with each change; it only passes on, because asyncua runs it as a task of its own."""

    def __init__(self, nodes: dict[ua.NodeId, NodeAddress], told: Told, ended: Callable[[str], None]) -> None:
        self._nodes = nodes
        self._told = told
        self._ended = ended

    def datachange_notification(self, node: Any, _value: Any, data: Any) -> None:
        """Pass one change on."""
        self._told(notification(self._nodes[node.nodeid], data.monitored_item.Value))

    def status_change_notification(self, status: ua.StatusChangeNotification) -> None:
        """Note that the server ended the subscription."""
        if status.Status.is_bad():
            self._ended(status.Status.name)
