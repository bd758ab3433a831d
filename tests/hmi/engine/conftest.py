"""A whole engine in one process: a real store, a press in memory that obeys the driver protocol, a screen in memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from drivers.reading import Batch, Event, LinkUp, Samples
from drivers.tag import DataType, Purpose, Role, Tag, Value
from hmi.channel.facts import Fact, Snapshot
from hmi.channel.memory import MemoryChannel
from hmi.channel.messages import StoreGeneration
from hmi.engine.engine import Engine
from hmi.settings import Machine, Screen, Settings
from hmi.station.commands import Answer, Command


def _tag(name: str, role: Role, purpose: Purpose | None = None, **more) -> Tag:
    return Tag(name, f"holding:{name}", more.pop("data_type", DataType.UINT16), role, purpose, **more)


TAGS = (
    _tag("state", Role.STATE),
    _tag("good", Role.COUNTER, Purpose.GOOD),
    _tag("bad", Role.COUNTER, Purpose.BAD),
    _tag("cycle", Role.COUNTER, Purpose.CYCLE),
    _tag("verdict", Role.RESULT, Purpose.VERDICT),
    _tag("heartbeat", Role.HEARTBEAT, Purpose.MACHINE_HEARTBEAT),
    _tag("boot", Role.IDENTITY, Purpose.BOOT),
    _tag("force", Role.SIGNAL, unit="kN", data_type=DataType.FLOAT64),
    _tag("permit_required", Role.COMMAND, Purpose.PERMIT_REQUIRED, writable=True, group="slow"),
    _tag("permitted_cycle", Role.COMMAND, Purpose.PERMITTED_CYCLE, writable=True, group="slow"),
    _tag("station_heartbeat", Role.HEARTBEAT, Purpose.STATION_HEARTBEAT, writable=True, group="slow"),
)
PRESS = Machine("PRESS", "Press 4", "bench", {}, TAGS, {"normal": 50, "slow": 500})


class BenchPress:
    """A press whose registers the test turns; it hands up a scan whenever it is told to, or by itself with `keeps_polling`."""

    def __init__(self) -> None:
        self.registers: dict[str, Value] = dict.fromkeys((tag.name for tag in TAGS), 0)
        self.registers |= {"state": 6, "boot": 1, "force": 0.0}
        self.writes: list[tuple[str, Value]] = []
        self.write_error: Exception | None = None
        self.forgets_writes = False
        self.dies_once: Exception | None = None
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._poll = True
        self.say(LinkUp("PRESS", *self._stamp()))
        self.scan()

    async def events(self) -> AsyncIterator[Event]:
        while True:
            if self.dies_once is not None:
                error, self.dies_once = self.dies_once, None
                raise error
            try:
                async with asyncio.timeout(0.05):
                    event = await self._events.get()
            except TimeoutError:
                if self._poll:
                    self.scan()
                continue
            if event is None:
                return
            yield event

    async def read(self, tags: Sequence[Tag]) -> Sequence[Value]:
        return [self.registers[tag.name] for tag in tags]

    async def write(self, tag: Tag, value: Value) -> None:
        if self.write_error is not None and tag.purpose is not Purpose.STATION_HEARTBEAT:
            raise self.write_error
        self.writes.append((tag.name, value))
        if not self.forgets_writes:
            self.registers[tag.name] = value

    async def close(self) -> None:
        self._events.put_nowait(None)

    def say(self, event: Event) -> None:
        self._events.put_nowait(event)

    def scan(self) -> None:
        """One poll round: everything, its heartbeat moved."""
        self.registers["heartbeat"] = (self.registers["heartbeat"] + 1) % 65536
        for group in PRESS.groups:
            names = tuple(tag.name for tag in TAGS if tag.group == group)
            self.say(Batch("PRESS", group, names, [self.registers[name] for name in names], *self._stamp()))

    def make_part(self, *, good: bool = True, samples: int = 10) -> None:
        """One cycle with its curve, as a poll round would bring it."""
        cycle = self.registers["cycle"] + 1
        columns = ([float(n) for n in range(samples)], [n / 2 for n in range(samples)])
        self.say(Samples("PRESS", cycle, ("position", "force"), ("mm", "kN"), 0, columns, 0, *self._stamp()))
        self.registers["cycle"] = cycle
        self.registers["good" if good else "bad"] += 1
        self.registers["verdict"] = 1 if good else 2
        self.scan()

    def fall_silent(self) -> None:
        self._poll = False

    @staticmethod
    def _stamp() -> tuple[int, int]:
        return time.time_ns() // 1000, time.monotonic_ns()


class WatchingScreen:
    """A screen in memory that remembers the newest picture of everything and waits for facts."""

    def __init__(self, engine: Engine) -> None:
        self._channel = MemoryChannel(engine.hub, "ST-040")
        self.topics = {}
        self.heard = []
        self.numbers = []

    def send(self, message) -> None:
        self._channel.send(message)

    async def until(self, claim):
        """Read on until `claim(message)` is true of a message (or of the pictures); returns that message."""
        while True:
            message = await self._channel.receive()
            self._take(message)
            if claim(message):
                return message

    async def topic(self, cls, claim):
        """Wait until the picture of a topic is as claimed."""
        while cls not in self.topics or not claim(self.topics[cls]):
            self._take(await self._channel.receive())
        return self.topics[cls]

    async def ask(self, command_id: str, body):
        self.send(Command(command_id, body))
        return await self.until(lambda message: isinstance(message, Answer) and message.id == command_id)

    def _take(self, message) -> None:
        self.heard.append(message)
        match message:
            case Snapshot():
                self.topics |= {type(topic): topic for topic in message.topics}
            case Fact():
                self.numbers.append(message.number)
                self.topics[type(message.topic)] = message.topic
            case StoreGeneration():
                self.generation = message


def settings_of(folder: Path, **more) -> Settings:
    return Settings(folder / "station.toml", "ST-040", "Press fit", "Hall 2", "UTC", folder, (PRESS,), Screen(), **more)


@asynccontextmanager
async def running(folder: Path, press: BenchPress | None = None, **more):
    """An engine on `folder` with its press; ended orderly."""
    press = press or BenchPress()
    engine = Engine(settings_of(folder, **more), {"PRESS": press})
    await engine.start()
    try:
        yield engine, press, WatchingScreen(engine)
    finally:
        await engine.stop()


@pytest.fixture
def station():
    """`async with station(folder) as (engine, press, screen)`."""
    return running


@pytest.fixture
def watching_screen():
    return WatchingScreen


@pytest.fixture
def bench_press():
    return BenchPress


@pytest.fixture
def press_machine():
    return PRESS
