"""A Modbus machine: polled in planned blocks, healed when the link drops, written to only when asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

from drivers.driver import DeviceSetup, Driver, UnreachableError, WriteRefusedError, WriteUnknownError
from drivers.finishing import Finishing
from drivers.link import KEEP_ALIVE_S, Lifeline, LinkFault, LinkLostError, NotSentError
from drivers.modbus.address import Address
from drivers.modbus.blocks import BlockReader
from drivers.modbus.breaker import Breaker
from drivers.modbus.codec import words_to_write
from drivers.modbus.curve import CurveReader
from drivers.modbus.lines import Lines
from drivers.modbus.machine import Machine, machine, planned
from drivers.modbus.options import ModbusOptions
from drivers.modbus.replies import LEAVES_DOUBT, NO_PATH, ExceptionReplyError
from drivers.modbus.rounds import Rounds
from drivers.modbus.waves import wave_readers
from drivers.modbus.wire import Wire
from drivers.reading import Batch, Event, Heard, LinkUp, Quality
from drivers.tag import Tag, Value

_ONLY_ASK = ""
"""The beat that keeps a slow device heard: no group has this name."""


def create(setup: DeviceSetup) -> Driver:
    """Check the whole setup without touching the network; raise `MachineSetupError` for what can't work."""
    options = ModbusOptions.of(setup)
    return ModbusDriver(setup, options, machine(setup, options))


class ModbusDriver:
    """One device on its line; see `drivers.driver.Driver`."""

    def __init__(self, setup: DeviceSetup, options: ModbusOptions, known: Machine) -> None:
        self._device = setup.device
        self._stamp = setup.stamp
        self._options = options
        self._machine = known
        self._curve = CurveReader(setup.device, known.curve, setup.stamp) if known.curve else None
        self._waves = wave_readers(setup, options, list(known.periods_s.values()))
        self._lifeline = Lifeline(setup.device, setup.stamp)
        self._dialling = asyncio.Lock()
        self._wire: Wire | None = None
        self._reader = BlockReader(setup.device, setup.stamp)
        self._finishing = Finishing(setup.device, setup.tags)
        self._lines = Lines.of(setup.shared)
        self._line = self._lines.hold(options.line, setup.device)
        self._breaker = Breaker(options.timeout_s)

    def events(self) -> AsyncIterator[Event]:
        """Yield what the machine says until `close`."""
        return self._lifeline.events(self._connection)

    async def read(self, tags: Sequence[Tag]) -> Sequence[Value]:
        """Read now; None for what the machine refuses to tell. Raises `UnreachableError`."""
        places = [self._machine.places[tag.name] for tag in tags]
        try:
            wire = await self._open_wire()
            names, found = await self._reader.read_group(wire, planned(places, self._options))
        except LinkLostError as lost:
            raise UnreachableError(self._device, lost.reason) from lost
        values = dict(zip(names, found, strict=True))
        return self._finishing.believable(tags, [values[tag.name] for tag in tags])

    async def write(self, tag: Tag, value: Value) -> None:
        """Write once. Raises `WriteRefusedError`, `WriteUnknownError`, `UnreachableError` (not sent)."""
        place = self._machine.places[tag.name]
        words = words_to_write(self._device, place, value)
        try:
            wire = await self._open_wire()
        except LinkLostError as lost:
            raise UnreachableError(self._device, lost.reason) from lost
        try:
            await _send(wire, place.address, words)
        except ExceptionReplyError as refusal:
            raise self._write_error(tag, refusal) from refusal
        except NotSentError as lost:
            raise UnreachableError(self._device, lost.reason) from lost
        except LinkLostError as lost:
            raise WriteUnknownError(self._device, f"'{tag.name}' may or may not be written: {lost.reason}") from lost

    async def close(self) -> None:
        """End the link; `events()` stops."""
        self._lifeline.end()
        self._hang_up()
        self._lines.let_go(self._line, self._device)

    async def _connection(self) -> AsyncGenerator[Event, None]:
        """Poll until the link is lost; up is who has answered, not who has taken the call."""
        async with self._dialling:
            wire = await self._dial()
        self._reader.begin()
        is_up = False
        rounds = Rounds(self._beats(), asyncio.get_running_loop().time())
        try:
            if wire.is_on_trial:
                await self._reader.touch(wire, self._machine.any_block)
            while await self._next_beat(rounds):
                events = await self._round(wire, rounds.take(asyncio.get_running_loop().time()))
                if not is_up:
                    is_up = True
                    yield LinkUp(self._device, *self._stamp())
                for event in events:
                    yield event
        finally:
            wire.close()

    def _beats(self) -> dict[str, float]:
        periods = dict(self._machine.periods_s)
        return periods if min(periods.values()) <= KEEP_ALIVE_S else {**periods, _ONLY_ASK: KEEP_ALIVE_S}

    async def _next_beat(self, rounds: Rounds[str]) -> bool:
        await self._lifeline.wait(rounds.next_at() - asyncio.get_running_loop().time())
        return not self._lifeline.is_ending

    async def _round(self, wire: Wire, due: Sequence[str]) -> list[Event]:
        """Read the groups, then curve and channels; tell these first, so that no cycle is complete before its samples."""
        if _ONLY_ASK in due and len(due) == 1:
            await self._reader.touch(wire, self._machine.any_block)
            return [Heard(self._device, *self._stamp())]
        batches = [await self._read_group(wire, group) for group in due if group != _ONLY_ASK]
        samples = await self._curve.read(wire) if self._curve else []
        waves = [wave for each in self._waves for wave in await each.read(wire)]
        return [*self._reader.remarks(), *samples, *waves, *batches]

    async def _read_group(self, wire: Wire, group: str) -> Batch:
        tags, values = await self._reader.read_group(wire, self._machine.groups[group])
        at, heard_ns = self._stamp()
        return self._finishing.finish(Batch(self._device, group, tags, values, at, heard_ns, _qualities(values)))

    def _write_error(self, tag: Tag, refusal: ExceptionReplyError) -> Exception:
        if refusal.code in LEAVES_DOUBT:
            return WriteUnknownError(self._device, f"'{tag.name}' may or may not be written: {refusal}")
        if refusal.code == NO_PATH:
            return UnreachableError(self._device, f"'{tag.name}' was not written: {refusal}")
        return WriteRefusedError(self._device, f"'{tag.name}' was not written: {refusal}")

    async def _open_wire(self) -> Wire:
        """Return the connection in use; make one where nobody iterates `events`."""
        async with self._dialling:
            if self._wire is not None and self._wire.is_open:
                return self._wire
            if self._lifeline.is_running or self._lifeline.is_ending:
                raise LinkLostError(LinkFault.CLOSED, self._lifeline.trouble)
            return await self._dial()

    async def _dial(self) -> Wire:
        self._hang_up()
        self._wire = wire = Wire(self._line, self._options.unit, self._options.timeout_s, self._breaker)
        try:
            await wire.open()
        except BaseException:
            wire.close()
            raise
        return wire

    def _hang_up(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None


async def _send(wire: Wire, address: Address, words: Sequence[int]) -> None:
    if address.table.holds_bits:
        await wire.write_coil(address.number, on=bool(words[0]))
    else:
        await wire.write_registers(address.number, words)


def _qualities(values: Sequence[Value]) -> tuple[Quality, ...] | None:
    if None not in values:
        return None
    return tuple(Quality.BAD if value is None else Quality.GOOD for value in values)
