"""A Modbus machine that lies in every way `modbus_lies` knows, over TCP, RTU over TCP, or RTU on a pseudo-terminal."""

import asyncio
import os
import struct
import tty
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol

from tests.faults.modbus_framing import Framing, Request
from tests.faults.modbus_lies import End, Later, Lie, Pause, Scene, honest
from tests.faults.modbus_truth import TABLES, Stretch, Truth, word

_KEPT = 8
"""So many right frames are kept to lie with."""


class Mouth(Protocol):
    """What bytes go out of."""

    def send(self, sent: bytes) -> None:
        """Send at once."""

    def end(self, how: End) -> None:
        """End the conversation."""


@dataclass
class FaultyMachine:
    """Answers one request after another with what `lie` makes of it; may be changed at any time."""

    framing: Framing = Framing.TCP
    lie: Lie = honest
    timeout_s: float = 0.1
    pause_s: float = 0.0
    units: tuple[int, ...] = (1,)
    rng: Random = field(default_factory=lambda: Random(1))
    truth: Truth = field(default_factory=Truth)
    asked: Counter[bytes] = field(default_factory=Counter)
    applied: list[bytes] = field(default_factory=list)
    """The writes that were done."""
    writes: list[bytes] = field(default_factory=list)
    """The writes that arrived."""
    port: int = 0
    _serial: int = 0
    _conversations: int = 0
    _past: list[bytes] = field(default_factory=list)

    async def converse(self, reader: asyncio.StreamReader, mouth: Mouth) -> None:
        """Answer until the other side hangs up."""
        received = bytearray()
        self._conversations += 1
        conversation = self._conversations
        with suppress(ConnectionError):
            while chunk := await reader.read(4096):
                received += chunk
                while request := self.framing.take(received):
                    if request.unit in self.units:
                        await self._answer(request, mouth, conversation)

    async def _answer(self, request: Request, mouth: Mouth, conversation: int) -> None:
        self._serial += 1
        serial = self._serial
        self._note(request, serial, conversation)
        scene = Scene(
            self.framing,
            request,
            lambda asked: self._obey(asked, serial),
            self._past[-_KEPT:],
            self.asked[request.pdu],
            self.timeout_s,
            self.pause_s,
            self.rng,
        )
        steps = self.lie(scene)
        self.asked[request.pdu] += 1
        if request.is_read:
            self._past = [*self._past[-_KEPT:], scene.right]
        for step in steps:
            await self._take_step(step, mouth)

    def _note(self, request: Request, serial: int, conversation: int) -> None:
        if request.is_read:
            table = TABLES[request.function]
            self.truth.note(Stretch(conversation, request.unit, table, request.start, request.count), serial)
        else:
            self.writes.append(request.pdu)

    async def _take_step(self, step: bytes | Pause | Later | End, mouth: Mouth) -> None:
        match step:
            case Pause(seconds):
                await asyncio.sleep(seconds)
            case Later(seconds, sent):
                asyncio.get_running_loop().call_later(seconds, mouth.send, sent)
            case End():
                mouth.end(step)
            case _:
                mouth.send(step)

    def _obey(self, request: Request, serial: int) -> bytes:
        if not request.is_read:
            self.applied.append(request.pdu)
            return request.pdu[:5]
        return true_answer(request, serial)


def true_answer(request: Request, serial: int) -> bytes:
    """Return what a machine that does not lie answers to a read, as its `serial`-th request."""
    table = TABLES[request.function]
    words = [word(table, request.start + place, request.unit, serial) for place in range(request.count)]
    if request.function > 2:
        return struct.pack(f">BB{len(words)}H", request.function, 2 * len(words) & 0xFF, *words)
    size = (len(words) + 7) // 8
    bits = sum((each & 1) << place for place, each in enumerate(words))
    return bytes([request.function, size]) + bits.to_bytes(size, "little")


@dataclass
class _Socket:
    writer: asyncio.StreamWriter

    def send(self, sent: bytes) -> None:
        if not self.writer.is_closing():
            self.writer.write(sent)

    def end(self, how: End) -> None:
        if how is End.RESET:
            self.writer.transport.abort()
        else:
            self.writer.close()


@asynccontextmanager
async def serve(machine: FaultyMachine) -> AsyncIterator[FaultyMachine]:
    """Serve `machine` on a free port of the loopback."""
    talking: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talking[asyncio.current_task()] = writer
        await machine.converse(reader, _Socket(writer))
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    machine.port = server.sockets[0].getsockname()[1]
    try:
        yield machine
    finally:
        server.close()
        for writer in talking.values():
            writer.transport.abort()
        await asyncio.gather(*talking)


@dataclass
class _Wires:
    """Our end of a pseudo-terminal."""

    descriptor: int

    def send(self, sent: bytes) -> None:
        with suppress(OSError):
            os.write(self.descriptor, sent)

    def end(self, how: End) -> None:
        """Do nothing: wires have no way to hang up."""


@contextmanager
def pseudo_terminal(name: Path) -> Iterator[int]:
    """Return our end of a serial line whose other end is `name`; leaving unplugs it."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    name.symlink_to(os.ttyname(theirs))
    try:
        yield ours
    finally:
        name.unlink()
        os.close(ours)
        os.close(theirs)


@asynccontextmanager
async def serve_serial(machine: FaultyMachine, name: Path) -> AsyncIterator[FaultyMachine]:
    """Serve `machine` on a pseudo-terminal that `name` points to."""
    loop = asyncio.get_running_loop()
    with pseudo_terminal(name) as ours:
        reader = asyncio.StreamReader()
        loop.add_reader(ours, lambda: reader.feed_data(os.read(ours, 4096)))
        talk = loop.create_task(machine.converse(reader, _Wires(ours)))
        try:
            yield machine
        finally:
            loop.remove_reader(ours)
            talk.cancel()
            await asyncio.gather(talk, return_exceptions=True)
