"""asyncua's session with a publish pipeline of our own: some requests always wait at the server, each answer is taken whole.

asyncua has one request at the server, makes an object of every value and a task of every notification. Here an answer is
one call, in order of arrival, and no task. It leans on names asyncua does not promise: `UASocketProtocol._send_request` and
`UaSession._subscription_callbacks`; the version is pinned and `test_opcua_publisher.py` fails if they move. See
docs/decisions/0005-publish-in-batches.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from asyncua import ua
from asyncua.client.ua_client import UaClient
from asyncua.client.ua_session import SessionState, UaSession
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import nodeid_from_binary, struct_from_binary

from drivers.opcua.published import UNREADABLE, Published, published, whole

_RESPONSE = ua.NodeId.from_string("i=829")
_MOST_WAITING = 10
_SPARE = 2
"""Requests at the server beyond one for each subscription: an answer on its way leaves none without."""
_ASK_AGAIN = frozenset({"BadTimeout", "BadRequestTimeout"})

Taken = Callable[[int, Published], None]


class PublishingSession(UaSession):
    """Publishes for all subscriptions of its session; those made by `watch` tell in columns, others as asyncua has it."""

    def __init__(self, client: UaClient, ended: Callable[[str], None]) -> None:
        super().__init__(client)
        self._uaclient = client
        self._ended = ended
        self._watches: dict[int, Taken] = {}
        self._unacknowledged: list[ua.SubscriptionAcknowledgement] = []
        self._waiting = 0
        self._most_waiting = _MOST_WAITING
        self._tasks: set[asyncio.Task[None]] = set()
        self.urls: tuple[str, ...] = ()
        """Where the server says it can be reached."""

    async def create_session(self, parameters: ua.CreateSessionParameters) -> ua.CreateSessionResult:
        """Begin the session; keeps what the server says of itself."""
        made = await super().create_session(parameters)
        self.urls = tuple(str(each.EndpointUrl) for each in made.ServerEndpoints if each.EndpointUrl)
        return made

    async def watch(self, asked: ua.CreateSubscriptionParameters, taken: Taken) -> ua.CreateSubscriptionResult:
        """Make a subscription whose answers go to `taken` as (its id, what was published)."""
        made = await self.create_subscription(asked, _nothing)
        self._watches[int(made.SubscriptionId)] = taken
        return made

    def ensure_publish_loop(self) -> None:
        """Have enough requests wait at the server; asyncua calls it for each new subscription."""
        enough = min(self._most_waiting, len(self._subscription_callbacks) + _SPARE)
        while self._subscription_callbacks and self._waiting < enough and not self._is_over():
            self._ask()

    def _ask(self) -> None:
        protocol = self._uaclient.protocol
        if protocol is None or protocol.transport is None:
            return
        request = ua.PublishRequest()
        request.Parameters.SubscriptionAcknowledgements = self._unacknowledged
        self._unacknowledged = []
        self._waiting += 1
        protocol._send_request(request, timeout=0).add_done_callback(self._answered)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # see above

    def _answered(self, answer: asyncio.Future[Any]) -> None:
        """Take one answer; runs in the order in which answers came."""
        self._waiting -= 1
        lost = None if answer.cancelled() else answer.exception()
        if self._is_over() or answer.cancelled():
            return
        if lost is not None:
            self._ended("BadShutdown")
            return
        try:
            self._take(answer.result())
        except UNREADABLE:
            self._ended("BadDecodingError")
            return
        self.ensure_publish_loop()

    def _take(self, data: Buffer) -> None:
        if nodeid_from_binary(data) != _RESPONSE:
            self._refused(struct_from_binary(ua.ResponseHeader, data).ServiceResult)
            return
        body = bytes(data)
        told = published(body)
        if not told.is_keep_alive:
            acknowledgement = ua.SubscriptionAcknowledgement(told.subscription, told.sequence)
            self._unacknowledged.append(acknowledgement)
        if told.subscription in self._watches:
            self._watches[told.subscription](told.subscription, told)
        elif not told.is_keep_alive:
            self._pass_on(told.subscription, told.other or whole(body))

    def _pass_on(self, subscription: int, result: ua.PublishResult) -> None:
        """Give what a subscription told to whoever made it through asyncua."""
        callback = self._subscription_callbacks.get(subscription)
        heard: Coroutine[Any, Any, None] | None = callback(result) if callback is not None else None
        if heard is not None:
            task = asyncio.ensure_future(heard)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _refused(self, status: ua.StatusCode) -> None:
        """Take in that the server answered with a fault."""
        if status.name == "BadTooManyPublishRequests":
            self._most_waiting = max(1, self._waiting)
        elif status.name == "BadNoSubscription" and not self._watches:
            return
        elif status.name not in _ASK_AGAIN:
            self._ended(status.name)

    def _is_over(self) -> bool:
        return self.state in (SessionState.CLOSING, SessionState.CLOSED)


def _nothing(_result: Any) -> None:
    """Take nothing: what `watch` made is told in columns."""
