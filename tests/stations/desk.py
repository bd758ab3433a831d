"""An operator without a screen: speaks to a running engine over its real channel."""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from hmi import platform
from hmi.channel.codec import FrameReader, encode
from hmi.channel.facts import Fact, Snapshot
from hmi.channel.messages import Hello
from hmi.station.commands import Answer, Body, Command
from tests.stations.plant import DEADLINE_S, wait_for

T = TypeVar("T")
STATION = "ST-040"
LOOK_S = 0.1
numbers = itertools.count(1)


class Desk:
    """What the engine says, by topic, and a way to ask it something."""

    def __init__(self, line: socket.socket, station: str = STATION) -> None:
        self._line = line
        self._line.settimeout(LOOK_S)
        self._frames = FrameReader()
        self._topics: dict[type, Any] = {}
        self._answers: dict[str, Answer] = {}
        self._line.sendall(encode(Hello(station)))

    def topic(self, kind: type[T]) -> T:
        """The newest picture of a topic."""
        return self.until(lambda: self._topics.get(kind), f"a {kind.__name__}")

    def ask(self, body: Body) -> Answer:
        """Give a command; its answer."""
        command = f"test-{next(numbers)}"
        self._line.sendall(encode(Command(command, body)))
        return self.until(lambda: self._answers.get(command), f"an answer to {body}")

    def until(self, fact: Callable[[], T], what: str) -> T:
        """Listen until `fact` is true."""
        ends = time.monotonic() + DEADLINE_S
        while not (seen := fact()):
            if time.monotonic() > ends:
                raise AssertionError(f"the engine never said {what}")
            self._listen()
        return seen

    def _listen(self) -> None:
        try:
            heard = self._line.recv(1 << 20)
        except TimeoutError:
            return
        if not heard:
            raise ConnectionError("the engine is gone")
        for message in self._frames.feed(heard):
            match message:
                case Snapshot(topics=topics):
                    self._topics |= {type(topic): topic for topic in topics}
                case Fact(topic=topic):
                    self._topics[type(topic)] = topic
                case Answer():
                    self._answers[message.id] = message
                case _:
                    pass


@contextmanager
def desk(data: Path, station: str = STATION) -> Iterator[Desk]:
    """Sit down at a running engine."""
    address = platform.channel_address(data, station)

    def dial() -> socket.socket | None:
        line = socket.socket(socket.AF_UNIX)
        try:
            line.connect(address)
        except OSError:
            line.close()
            return None
        return line

    with wait_for(dial, "the engine lets us in") as line:
        yield Desk(line, station)
