"""A whole engine without a machine: what people count is recorded, told and kept over a restart."""

from __future__ import annotations

import asyncio
import time

from hmi.channel.facts import Pulse
from hmi.engine.engine import Engine
from hmi.engine.inputs import Learned
from hmi.engine.links import make_driver
from hmi.settings import MANUAL, Machine, Screen, Settings
from hmi.station.commands import CountParts, SignIn, TakeBackCount
from hmi.station.topics import CountsTopic, HandworkTopic, MachinesTopic
from station_db.queries import Span, counts
from station_db.reader import Reader
from station_db.records.people import Person, PersonRole
from station_db.records.resume import ShiftCount

BENCH = Machine("bench", "Bench", MANUAL, {}, (), {"normal": 500})
MARIA = Person(id="mk", name="Maria", initials="MK", badge="1", role=PersonRole.OPERATOR)
SHIFT = Span(0, 2**62)


def stamp() -> tuple[int, int]:
    return time.time_ns() // 1000, time.monotonic_ns()


def engine_on(folder) -> Engine:
    settings = Settings(folder / "station.toml", "ST-040", "Bench", "Hall 2", "UTC", folder, (BENCH,), Screen())
    return Engine(settings, {"bench": make_driver(BENCH, stamp, {})})


def test_people_count_and_take_back_and_a_restart_keeps_it(tmp_path, watching_screen):
    async def first() -> None:
        engine = engine_on(tmp_path)
        await engine.start()
        screen = watching_screen(engine)
        await screen.topic(MachinesTopic, lambda topic: topic.machines[0].link_up)
        pulse = await screen.until(lambda message: isinstance(message, Pulse) and message.sources[0].heard_ns > 0)
        assert pulse.sources[0].beating
        engine._runner.put(Learned([MARIA]))
        assert (await screen.ask("c-in", SignIn(badge=MARIA.badge))).done
        for number, body in enumerate((CountParts("bench", 1), CountParts("bench", 5), CountParts("bench", 0, 1))):
            assert (await screen.ask(f"c-{number}", body)).done
        told = await screen.topic(HandworkTopic, lambda topic: len(topic.entries) == 3)
        assert (await screen.ask("c-back", TakeBackCount(told.entries[1].id))).done
        counted = await screen.topic(CountsTopic, lambda topic: topic.cycles == 2)
        assert (counted.good, counted.bad, counted.tells_bad) == (1, 1, True)
        await engine.stop()

    async def second() -> None:
        engine = engine_on(tmp_path)
        await engine.start()
        screen = watching_screen(engine)
        told = await screen.topic(HandworkTopic, lambda topic: topic.entries)
        assert [(entry.good, entry.bad, entry.is_taken_back) for entry in told.entries] == [
            (0, 1, False),
            (5, 0, True),
            (1, 0, False),
        ]
        assert screen.topics[CountsTopic].cycles == 2
        await engine.stop()

    asyncio.run(first())
    assert Reader(tmp_path).ask(counts, SHIFT) == (ShiftCount("bench", 1, 1, 2),)
    asyncio.run(second())
