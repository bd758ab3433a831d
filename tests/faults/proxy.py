"""A TCP proxy that misbehaves on demand: between the app and PostgreSQL, Modbus or OPC UA."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TypeVar

P = TypeVar("P", bound="Proxy")


class Mode(Enum):
    """What becomes of the bytes."""

    PASS = "pass"
    CUT = "cut"
    """Open connections are reset and new ones closed at once."""
    HALF_OPEN = "half_open"
    """TCP goes on acknowledging; nothing is passed on or answered."""
    DEAF = "deaf"
    """Requests arrive, answers are lost: the outcome of a commit stays unknown."""
    SLOW = "slow"
    """Every chunk waits `Proxy.delay_s`."""
    TRICKLE = "trickle"
    """Every single byte waits `Proxy.delay_s`."""
    LATE = "late"
    """What is open is held back, its end too, and delivered when the mode changes; what comes new is passed on."""


@dataclass(eq=False)
class Proxy:
    """Listens on a free port of 127.0.0.1 and passes on to `target`: (host, port), or the path of a Unix socket."""

    target: tuple[str, int] | Path
    delay_s: float = 0.05
    port: int = 0
    connections: int = 0
    """How many were accepted in all."""
    _mode: Mode = Mode.PASS
    _held_up_to: int = 0
    """Connections up to this number are held while the mode is `LATE`."""
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def mode(self) -> Mode:
        """What the proxy does now."""
        return self._mode

    def set_mode(self, mode: Mode) -> None:
        """Behave like `mode` from the next byte on; `CUT` also ends what is open. Returns when it holds."""
        asyncio.run_coroutine_threadsafe(self._change(mode), self._loop).result(5)

    async def _change(self, mode: Mode) -> None:
        self._mode, self._held_up_to = mode, self.connections
        self._changed.set()
        self._changed = asyncio.Event()
        if mode is Mode.CUT:
            for writer in tuple(self._writers):
                writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self._mode is Mode.CUT:
            writer.transport.abort()
            return
        await self._join(reader, writer)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, opening: bytes = b"") -> None:
        """Connect with the target, which hears `opening` first."""
        try:
            far_reader, far_writer = await self._dial()
        except OSError:
            writer.transport.abort()
            return
        number = self.connections
        far_writer.write(opening)
        self._pump(reader, far_writer, number, answers=False)
        self._pump(far_reader, writer, number, answers=True)

    async def _dial(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.target, Path):
            return await asyncio.open_unix_connection(str(self.target))
        return await asyncio.open_connection(*self.target)

    def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, number: int, *, answers: bool) -> None:
        self._writers.add(sink)
        task = self._loop.create_task(self._copy(source, sink, number, answers=answers))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _passed_on(self, number: int) -> None:
        """Wait while a connection is held back."""
        while self._mode is Mode.LATE and number <= self._held_up_to:
            await self._changed.wait()

    async def _copy(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, number: int, *, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while chunk := await source.read(65536):
                if self._mode in (Mode.SLOW, Mode.TRICKLE):
                    await asyncio.sleep(self.delay_s * (1 if self._mode is Mode.SLOW else len(chunk)))
                await self._passed_on(number)
                if self._mode is Mode.HALF_OPEN or (answers and self._mode is Mode.DEAF):
                    continue
                sink.write(chunk)
                await sink.drain()
        await self._passed_on(number)
        if answers and self._mode in (Mode.HALF_OPEN, Mode.DEAF):
            return  # whoever waits must not even hear that the far end has gone
        sink.close()
        self._writers.discard(sink)

    async def _serve(self, ready: threading.Event) -> None:
        server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        with contextlib.suppress(asyncio.CancelledError):
            await server.serve_forever()
        for writer in tuple(self._writers):
            writer.transport.abort()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in tuple(self._writers):
            with contextlib.suppress(OSError):
                await writer.wait_closed()


@contextmanager
def proxy(target: tuple[str, int] | Path, *, delay_s: float = 0.05, port: int = 0) -> Iterator[Proxy]:
    """Run a proxy in a thread of its own for the length of the block."""
    with running(Proxy(target, delay_s, port)) as made:
        yield made


@contextmanager
def running(made: P) -> Iterator[P]:
    """The same for one that was made already."""
    ready = threading.Event()
    serving = made._loop.create_task(made._serve(ready))
    thread = threading.Thread(target=made._loop.run_until_complete, args=(serving,), name="proxy")
    thread.start()
    try:
        if not ready.wait(5):
            raise RuntimeError("the proxy does not listen")
        yield made
    finally:
        made._loop.call_soon_threadsafe(serving.cancel)
        thread.join(5)
        made._loop.close()
