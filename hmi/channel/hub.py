"""The engine's side of the channel, whatever carries it: numbers the facts, keeps the newest picture, serves every screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from hmi.channel.errors import ChannelError, VersionError
from hmi.channel.facts import Fact, Snapshot
from hmi.channel.messages import VERSION, AskOutcome, Hello, Message, StoreGeneration
from hmi.channel.outbox import Live, Outbox
from hmi.station.commands import Answer, Command
from hmi.station.topics import Topic

Reply = Callable[[Answer], None]


class Desk(Protocol):
    """Who takes the screen's wishes. A reply is called once, on the engine's loop, when the answer is committed."""

    def obey(self, command: Command, reply: Reply) -> None:
        """Decide, record, and only then answer."""
        ...

    def outcome(self, command_id: str, reply: Reply) -> None:
        """What came of a command; `known` is False for one never heard of."""
        ...


class Hub:
    """Facts go to all screens, an answer to whoever asked."""

    def __init__(self, desk: Desk, hello: Hello) -> None:
        self._desk = desk
        self.hello = hello
        self._topics: dict[type[Topic], Topic] = {}
        self._number = 0
        self._generation: StoreGeneration | None = None
        self._outboxes: set[Outbox] = set()

    @property
    def topics(self) -> dict[type[Topic], Topic]:
        """The newest picture of each topic."""
        return dict(self._topics)

    def publish(self, topic: Topic) -> None:
        """Tell all screens of a topic, unless it is as they know it."""
        if self._topics.get(type(topic)) == topic:
            return
        self._topics[type(topic)] = topic
        self._number += 1
        self._tell(Fact(self._number, topic))

    def live(self, message: Live) -> None:
        """Send a live block or a pulse to every screen that keeps up."""
        self._tell(message)

    def opened(self, generation: StoreGeneration) -> None:
        """Tell all screens that the store was opened anew."""
        self._generation = generation
        self._tell(generation)

    def snapshot(self) -> Snapshot:
        """All topics as they are."""
        return Snapshot(self._number, tuple(self._topics.values()))

    def greet(self, hello: Message, outbox: Outbox) -> None:
        """Let a screen in: store, snapshot, then whatever comes. Raises `VersionError`, `ChannelError`."""
        if not isinstance(hello, Hello):
            raise ChannelError(f"a screen began with {type(hello).__name__}")
        if hello.version != VERSION:
            raise VersionError(VERSION, hello.version)
        if hello.station != self.hello.station:
            raise ChannelError(f"a screen of {hello.station} came to {self.hello.station}")
        if self._generation is not None:
            outbox.put(self._generation)
        outbox.put(self.snapshot())
        self._outboxes.add(outbox)

    def leave(self, outbox: Outbox) -> None:
        """A screen is gone."""
        self._outboxes.discard(outbox)

    def open_outbox(self) -> Outbox:
        """Make room for a screen that has not greeted yet."""
        return Outbox(self.snapshot)

    def receive(self, message: Message, outbox: Outbox) -> None:
        """Take what a screen says; its answer goes into its `outbox`. Raises `ChannelError` for what no screen may say."""
        match message:
            case Command():
                self._desk.obey(message, outbox.put)
            case AskOutcome():
                self._desk.outcome(message.id, outbox.put)
            case _:
                raise ChannelError(f"a screen sent a {type(message).__name__}")

    def _tell(self, message: Message) -> None:
        for outbox in self._outboxes:
            outbox.put(message)
