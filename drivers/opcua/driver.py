"""An OPC UA server: told every change by subscription, healed when the link drops, written to only when asked."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from drivers.driver import DeviceSetup, Driver, MachineSetupError, UnreachableError, WriteRefusedError, WriteUnknownError
from drivers.link import KEEP_ALIVE_S, Lifeline, LinkFault, LinkLostError, NotSentError
from drivers.opcua.codec import reading
from drivers.opcua.groups import Group, groups
from drivers.opcua.notification import Inbox, Notification
from drivers.opcua.options import OpcUaOptions
from drivers.opcua.refusals import NotWrittenError
from drivers.opcua.scans import split_scans
from drivers.reading import Event, Heard, LinkUp
from drivers.tag import Tag, Value
from drivers.writing import raw_to_write

if TYPE_CHECKING:
    from drivers.opcua.session import Session

log = logging.getLogger(__name__)

Companion = Callable[["Session", Callable[[Event], None]], Awaitable[None]]
"""What begins with each connection and then tells events of its own: conditions, for one. Raises `LinkLostError`."""


def create(setup: DeviceSetup) -> Driver:
    """Check the whole setup without touching the network; raise `MachineSetupError` for what can't work."""
    options = OpcUaOptions.of(setup)
    if setup.curve is not None:
        raise MachineSetupError(setup.device, "a curve FIFO can't be read over OPC UA; subscribe to its tags instead")
    return OpcUaDriver(setup, options, groups(setup))


class OpcUaDriver:
    """One server in one session; see `drivers.driver.Driver`."""

    def __init__(self, setup: DeviceSetup, options: OpcUaOptions, known: Sequence[Group]) -> None:
        self._device = setup.device
        self._stamp = setup.stamp
        self._options = options
        self._groups = known
        self._places = {place.tag.name: place for group in known for place in group.places}
        self._lifeline = Lifeline(setup.device, setup.stamp)
        self._arrived = asyncio.Event()
        self._dialling = asyncio.Lock()
        self._session: Session | None = None
        self._gaps = 0
        self._companions: list[Companion] = []
        self._told: deque[Event] = deque()

    def events(self) -> AsyncIterator[Event]:
        """Yield what the server says until `close`."""
        return self._lifeline.events(self._connection)

    async def read(self, tags: Sequence[Tag]) -> Sequence[Value]:
        """Read now; None for what is bad. Raises `UnreachableError`."""
        places = [self._places[tag.name] for tag in tags]
        try:
            session = await self._open_session()
            nodes = list(dict.fromkeys(place.node for place in places))
            found = {notification.node: notification for notification in await session.read(nodes)}
        except LinkLostError as lost:
            raise UnreachableError(self._device, lost.reason) from lost
        return [reading(place, found[place.node])[0] for place in places]

    async def write(self, tag: Tag, value: Value) -> None:
        """Write once. Raises `WriteRefusedError`, `WriteUnknownError`, `UnreachableError` (not sent)."""
        raw = raw_to_write(self._device, tag, value)
        try:
            session = await self._open_session()
        except LinkLostError as lost:
            raise UnreachableError(self._device, lost.reason) from lost
        try:
            await session.write(self._places[tag.name].node, raw)
        except NotWrittenError as refusal:
            raise self._write_error(tag, refusal) from refusal
        except NotSentError as lost:
            raise UnreachableError(self._device, lost.reason) from lost
        except LinkLostError as lost:
            raise WriteUnknownError(self._device, f"'{tag.name}' may or may not be written: {lost.reason}") from lost

    async def close(self) -> None:
        """End the link; `events()` stops."""
        self._lifeline.end()
        self._arrived.set()
        await self._hang_up()

    async def _connection(self) -> AsyncGenerator[Event, None]:
        """Tell all values once, then what changes, until the session is lost."""
        async with self._dialling:
            session = await self._dial()
        try:
            first = await session.read([node for group in self._groups for node in group.nodes])
            yield LinkUp(self._device, *self._stamp())
            for group in self._groups:
                yield group.batch(first, self._stamp)
            inboxes = await self._subscribe(session)
            self._told.clear()
            for begin in self._companions:
                await begin(session, self._tell)
            async with aclosing(self._listen(session, inboxes)) as news:
                async for event in news:
                    yield event
        finally:
            await session.close()

    async def _subscribe(self, session: Session) -> list[Inbox]:
        inboxes: list[Inbox] = []
        for group in self._groups:
            inbox = Inbox(self._arrived)
            await session.subscribe(group.nodes, group.period_ms, inbox.put)
            inboxes.append(inbox)
        return inboxes

    async def _listen(self, session: Session, inboxes: Sequence[Inbox]) -> AsyncGenerator[Event, None]:
        clock = asyncio.get_running_loop().time
        ask_at = clock()
        while not self._lifeline.is_ending:
            if clock() >= ask_at:
                await session.sign_of_life()
                yield Heard(self._device, *self._stamp())
                ask_at = clock() + KEEP_ALIVE_S
            await self._wait_for_news(ask_at)
            while self._told:
                yield self._told.popleft()
            for group, inbox in zip(self._groups, inboxes, strict=True):
                taken = inbox.take_all()
                self._count_gaps(taken)
                for scan in split_scans(taken):
                    yield group.batch(scan, self._stamp)

    def _tell(self, event: Event) -> None:
        """Have `events` yield `event` next."""
        self._told.append(event)
        self._arrived.set()

    def _count_gaps(self, taken: Sequence[Notification]) -> None:
        """Count where a queue ran over; the value after such a gap is uncertain."""
        gaps = sum(each.is_after_gap for each in taken)
        if gaps:
            self._gaps += gaps
            log.warning("%s told more than its queues hold: %d gaps, %d since the start", self._device, gaps, self._gaps)

    async def _wait_for_news(self, until: float) -> None:
        try:
            async with asyncio.timeout_at(until):
                await self._arrived.wait()
        except TimeoutError:
            return
        self._arrived.clear()

    def _write_error(self, tag: Tag, refusal: NotWrittenError) -> Exception:
        if refusal.leaves_doubt:
            return WriteUnknownError(self._device, f"'{tag.name}' may or may not be written: {refusal.reason}")
        return WriteRefusedError(self._device, f"'{tag.name}' was not written: {refusal.reason}")

    async def _open_session(self) -> Session:
        """Return the session in use; make one where nobody iterates `events`."""
        async with self._dialling:
            if self._session is not None and self._session.is_open:
                return self._session
            if self._lifeline.is_running or self._lifeline.is_ending:
                raise LinkLostError(LinkFault.CLOSED, self._lifeline.trouble)
            return await self._dial()

    async def _dial(self) -> Session:
        await self._hang_up()
        make = await asyncio.to_thread(_session_type)  # loading the library must not hold up the other links
        self._session = make(self._options)
        await self._session.open(with_structures=any(place.address.field for place in self._places.values()))
        return self._session

    async def _hang_up(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()


def _session_type() -> type[Session]:
    from drivers.opcua.session import Session

    return Session
