"""A station without a machine: nothing to connect to, nothing to read, always there. People count at the screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from drivers.driver import DeviceSetup, MachineSetupError, UnreachableError
from drivers.link import KEEP_ALIVE_S
from drivers.reading import Event, Heard, LinkUp
from drivers.tag import Tag, Value

NOTHING_HERE = "a manual station has nothing to read or write"


class ManualDriver:
    """Says that the station is there, for as long as it is open."""

    def __init__(self, setup: DeviceSetup) -> None:
        self._device = setup.device
        self._stamp = setup.stamp
        self._closed = asyncio.Event()

    async def events(self) -> AsyncIterator[Event]:
        """There at once, and heard at least every 500 ms, until it is closed."""
        yield LinkUp(self._device, *self._stamp())
        while not self._closed.is_set():
            yield Heard(self._device, *self._stamp())
            await self._pause()

    async def read(self, tags: Sequence[Tag]) -> Sequence[Value]:
        """Nothing was asked for, nothing is read. Raises `UnreachableError` for a tag, which there is none of."""
        if tags:
            raise UnreachableError(self._device, NOTHING_HERE)
        return ()

    async def write(self, tag: Tag, value: Value) -> None:
        """Raise `UnreachableError`: nothing was sent."""
        raise UnreachableError(self._device, NOTHING_HERE)

    async def close(self) -> None:
        """End `events()`."""
        self._closed.set()

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._closed.wait(), KEEP_ALIVE_S)
        except TimeoutError:
            return


def create(setup: DeviceSetup) -> ManualDriver:
    """Check that nothing is configured that could have no effect. Raises `MachineSetupError`."""
    if setup.options:
        raise MachineSetupError(setup.device, "a manual station has no options")
    if setup.tags:
        raise MachineSetupError(setup.device, "a manual station has no tags", setup.tags[0].name)
    if setup.curve is not None:
        raise MachineSetupError(setup.device, "a manual station has no curve")
    return ManualDriver(setup)
