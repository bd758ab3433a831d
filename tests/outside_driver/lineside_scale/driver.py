"""The driver of a counting scale: `ASK weight` is answered by `weight 12.50`, `SET target 100` by `OK` or `NO reason`.

All it must know of Lineside are `drivers.driver`, `drivers.tag` and `drivers.reading`;
`drivers.link` and `drivers.options` save work.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

from drivers.dialling import dial_fault
from drivers.driver import (
    DeviceSetup,
    Driver,
    MachineSetupError,
    UnreachableError,
    WriteRefusedError,
    WriteUnknownError,
)
from drivers.link import KEEP_ALIVE_S, Lifeline, LinkFault, LinkLostError
from drivers.options import Options
from drivers.reading import Batch, Event, Heard, LinkUp, Quality
from drivers.tag import DataType, Tag, Value

NUMBERS = {DataType.INT32: int, DataType.UINT32: int, DataType.FLOAT64: float}


def create(setup: DeviceSetup) -> Driver:
    """Check the whole setup without touching the network."""
    options = Options(setup.device, setup.options, ("host", "port", "timeout_ms"))
    host, port = options.text("host"), options.integer("port", 4001, 1, 65535)
    for tag in setup.tags:
        if tag.data_type not in NUMBERS:
            raise MachineSetupError(setup.device, f"a scale tells {', '.join(NUMBERS)}, not {tag.data_type}", tag.name)
        if not tag.address.isidentifier():
            raise MachineSetupError(setup.device, f"'{tag.address}' is no word of a scale", tag.name)
    return ScaleDriver(setup, host, port, options.integer("timeout_ms", 800, 50, 10_000) / 1000)


class ScaleDriver:
    """One scale on one connection; see `drivers.driver.Driver`."""

    def __init__(self, setup: DeviceSetup, host: str, port: int, timeout_s: float) -> None:
        self._setup = setup
        self._at = host, port
        self._timeout_s = timeout_s
        self._lifeline = Lifeline(setup.device, setup.stamp)
        self._turn = asyncio.Lock()
        self._line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    def events(self) -> AsyncIterator[Event]:
        """Yield what the scale says until `close`."""
        return self._lifeline.events(self._connection)

    async def read(self, tags: Sequence[Tag]) -> Sequence[Value]:
        """Read now."""
        try:
            return [await self._value(tag) for tag in tags]
        except LinkLostError as lost:
            raise UnreachableError(self._setup.device, lost.reason) from lost

    async def write(self, tag: Tag, value: Value) -> None:
        """Write once."""
        if not tag.writable or isinstance(value, str) or value is None:
            raise WriteRefusedError(self._setup.device, f"'{tag.name}' was not written: it can't be {value!r}")
        try:
            async with self._turn:
                await self._dial()
        except LinkLostError as lost:
            raise UnreachableError(self._setup.device, lost.reason) from lost
        try:
            answer = await self._ask(f"SET {tag.address} {value:g}")
        except LinkLostError as lost:
            raise WriteUnknownError(self._setup.device, f"'{tag.name}' may be written: {lost.reason}") from lost
        if answer != "OK":
            raise WriteRefusedError(self._setup.device, f"'{tag.name}' was not written: {answer.removeprefix('NO ')}")

    async def close(self) -> None:
        """End the link."""
        self._lifeline.end()
        self._hang_up()

    async def _connection(self) -> AsyncGenerator[Event, None]:
        """Poll every group when it is due, and ask something at least every 400 ms."""
        due = dict.fromkeys(self._setup.groups, 0.0)
        is_up, asked = False, 0.0
        try:
            while not self._lifeline.is_ending:
                now = asyncio.get_running_loop().time()
                batches = [await self._batch(group) for group, at in due.items() if at <= now and self._tags(group)]
                due |= {group: now + self._setup.groups[group] / 1000 for group, at in due.items() if at <= now}
                if not batches and now - asked >= KEEP_ALIVE_S:
                    await self._value(self._setup.tags[0])
                    batches = [Heard(self._setup.device, *self._setup.stamp())]
                if batches:
                    asked = now
                    if not is_up:
                        is_up = True
                        yield LinkUp(self._setup.device, *self._setup.stamp())
                for event in batches:
                    yield event
                wake = min(*due.values(), asked + KEEP_ALIVE_S)
                await self._lifeline.wait(wake - asyncio.get_running_loop().time())
        finally:
            self._hang_up()

    async def _batch(self, group: str) -> Event:
        tags = self._tags(group)
        values = [await self._value(tag) for tag in tags]
        qualities = tuple(Quality.BAD if value is None else Quality.GOOD for value in values)
        return Batch(self._setup.device, group, tuple(tag.name for tag in tags), values, *self._setup.stamp(), qualities)

    def _tags(self, group: str) -> list[Tag]:
        return [tag for tag in self._setup.tags if tag.group == group]

    async def _value(self, tag: Tag) -> Value:
        """What the scale says of one word; None where it does not know it or says nonsense."""
        word, _, said = (await self._ask(f"ASK {tag.address}")).partition(" ")
        if word == "NO":
            return None
        if word != tag.address:
            raise LinkLostError(LinkFault.BAD_REPLY, f"it answered '{word}' when asked for '{tag.address}'")
        try:
            raw = NUMBERS[tag.data_type](said)
        except ValueError:
            return None
        return raw if tag.scale == 1.0 and tag.offset == 0.0 else raw * tag.scale + tag.offset

    async def _ask(self, line: str) -> str:
        async with self._turn:
            reader, writer = await self._dial()
            try:
                async with asyncio.timeout(self._timeout_s):
                    writer.write(f"{line}\n".encode("ascii"))
                    answer = await reader.readline()
            except TimeoutError as error:
                self._hang_up()  # a late answer must never be taken for the next one
                raise LinkLostError(LinkFault.SILENT, f"no answer within {self._timeout_s * 1000:g} ms") from error
            except (OSError, ValueError) as error:
                self._hang_up()
                raise LinkLostError(LinkFault.CLOSED, "the scale closed the connection") from error
            if not answer.endswith(b"\n"):
                self._hang_up()
                raise LinkLostError(LinkFault.CLOSED, "the scale closed the connection")
            return answer.decode("ascii", "replace").strip()

    async def _dial(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._line is None:
            if self._lifeline.is_ending:
                raise LinkLostError(LinkFault.CLOSED, "it was closed")
            try:
                async with asyncio.timeout(self._timeout_s):
                    self._line = await asyncio.open_connection(*self._at)
            except OSError as error:
                raise dial_fault(error, *self._at, self._timeout_s) from error
        return self._line

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line[1].close()
            self._line = None
