"""Where asyncua ends (with its neighbours that say "knows asyncua"): one session with one server, never mended, always made anew.

The library's own reconnection stays off: after a server that froze and was then killed it reports health while its
subscriptions are dead. Imported late, because asyncua takes one to two seconds to load.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from uuid import UUID

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds

from drivers.dialling import dial_fault
from drivers.link import LinkFault, LinkLostError, NotSentError, RemarkCode
from drivers.opcua.address import NodeAddress
from drivers.opcua.arrivals import Ears
from drivers.opcua.client import SecuredClient
from drivers.opcua.discovery import REQUEST_S
from drivers.opcua.groups import Group
from drivers.opcua.limits import LIMIT_NODES, Limits, Pieces
from drivers.opcua.notification import Notification
from drivers.opcua.options import OpcUaOptions
from drivers.opcua.published import UNREADABLE
from drivers.opcua.publisher import PublishingSession
from drivers.opcua.refusals import NotWrittenError, lost_by
from drivers.opcua.security import Secured, secure
from drivers.opcua.structures import Structures
from drivers.opcua.variants import microseconds, notification, unknown, variant
from drivers.opcua.watching import Watch

logging.getLogger("asyncua").setLevel(
    logging.CRITICAL + 1
)  # it logs each lost link and refusal; ours to tell, once, in plain words

_CONNECT_S = 10.0
_SIGN_OF_LIFE_S = 1.0
_PARTING_S = 0.5
SESSION_MS = 30_000
"""A server forgets us this long after a cut cable; panels that restart must not use up its few sessions."""
_CURRENT_TIME = ua.NodeId.from_string("i=2258")
_IDENTIFIERS: dict[str, Callable[[str], Any]] = {"i": int, "s": str, "g": UUID}

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Session:
    """One session: nodes by namespace URI, values with their status. Everything raises `LinkLostError` when it is gone."""

    def __init__(self, options: OpcUaOptions, wake: Callable[[], None]) -> None:
        self._options = options
        self._wake = wake
        self._client = SecuredClient(options.url, timeout=REQUEST_S)
        self._client.session_timeout = SESSION_MS
        self.publishing = PublishingSession(self._client.uaclient, self.end)
        self._client.uaclient.session = self.publishing
        self.limits = Limits()
        self.structures = Structures(self._client, self.attributes)
        self._structured: Sequence[NodeAddress] = ()
        self._namespaces: dict[str, int] = {}
        self._types: dict[ua.NodeId, ua.VariantType] = {}
        self._watches: list[Watch] = []
        self._silences: list[Callable[[float], bool]] = []
        self._ended: str | None = None
        self._secured: Secured | None = None

    @property
    def remarks(self) -> tuple[tuple[RemarkCode, str], ...]:
        """What a person should know today of how this link is protected."""
        return self._secured.remarks if self._secured else ()

    async def open(self, structured: Sequence[NodeAddress]) -> None:
        """Connect, prove who is who, learn how the server counts its namespaces and what `structured` nodes hold."""
        async with self.guard(_CONNECT_S):
            self._secured = await secure(self._client, self._options)
            await self._client.connect()
            await self._learn_namespaces()
            self.limits = Limits.of(await self.attributes(LIMIT_NODES, AttributeIds.Value))
            self._structured = structured
            await self._learn_structures()

    async def learn_again(self) -> None:
        """Ask for namespaces and structures once more: a program that starts may make them late."""
        async with self.guard(_CONNECT_S):
            await self._learn_namespaces()
            await self._learn_structures()

    async def _learn_namespaces(self) -> None:
        self._namespaces = {uri: index for index, uri in enumerate(await self._client.get_namespace_array())}

    async def _learn_structures(self) -> None:
        known = [found for node in self._structured if (found := self.node_id(node)) is not None]
        if known:
            await self.structures.learn(known)

    async def attributes(self, nodes: Sequence[ua.NodeId], attribute: AttributeIds) -> list[ua.DataValue]:
        """Read one attribute of each node, with both times, in as many requests as the server needs."""

        async def ask(piece: Sequence[ua.NodeId]) -> Sequence[ua.DataValue]:
            wanted = [ua.ReadValueId(NodeId=node, AttributeId=attribute) for node in piece]
            both = ua.TimestampsToReturn.Both
            return await self._client.uaclient.read(ua.ReadParameters(TimestampsToReturn=both, NodesToRead=wanted))

        return await self.in_pieces(nodes, self.limits.read, ask)

    async def read(self, nodes: Sequence[NodeAddress]) -> list[Notification]:
        """Read now; a node the server does not have is bad."""
        known = {node: self.node_id(node) for node in nodes}
        answers = iter(await self.attributes([found for found in known.values() if found is not None], AttributeIds.Value))
        plain = self.structures.plain
        return [
            unknown(node, self._namespaces) if found is None else notification(node, next(answers), plain)
            for node, found in known.items()
        ]

    async def watch(self, group: Group, sampling_ms: float, ears: Ears) -> Watch:
        """Have the server tell every change of `group`'s nodes; what it did not take is in `Watch.refused`."""
        made = Watch(self, group, sampling_ms, ears)
        await made.begin()
        self._watches.append(made)
        return made

    async def write(self, node: NodeAddress, raw: Any) -> None:
        """Write once; raises `NotWrittenError`, `NotSentError`, or `LinkLostError` when it may or may not have happened."""
        found = self.node_id(node)
        if found is None:
            raise NotWrittenError("BadNodeIdUnknown")
        value = await self._typed(found, raw)
        async with self.guard(REQUEST_S + 1, NotWrittenError):
            (status,) = await self._client.uaclient.write_attributes([found], [value], AttributeIds.Value)
        if status.is_bad():
            raise NotWrittenError(status.name)

    async def sign_of_life(self) -> int | None:
        """Ask the server for its time, as UTC microseconds; one that does not answer within a second is lost."""
        async with self.guard(_SIGN_OF_LIFE_S):
            (told,) = await self._client.uaclient.read_attributes([_CURRENT_TIME], AttributeIds.Value)
        return microseconds(told.Value.Value) if told.Value is not None else None

    def also_check(self, is_silent: Callable[[float], bool]) -> None:
        """Have `check` also ask this, given the loop's clock."""
        self._silences.append(is_silent)

    def check(self) -> None:
        """Raise where the server has ended the session, or a subscription no longer even says that nothing changed."""
        if self._ended is not None:
            raise LinkLostError(LinkFault.CLOSED, self._ended)
        now = asyncio.get_running_loop().time()
        if any(is_silent(now) for is_silent in (*(watch.is_silent for watch in self._watches), *self._silences)):
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

    def end(self, name: str) -> None:
        """Note that nothing more will be told; BadShutdown is asyncua's own word for a lost connection."""
        url = self._options.url
        self._ended = f"{url} closed the connection" if name == "BadShutdown" else f"{url} ended the subscription ({name})"
        self._wake()

    def node_id(self, node: NodeAddress) -> ua.NodeId | None:
        """Return where `node` stands on this server; None where it does not have the namespace."""
        index = self._namespaces.get(node.namespace)
        if index is None:
            return None
        identifier: Any = _IDENTIFIERS[node.kind](node.identifier)
        return ua.NodeId(identifier, ua.Int16(index))

    def name_of(self, node: ua.NodeId) -> str:
        """Return what `node` is called whatever numbers the server gives its namespaces."""
        uri = next((uri for uri, index in self._namespaces.items() if index == node.NamespaceIndex), "")
        identifier: Any = node.Identifier
        return f"nsu={uri};{_letter(identifier)}"

    async def in_pieces(
        self, asked: Sequence[Asked], most: int, ask: Callable[[Sequence[Asked]], Awaitable[Sequence[Answer]]]
    ) -> list[Answer]:
        """Ask for a long list in pieces of at most `most`, halved where the server finds one too large."""
        found: list[Answer] = []
        pieces = Pieces(len(asked), most)
        for piece in pieces:
            async with self.guard(REQUEST_S + 1):
                try:
                    answers = await ask(asked[piece])
                except ua.UaStatusCodeError as error:
                    if not pieces.refused(error):
                        raise
                    continue
                if len(answers) != len(asked[piece]):
                    raise ua.UaError(f"{len(answers)} answers to {len(asked[piece])} questions")
            found += answers
            pieces.taken()
        return found

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
        async with self.guard(REQUEST_S + 1, NotWrittenError):
            return await self._client.get_node(node).read_data_type_as_variant_type()

    @asynccontextmanager
    async def guard(self, seconds: float, refusal: type[NotWrittenError] | None = None) -> AsyncGenerator[None, None]:
        """Fold every way the library fails into ours, and end within `seconds`."""
        if self._ended is not None:
            raise LinkLostError(LinkFault.CLOSED, self._ended)
        try:
            async with asyncio.timeout(seconds):
                yield
        except ua.UaStatusCodeError as error:
            name = ua.StatusCode(error.code).name
            raise refusal(name) if refusal else lost_by(name) from error
        except UNREADABLE as error:
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


def _letter(identifier: Any) -> str:
    """Return an identifier after the letter of its kind; one of bytes is understood by its server only."""
    if isinstance(identifier, bytes):
        return f"b={identifier.hex()}"
    kind = "i" if isinstance(identifier, int) else "g" if isinstance(identifier, UUID) else "s"
    return f"{kind}={identifier}"
