"""The driver of a counting scale: `ASK weight` is answered by `weight 12.50`, `SET target 100` by `OK` or `NO reason`."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

from drivers.driver import (
    DeviceSetup,
    Driver,
    MachineSetupError,
    UnreachableError,
    WriteRefusedError,
    WriteUnknownError,
)
from drivers.finishing import Finishing
from drivers.link import KEEP_ALIVE_S, Lifeline, LinkFault, LinkLostError
from drivers.options import Options
from drivers.reading import Batch, Event, Heard, LinkUp, Quality
from drivers.scaling import Scaling
from drivers.tag import DataType, Tag, Value
from drivers.writing import raw_to_write
from lineside_scale.line import Line

NUMBERS = {DataType.INT32: int, DataType.UINT32: int, DataType.FLOAT64: float}


def create(setup: DeviceSetup) -> Driver:
    """Check the whole setup without touching the network."""
    options = Options(setup.device, setup.options, ("host", "port", "timeout_ms"))
    host, port = options.text("host"), options.integer("port", 4001, 1, 65535)
    if not setup.tags:
        raise MachineSetupError(setup.device, "it has no tags, so there is nothing to ask")
    for tag in setup.tags:
        if tag.data_type not in NUMBERS:
            raise MachineSetupError(setup.device, f"a scale tells {', '.join(NUMBERS)}, not {tag.data_type}", tag.name)
        if not tag.address.isidentifier():
            raise MachineSetupError(setup.device, f"'{tag.address}' is no word of a scale", tag.name)
    return ScaleDriver(setup, Line(host, port, options.integer("timeout_ms", 400, 50, 10_000) / 1000))


class ScaleDriver:
    """One scale on one connection; see `drivers.driver.Driver`."""

    def __init__(self, setup: DeviceSetup, line: Line) -> None:
        self._setup = setup
        self._line = line
        self._lifeline = Lifeline(setup.device, setup.stamp)
        self._finishing = Finishing(setup.device, setup.tags)

    def events(self) -> AsyncIterator[Event]:
        """Yield what the scale says until `close`."""
        return self._lifeline.events(self._connection)

    async def read(self, tags: Sequence[Tag]) -> Sequence[Value]:
        """Read now. Raises `UnreachableError`."""
        try:
            return self._finishing.believable(tags, [await self._value(tag) for tag in tags])
        except LinkLostError as lost:
            raise UnreachableError(self._setup.device, lost.reason) from lost

    async def write(self, tag: Tag, value: Value) -> None:
        """Write once. Raises `WriteRefusedError`, `WriteUnknownError`, `UnreachableError` (not sent)."""
        raw = raw_to_write(self._setup.device, tag, value)
        try:
            await self._line.reach()
        except LinkLostError as lost:
            raise UnreachableError(self._setup.device, lost.reason) from lost
        try:
            answer = await self._line.ask(f"SET {tag.address} {raw}")
        except LinkLostError as lost:
            raise WriteUnknownError(self._setup.device, f"'{tag.name}' may be written: {lost.reason}") from lost
        if answer != "OK":
            raise WriteRefusedError(self._setup.device, f"'{tag.name}' was not written: {answer.removeprefix('NO ')}")

    async def close(self) -> None:
        """End the link; `events()` stops."""
        self._lifeline.end()
        self._line.close()

    async def _connection(self) -> AsyncGenerator[Event, None]:
        """Ask for every group when it is due, and for something at least every 400 ms; up is who has answered."""
        due = {tag.group: 0.0 for tag in self._setup.tags}
        is_up, heard = False, 0.0
        try:
            while not self._lifeline.is_ending:
                now = asyncio.get_running_loop().time()
                events = [await self._scan(group) for group, at in due.items() if at <= now]
                if not events and now - heard >= KEEP_ALIVE_S:
                    events = [await self._sign_of_life()]
                if events and not is_up:
                    is_up = True
                    yield LinkUp(self._setup.device, *self._setup.stamp())
                for event in events:
                    yield event
                heard = now if events else heard
                due |= {group: now + self._setup.groups[group] / 1000 for group, at in due.items() if at <= now}
                await self._lifeline.wait(min(*due.values(), heard + KEEP_ALIVE_S) - asyncio.get_running_loop().time())
        finally:
            self._line.hang_up()

    async def _scan(self, group: str) -> Event:
        tags = [tag for tag in self._setup.tags if tag.group == group]
        values = [await self._value(tag) for tag in tags]
        qualities = tuple(Quality.BAD if value is None else Quality.GOOD for value in values)
        names = tuple(tag.name for tag in tags)
        return self._finishing.finish(Batch(self._setup.device, group, names, values, *self._setup.stamp(), qualities))

    async def _sign_of_life(self) -> Event:
        await self._value(self._setup.tags[0])
        return Heard(self._setup.device, *self._setup.stamp())

    async def _value(self, tag: Tag) -> Value:
        """What the scale says of one word; None where it does not know it or says no number."""
        word, _, said = (await self._line.ask(f"ASK {tag.address}")).partition(" ")
        if word == "NO":
            return None
        if word != tag.address:
            raise LinkLostError(LinkFault.BAD_REPLY, f"it answered '{word}' when asked for '{tag.address}'")
        try:
            raw = NUMBERS[tag.data_type](said)
        except ValueError:
            return None
        return Scaling.of(tag).to_units(raw) if math.isfinite(raw) else None
