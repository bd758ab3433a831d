"""The channel on a local socket (on Windows a named pipe), served by stock asyncio. No TCP port."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from hmi.channel.codec import FrameReader, encode
from hmi.channel.errors import ChannelError
from hmi.channel.hub import Hub
from hmi.channel.messages import Message
from hmi.channel.outbox import Outbox
from hmi.tasks import Supervisor

log = logging.getLogger(__name__)

READ_BYTES = 65_536
WRITE_BUFFER = 262_144
"""Bytes on their way to a screen; beyond that it counts as slow and its outbox fills."""
HELLO_DEADLINE_S = 5.0


Accept = Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]


class Closable(Protocol):
    """A listening socket or pipe."""

    def close(self) -> None:
        """Listen no more."""


class ChannelServer:
    """Listens at one address and serves each screen by two tasks: what it says, and what it is told."""

    def __init__(self, hub: Hub, tasks: Supervisor) -> None:
        self._hub = hub
        self._tasks = tasks
        self._listening: list[Closable] = []
        self._writers: set[asyncio.StreamWriter] = set()

    async def open(self, address: str) -> None:
        """Listen. Raises `OSError` where the address can't be had."""
        if sys.platform == "win32":
            self._listening = await _serve_pipe(self._accept, address)
        else:
            self._listening = [await asyncio.start_unix_server(self._accept, address)]

    def close(self) -> None:
        """Listen no more and drop every screen."""
        for listening in self._listening:
            listening.close()
        for writer in tuple(self._writers):
            writer.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.start("screen", self._serve(reader, writer))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.set_write_buffer_limits(high=WRITE_BUFFER)
        writer.write(encode(self._hub.hello))
        outbox = self._hub.open_outbox()
        telling = self._tasks.start("screen outbox", _tell(outbox, writer))
        self._writers.add(writer)
        try:
            await self._listen(reader, outbox)
        except ChannelError as error:
            log.warning("a screen is dropped: %s", error.reason)
        except (ConnectionError, TimeoutError):
            log.info("a screen is gone")
        finally:
            self._hub.leave(outbox)
            telling.cancel()
            self._writers.discard(writer)
            writer.close()

    async def _listen(self, reader: asyncio.StreamReader, outbox: Outbox) -> None:
        frames = FrameReader()
        async with asyncio.timeout(HELLO_DEADLINE_S):
            first, *messages = await _some(reader, frames)
        self._hub.greet(first, outbox)
        while True:
            for message in messages:
                self._hub.receive(message, outbox)
            messages = await _some(reader, frames)


async def _serve_pipe(accept: Accept, address: str) -> list[Closable]:
    """The same on the proactor loop of Windows, which has no `start_pipe_server` with streams."""
    loop: Any = asyncio.get_running_loop()

    def protocol() -> asyncio.StreamReaderProtocol:
        return asyncio.StreamReaderProtocol(asyncio.StreamReader(), accept)

    return await loop.start_serving_pipe(protocol, address)


async def _some(reader: asyncio.StreamReader, frames: FrameReader) -> list[Message]:
    """At least one message. Raises `ConnectionResetError` at the end of the stream."""
    while True:
        data = await reader.read(READ_BYTES)
        if not data:
            raise ConnectionResetError
        if messages := frames.feed(data):
            return messages


async def _tell(outbox: Outbox, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while True:
            writer.write(encode(await outbox.take()))
            await writer.drain()
