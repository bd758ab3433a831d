"""A machine that lies in every way there is: never a wrong value, and live again within 5 s of its mending.

Every value encodes its own address and the request that read it (`tests.faults.modbus_truth`).
"""

import asyncio
import os
import time
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from random import Random

import pytest

from drivers.driver import DeviceSetup, UnreachableError, WriteRefusedError, WriteUnknownError
from drivers.modbus.driver import create
from drivers.reading import Batch, LinkDown
from drivers.tag import DataType, Role, Tag
from tests.faults.modbus_faults import FaultyMachine, serve, serve_serial
from tests.faults.modbus_framing import Framing
from tests.faults.modbus_lies import HONEST, LIES, UNSEEN_WHEN_PIPELINED, WRITE_LIES, Lie, honest

BACK_WITHIN_S = 5.0
COILS_THAT_ECHO = 0x300
"""A read of 17 coils from here, echoed by a serial line, has the very shape of its answer."""

PLACES = [
    ("holding:5", "uint16"),
    ("holding:6", "int16"),
    ("holding:8", "uint32"),
    ("holding:10", "uint64"),
    ("holding:300", "uint16"),
    ("input:5", "uint16"),
    ("input:6", "int32"),
    *((f"coil:{COILS_THAT_ECHO + place}", "bool") for place in range(17)),
    *((f"discrete:{COILS_THAT_ECHO + place}", "bool") for place in range(9)),
]
TAGS = {place: Tag(place, place, DataType(kind), Role.PROCESS_VALUE) for place, kind in PLACES}
SEEDS = {Framing.TCP: range(16), Framing.RTU: range(8)}
SETPOINT = Tag("holding:900", "holding:900", DataType.UINT16, Role.SETPOINT, writable=True)
LONG_SETPOINT = Tag("holding:902", "holding:902", DataType.UINT32, Role.SETPOINT, writable=True)
SWITCH = Tag("coil:800", "coil:800", DataType.BOOL, Role.SETPOINT, writable=True)


@dataclass
class Spell:
    """Lies so many times with one timing, then never again."""

    lie: Lie
    left: int
    pause_s: float = 0.0
    over_at: float = 0.0

    def __call__(self, scene):
        if self.left == 0:
            return honest(scene)
        self.left -= 1
        scene.pause_s = self.pause_s
        self.over_at = asyncio.get_running_loop().time()
        return self.lie(scene)


@dataclass
class Story:
    """What one machine's driver told while it was lied to."""

    name: str
    lies: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    values: int = 0
    healed_s: float | None = None

    @property
    def trouble(self):
        """Say what must not be; nothing where all is well."""
        slow = self.healed_s is None or self.healed_s > BACK_WITHIN_S
        late = [f"not live again within {BACK_WITHIN_S} s but {self.healed_s}"] if slow else []
        return [f"{self.name}: {each}" for each in (*self.lies[:3], *late)]


def stamp():
    return time.time_ns() // 1000, time.monotonic_ns()


def setup(options, tags=(), shared=None, device="press"):
    more = {} if shared is None else {"shared": shared}
    return DeviceSetup(device, options, tuple(tags) or tuple(TAGS.values()), {"normal": 20}, stamp, **more)


def options(machine, **more):
    transport = {} if machine.framing is Framing.TCP else {"transport": "rtu_over_tcp"}
    return {"host": "127.0.0.1", "port": machine.port, "timeout_ms": round(machine.timeout_s * 1000), **transport, **more}


def is_whole(batch):
    return isinstance(batch, Batch) and None not in batch.values


@asynccontextmanager
async def driving(given):
    driver = create(given)
    try:
        yield driver
    finally:
        await driver.close()


async def endure(name, machine, driver, spells, unit=1):
    """Listen until the driver is live after each of `spells`."""
    story = Story(name)
    clock = asyncio.get_running_loop().time
    spells = iter([Spell(honest, 0), *spells])
    machine.lie = next(spells)
    async with asyncio.timeout(60), aclosing(driver.events()) as events:
        async for event in events:
            story.told += [event.code] if isinstance(event, LinkDown) else []
            if not isinstance(event, Batch):
                continue
            story.lies += machine.truth.lies(unit, TAGS, event)
            story.values += sum(value is not None for value in event.values)
            story.told += [] if is_whole(event) else ["bad"]
            if machine.lie.left == 0 and is_whole(event):
                story.healed_s = max(story.healed_s or 0.0, clock() - (machine.lie.over_at or clock()))
                machine.lie = next(spells, None)
                if machine.lie is None:
                    machine.lie = honest
                    return story
    return story


async def together(scenes):
    """Play all scenes at once; the first that fails ends the others."""
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(scene) for scene in scenes]
    return [each.result() for each in running]


async def one_story(name, lie, framing, timeout_s, pauses_s, times):
    machine = FaultyMachine(framing, timeout_s=timeout_s)
    async with serve(machine), driving(setup(options(machine))) as driver:
        return await endure(name, machine, driver, [Spell(lie, times, pause_s) for pause_s in pauses_s])


async def all_stories(kinds, framing, timeout_s, pauses_s, times):
    named = [(name, lie) for name, (lie, framings) in kinds.items() if framing in framings]
    return await together(one_story(name, lie, framing, timeout_s, pauses_s, times) for name, lie in named)


FRAMINGS = pytest.mark.parametrize("framing", Framing)


def check(stories):
    trouble = [each for story in stories for each in story.trouble]
    assert not trouble, "\n".join(trouble)
    assert all(story.values for story in stories)


@FRAMINGS
@pytest.mark.timeout(20)
def test_an_odd_but_right_answer_is_told_and_the_link_stays(framing):
    stories = asyncio.run(all_stories(HONEST, framing, 1.0, [0.0, 0.003, 0.05], times=3))
    check(stories)
    assert {story.name: story.told for story in stories if story.told} == {}


@FRAMINGS
@pytest.mark.timeout(20)
def test_no_lie_is_believed_and_the_machine_is_live_soon_after_the_last(framing):
    stories = asyncio.run(all_stories(LIES, framing, 0.1, [0.0, 0.02, 0.07], times=2))
    check(stories)
    assert len(stories) > 50


@FRAMINGS
@pytest.mark.timeout(20)
def test_lies_of_all_kinds_in_any_order_bring_no_wrong_value(framing):
    async def liar(seed):
        rng = Random(seed)
        many = rng.choice([{}, {"in_flight": 8}, {"connections": 2}, {"in_flight": 4, "connections": 3}])
        many = many if framing is Framing.TCP else {}
        kinds = [(name, lie) for name, (lie, framings) in {**HONEST, **LIES}.items() if framing in framings]
        machine = FaultyMachine(framing, timeout_s=0.1, rng=rng)
        chosen = rng.choices([kind for kind in kinds if not (many and kind[0] in UNSEEN_WHEN_PIPELINED)], k=8)
        async with serve(machine), driving(setup(options(machine, **many))) as driver:
            spells = [Spell(lie, rng.randint(1, 2), rng.choice([0, 0.01, 0.05])) for _, lie in chosen]
            return await endure(f"seed {seed}: {many} {[name for name, _ in chosen]}", machine, driver, spells)

    async def liars():
        return await together(liar(seed) for seed in SEEDS[framing])

    check(asyncio.run(liars()))


async def overhear(name, machine, driver, unit, is_heard):
    """Listen until the driver is closed; say when it was first heard."""
    story = Story(name, healed_s=0.0)
    async for event in driver.events():
        if isinstance(event, Batch):
            story.lies += machine.truth.lies(unit, TAGS, event)
            story.values += is_whole(event)
            is_heard.set()
    return story


@FRAMINGS
@pytest.mark.timeout(20)
def test_a_unit_that_lies_puts_no_value_under_another_unit_of_its_line(framing):
    async def neighbours(name, lie):
        machine = FaultyMachine(framing, timeout_s=0.15, units=(1, 2))
        shared, is_heard = {}, asyncio.Event()
        async with serve(machine), asyncio.TaskGroup() as tasks:
            line = options(machine)
            async with driving(setup({**line, "unit": 2}, shared=shared, device="neighbour")) as other:
                listening = tasks.create_task(overhear(f"neighbour of {name}", machine, other, 2, is_heard))
                await is_heard.wait()
                async with driving(setup({**line, "unit": 1}, shared=shared)) as driver:
                    lies = Spell(lambda scene: lie(scene) if scene.request.unit == 1 else honest(scene), 2, 0.02)
                    story = await endure(name, machine, driver, [lies])
            return [story, await listening]

    async def all_neighbours():
        kinds = [(name, lie) for name, (lie, framings) in LIES.items() if framing in framings]
        return await together(neighbours(name, lie) for name, lie in kinds[::2])

    check([story for both in asyncio.run(all_neighbours()) for story in both])


def may_look_done(name, tag):
    """On a serial line the echo of a short write is its right answer; only reading back tells."""
    return tag is not LONG_SETPOINT and name == "the request itself"


async def write_once(name, lie, framing, tag, value):
    machine = FaultyMachine(framing, lie, timeout_s=0.1, pause_s=0.01)
    async with serve(machine), driving(setup(options(machine), (tag, *TAGS.values()))) as driver:
        try:
            await driver.write(tag, value)
            outcome = "done"
        except (WriteRefusedError, UnreachableError):
            outcome = "not done"
        except WriteUnknownError:
            outcome = "unknown"
    truly = {"done": (1,), "not done": (0,), "unknown": (0, 1)}[outcome]
    right = len(machine.writes) <= 1 and len(machine.applied) in (truly if not may_look_done(name, tag) else (0, 1))
    return (
        "" if right else f"{name}: {outcome}, but arrived {len(machine.writes)} times and was done {len(machine.applied)} times"
    )


async def write_all(kinds, framing, tag, value):
    named = [(name, lie) for name, (lie, framings) in kinds.items() if framing in framings]
    return await together((write_once(name, lie, framing, tag, value) for name, lie in named))


@FRAMINGS
@pytest.mark.parametrize(("tag", "value"), [(SETPOINT, 7), (LONG_SETPOINT, 70_000), (SWITCH, True)], ids=["word", "long", "coil"])
def test_a_write_is_sent_once_and_what_is_said_of_it_is_true(framing, tag, value):
    outcomes = asyncio.run(write_all({**HONEST, **LIES, **WRITE_LIES}, framing, tag, value))
    assert [wrong for wrong in outcomes if wrong] == []


@FRAMINGS
def test_a_confirmation_of_something_else_confirms_nothing(framing):
    async def write(lie):
        machine = FaultyMachine(framing, lambda scene: honest(scene) if scene.request.is_read else lie(scene), timeout_s=0.1)
        async with serve(machine), driving(setup(options(machine), [SETPOINT])) as driver:
            with pytest.raises(WriteUnknownError):
                await driver.write(SETPOINT, 7)

    async def write_to_all():
        await together((write(lie) for lie, _ in WRITE_LIES.values()))

    asyncio.run(write_to_all())


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")
@pytest.mark.timeout(20)
def test_no_lie_on_a_serial_line_is_believed(tmp_path):
    async def one(name, lie):
        machine = FaultyMachine(Framing.RTU, timeout_s=0.1, rng=Random(name))
        path = tmp_path / name.replace(" ", "-")
        serial = {"transport": "rtu", "serial": str(path), "baud": 115_200, "timeout_ms": 100}
        async with serve_serial(machine, path), driving(setup(serial)) as driver:
            return await endure(name, machine, driver, [Spell(lie, 2, 0.01)])

    async def each():
        kinds = {**HONEST, **LIES}
        return await together((one(name, lie) for name, (lie, framings) in kinds.items() if Framing.RTU in framings))

    check(asyncio.run(each()))
