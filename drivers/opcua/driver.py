"""An OPC UA server: told every change by subscription, healed when the link drops, written to only when asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Literal

from drivers.driver import DeviceSetup, Driver, MachineSetupError, UnreachableError
from drivers.finishing import Finishing
from drivers.link import Lifeline, LinkFault, LinkLostError
from drivers.opcua.asking import asked_once
from drivers.opcua.blocks import block_channels
from drivers.opcua.codec import reading
from drivers.opcua.groups import Group, groups
from drivers.opcua.listening import Listening
from drivers.opcua.misfits import misfit
from drivers.opcua.options import OpcUaOptions
from drivers.reading import Event, Refreshed
from drivers.tag import Tag, Value
from drivers.writing import raw_to_write

if TYPE_CHECKING:
    from drivers.opcua.conditions import Conditions
    from drivers.opcua.session import Session


def create(setup: DeviceSetup) -> Driver:
    """Check the whole setup without touching the network; raise `MachineSetupError` for what can't work."""
    options = OpcUaOptions.of(setup)
    if setup.curve is not None:
        raise MachineSetupError(setup.device, "a curve FIFO can't be read over OPC UA; subscribe to its tags instead")
    return OpcUaDriver(setup, options, groups(setup))


class OpcUaDriver:
    """One server in one session; see `drivers.driver.Driver` and `ChangeTeller`."""

    tells_changes: Literal[True] = True

    def __init__(self, setup: DeviceSetup, options: OpcUaOptions, known: Sequence[Group]) -> None:
        self._device = setup.device
        self._stamp = setup.stamp
        self._options = options
        self._places = {place.tag.name: place for group in known for place in group.places}
        self._finishing = Finishing(setup.device, setup.tags)
        self._listening = Listening(setup, options, known)
        self._lifeline = Lifeline(setup.device, setup.stamp)
        self._dialling = asyncio.Lock()
        self._session: Session | None = None
        self._conditions: Conditions | None = None
        self._listening.companions.append(self._begin_conditions)
        self._blocks = block_channels(setup)
        if self._blocks:
            self._listening.companions.append(self._begin_blocks)

    def events(self) -> AsyncIterator[Event]:
        """Yield what the server says until `close`."""
        return self._lifeline.events(self._connection)

    async def read(self, tags: Sequence[Tag]) -> Sequence[Value]:
        """Read now; None for what is bad. Raises `UnreachableError`, `MachineSetupError` for a tag that can't have a value."""
        places = [self._places[tag.name] for tag in tags]
        try:
            session = await self._open_session()
            nodes = list(dict.fromkeys(place.node for place in places))
            found = {notification.node: notification for notification in await session.read(nodes)}
        except LinkLostError as lost:
            raise UnreachableError(self._device, lost.reason) from lost
        for place in places:
            why = misfit(place, found[place.node])
            if why is not None:
                raise MachineSetupError(self._device, f"'{place.tag.name}': {why}", place.tag.name)
        return self._finishing.believable(tags, [reading(place, found[place.node])[0] for place in places])

    async def write(self, tag: Tag, value: Value) -> None:
        """Write once. Raises `WriteRefusedError`, `WriteUnknownError`, `UnreachableError` (not sent)."""
        raw = raw_to_write(self._device, tag, value)
        session = await self._session_to_ask()
        with asked_once(self._device, f"'{tag.name}' was not written", f"'{tag.name}' may or may not be written"):
            await session.write(self._places[tag.name].node, raw)

    async def call(self, method: str, arguments: Sequence[Value]) -> Sequence[Value]:
        """Call `OBJECT#METHOD` once, each a node; arguments typed as the server wants them. Raises as `write` does."""
        session = await self._session_to_ask()
        from drivers.opcua.methods import call_method  # after the session, which took the time to load the library

        with asked_once(self._device, f"'{method}' was not called", f"'{method}' may or may not have been called"):
            return await call_method(session, method, arguments)

    async def acknowledge(self, condition: str, branch: str, comment: str) -> None:
        """Tell the server that a person has seen its alarm. Raises as `write` does."""
        await self._told_conditions().acknowledge(condition, branch, comment)

    async def confirm(self, condition: str, branch: str, comment: str) -> None:
        """Tell the server that a person has dealt with its alarm. Raises as `write` does."""
        await self._told_conditions().confirm(condition, branch, comment)

    async def close(self) -> None:
        """End the link; `events()` stops."""
        self._lifeline.end()
        self._listening.end()
        await self._hang_up()

    async def _connection(self) -> AsyncGenerator[Event, None]:
        """Make one session and tell what it says, until it is lost."""
        async with self._dialling:
            session = await self._dial()
        try:
            async with aclosing(self._listening.events(session)) as told:
                async for event in told:
                    yield event
        finally:
            await session.close()

    async def _begin_conditions(self, session: Session, tell: Callable[[Event], None]) -> None:
        """Have the server's own alarms told; where they are not wanted none of them stands."""
        if self._options.alarms is None:
            tell(Refreshed(self._device, *self._stamp()))
            return
        from drivers.opcua.conditions import Conditions  # after the session, which took the time to load the library

        self._conditions = self._conditions or Conditions(self._device, self._options.alarms, self._stamp)
        await self._conditions.begin(session, tell)

    async def _begin_blocks(self, session: Session, tell: Callable[[Event], None]) -> None:
        """Have the high-rate channels told."""
        from drivers.opcua.block_watch import BlockWatch  # after the session, which took the time to load the library

        await BlockWatch(session, self._blocks, self._stamp, tell).begin(self._device)

    def _told_conditions(self) -> Conditions:
        if self._conditions is None:
            raise UnreachableError(self._device, "the server has told no alarm yet")
        return self._conditions

    async def _session_to_ask(self) -> Session:
        try:
            return await self._open_session()
        except LinkLostError as lost:
            raise UnreachableError(self._device, lost.reason) from lost

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
        self._session = make(self._options, self._listening.arrived.set)
        structured = {place.node for place in self._places.values() if place.address.is_in_structure}
        await self._session.open(list(structured))
        return self._session

    async def _hang_up(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()


def _session_type() -> type[Session]:
    from drivers.opcua.session import Session

    return Session
