"""The channel without a socket, in one process: the same hub, outbox and frames. For tests and replays."""

from __future__ import annotations

from hmi.channel.codec import FrameReader, encode
from hmi.channel.hub import Hub
from hmi.channel.messages import Hello, Message


class MemoryChannel:
    """A screen's end. Everything passes through frames, as it would on a socket."""

    def __init__(self, hub: Hub, station: str) -> None:
        self._hub = hub
        self._outbox = hub.open_outbox()
        self._to_engine = FrameReader()
        self._to_screen = FrameReader()
        for hello in self._to_engine.feed(encode(Hello(station))):
            hub.greet(hello, self._outbox)

    def send(self, message: Message) -> None:
        """Say something to the engine. Raises `ChannelError`."""
        for heard in self._to_engine.feed(encode(message)):
            self._hub.receive(heard, self._outbox)

    async def receive(self) -> Message:
        """The engine's next message, waiting for it."""
        (message,) = self._to_screen.feed(encode(await self._outbox.take()))
        return message

    def close(self) -> None:
        """Leave."""
        self._hub.leave(self._outbox)
