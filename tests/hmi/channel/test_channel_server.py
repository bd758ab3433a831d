"""The channel on a real local socket: a snapshot, then every fact; slow screens lose live blocks only; bad peers are dropped."""

from __future__ import annotations

import asyncio
import struct
from pathlib import Path

import pytest

from hmi.channel.codec import FrameReader, encode
from hmi.channel.errors import ChannelError
from hmi.channel.facts import Fact, LiveValues, Pulse, Snapshot
from hmi.channel.hub import Hub, Reply
from hmi.channel.memory import MemoryChannel
from hmi.channel.messages import AskOutcome, Hello, StoreGeneration
from hmi.channel.outbox import Outbox
from hmi.channel.server import ChannelServer
from hmi.platform import channel_address, prepare_address
from hmi.station.commands import Answer, Command, SignOut
from hmi.station.topics import CountsTopic, OrdersTopic
from hmi.tasks import Supervisor

pytestmark = pytest.mark.skipif(not hasattr(asyncio, "start_unix_server"), reason="unix sockets")


class Desk:
    """Says yes to all and remembers it."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}

    def obey(self, command: Command, reply: Reply) -> None:
        reply(self.answers.setdefault(command.id, Answer(command.id, done=True)))

    def outcome(self, command_id: str, reply: Reply) -> None:
        reply(self.answers.get(command_id, Answer(command_id, done=False, known=False)))


class Screen:
    """A screen's end of a real socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self._frames, self._heard = FrameReader(), []

    def say(self, message) -> None:
        self.writer.write(encode(message))

    async def hear(self):
        while not self._heard:
            data = await self.reader.read(65536)
            if not data:
                return None
            self._heard = self._frames.feed(data)
        return self._heard.pop(0)

    async def hear_a(self, kind):
        while not isinstance(message := await self.hear(), kind | None):
            pass
        return message


class Served:
    """A hub behind a real socket, for one test."""

    def __init__(self, folder: Path) -> None:
        self.address = channel_address(folder, "ST-040")
        self.tasks = Supervisor()
        self.hub = Hub(Desk(), Hello("ST-040"))
        self.server = ChannelServer(self.hub, self.tasks)
        self._screens: list[Screen] = []

    async def __aenter__(self) -> Served:
        prepare_address(self.address)
        await self.server.open(self.address)
        return self

    async def __aexit__(self, *error: object) -> None:
        for screen in self._screens:
            screen.writer.close()
        self.server.close()
        assert await self.tasks.close() == ()

    async def screen(self, hello: Hello | None = None) -> Screen:
        screen = Screen(*await asyncio.open_unix_connection(self.address))
        self._screens.append(screen)
        screen.say(hello or Hello("ST-040"))
        return screen


def test_a_screen_gets_a_snapshot_and_then_facts_without_a_hole(tmp_path):
    async def run() -> None:
        async with Served(tmp_path) as served:
            served.hub.publish(CountsTopic(good=1))
            served.hub.opened(StoreGeneration(1, str(tmp_path)))
            screen = await served.screen()
            assert await screen.hear() == Hello("ST-040")
            assert await screen.hear() == StoreGeneration(1, str(tmp_path))
            assert await screen.hear() == Snapshot(1, (CountsTopic(good=1),))
            served.hub.publish(CountsTopic(good=1))
            served.hub.publish(CountsTopic(good=2))
            served.hub.publish(OrdersTopic())
            assert await screen.hear() == Fact(2, CountsTopic(good=2))
            assert await screen.hear() == Fact(3, OrdersTopic())

    asyncio.run(run())


def test_a_command_is_answered_to_whoever_gave_it_and_its_outcome_can_be_asked_by_another(tmp_path):
    async def run() -> None:
        async with Served(tmp_path) as served:
            first = await served.screen()
            first.say(Command("c-1", SignOut()))
            assert await first.hear_a(Answer) == Answer("c-1", done=True)
            second = await served.screen()
            second.say(AskOutcome("c-1"))
            assert await second.hear_a(Answer) == Answer("c-1", done=True)
            second.say(AskOutcome("c-2"))
            assert (await second.hear_a(Answer)).known is False

    asyncio.run(run())


@pytest.mark.parametrize("hello", [Hello("ST-040", version=99), Hello("ST-041")], ids=["other version", "other station"])
@pytest.mark.expects_log("a screen is dropped")
def test_a_screen_that_is_not_ours_hears_our_hello_and_is_dropped(tmp_path, hello):
    async def run() -> None:
        async with Served(tmp_path) as served:
            screen = await served.screen(hello)
            assert isinstance(await screen.hear(), Hello)
            assert await screen.hear() is None

    asyncio.run(run())


@pytest.mark.expects_log("unknown message type 77")
def test_garbage_drops_the_connection_and_harms_nobody_else(tmp_path):
    async def run() -> None:
        async with Served(tmp_path) as served:
            good, bad = await served.screen(), await served.screen()
            await good.hear_a(Snapshot)
            await bad.hear_a(Snapshot)
            bad.writer.write(struct.pack("<IB", 4, 77) + b"xyz")
            assert await bad.hear_a(Fact) is None
            served.hub.publish(CountsTopic(good=9))
            assert await good.hear() == Fact(1, CountsTopic(good=9))

    asyncio.run(run())


def test_a_screen_that_stops_reading_loses_live_blocks_but_no_fact(tmp_path):
    block = LiveValues("PRESS", 1, tuple(f"tag{n}" for n in range(500)), (1.0,) * 500)

    async def run() -> None:
        async with Served(tmp_path) as served:
            screen = await served.screen()
            await screen.hear_a(Snapshot)
            for n in range(1, 201):
                for _ in range(20):
                    served.hub.live(block)
                served.hub.publish(CountsTopic(good=n))
                await asyncio.sleep(0)
            live, facts = 0, []
            while len(facts) < 200:
                message = await screen.hear()
                live += isinstance(message, LiveValues)
                facts += [message.topic.good] if isinstance(message, Fact) else []
            assert facts == list(range(1, 201))
            assert live < 4000

    asyncio.run(run())


def test_a_screen_far_behind_gets_one_snapshot_instead_of_the_facts_it_missed():
    async def run() -> None:
        hub = Hub(Desk(), Hello("ST-040"))
        outbox = Outbox(hub.snapshot, facts_max=10)
        hub.greet(Hello("ST-040"), outbox)
        for n in range(1, 12):
            hub.publish(CountsTopic(good=n))
        outbox.put(Answer("c", done=True))
        hub.publish(CountsTopic(good=12))
        said = [await outbox.take() for _ in range(3)]
        assert said == [Snapshot(11, (CountsTopic(good=11),)), Answer("c", done=True), Fact(12, CountsTopic(good=12))]

    asyncio.run(run())


def test_the_channel_in_memory_says_the_same_things():
    async def run() -> None:
        hub = Hub(Desk(), Hello("ST-040"))
        screen = MemoryChannel(hub, "ST-040")
        assert await screen.receive() == Snapshot(0, ())
        hub.live(Pulse(5))
        screen.send(Command("c", SignOut()))
        assert [await screen.receive(), await screen.receive()] == [Pulse(5), Answer("c", done=True)]
        with pytest.raises(ChannelError):
            screen.send(Pulse(1))
        screen.close()

    asyncio.run(run())
