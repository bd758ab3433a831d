"""Several devices behind one gateway: they share its connection, and none stops the others."""

import asyncio
import itertools
import time
from contextlib import asynccontextmanager

import owned_time
import pytest
from gateway import gateway
from liar import liar

from drivers.driver import DeviceSetup, MachineSetupError, UnreachableError, WriteUnknownError
from drivers.modbus.driver import create
from drivers.modbus.lines import KEY
from drivers.reading import Batch, LinkDown, LinkUp
from drivers.tag import DataType, Role, Tag

TAGS = tuple(
    Tag(f"r{number}", f"holding:{number}", DataType.UINT16, Role.SETPOINT, writable=True) for number in (1, 200, 400, 600)
)


def setup(device, shared, *, tags=TAGS[:1], period_ms=20, **options):
    ticks = itertools.count(1)
    given = {"host": "127.0.0.1", "timeout_ms": 300, **options}
    return DeviceSetup(device, given, tags, {"normal": period_ms}, lambda: (next(ticks), time.monotonic_ns()), shared=shared)


class Listening:
    """Keeps what a driver tells until the end of a test."""

    def __init__(self, driver):
        self.driver = driver
        self.told = []
        self._news = asyncio.Event()

    async def listen(self):
        async for event in self.driver.events():
            self.told.append(event)
            self._news.set()

    async def until(self, kind, count=1):
        while len(found := [event for event in self.told if isinstance(event, kind)]) < count:
            self._news.clear()
            await self._news.wait()
        return found[-1]


@asynccontextmanager
async def listening(*setups):
    async with asyncio.TaskGroup() as tasks:
        all_listening = [Listening(create(each)) for each in setups]
        for each in all_listening:
            tasks.create_task(each.listen())
        try:
            yield all_listening
        finally:
            for each in all_listening:
                await each.driver.close()


def values(event):
    return dict(zip(event.tags, event.values, strict=True))


def test_devices_of_one_gateway_share_one_connection_and_the_last_one_closes_it():
    async def scenario():
        shared = {}
        async with gateway({1: 0, 2: 0}) as machine:
            setups = [setup(f"m{unit}", shared, port=machine.port, unit=unit) for unit in (1, 2)]
            async with listening(*setups) as (one, two):
                first, second = await one.until(Batch, 3), await two.until(Batch, 3)
                await one.driver.close()
                await two.until(Batch, 6)
                seen = machine.connections, machine.open
            await machine.until_closed()
            return values(first), values(second), seen, shared[KEY].__dict__

    first, second, seen, left = asyncio.run(scenario())
    assert (first, second) == ({"r1": 1001}, {"r1": 2001})
    assert seen == (1, 1)
    assert left == {"_held": {}}


@pytest.mark.parametrize(
    ("ours", "theirs", "why"),
    [
        ({"in_flight": 4}, {}, "option 'in_flight' is 4, but 'first' on the same line 127.0.0.1:502 says 1"),
        ({"connections": 2}, {}, "option 'connections' is 2"),
        ({"transport": "rtu_over_tcp"}, {}, "option 'transport' is rtu_over_tcp"),
        (
            {"transport": "rtu", "host": None, "serial": "COM7", "baud": 19200},
            {"transport": "rtu", "host": None, "serial": "COM7"},
            "option 'baud' is 19200, but 'first' on the same line COM7 says 9600",
        ),
    ],
)
def test_devices_that_contradict_each_other_about_their_line_are_refused(ours, theirs, why):
    shared = {}

    def given(device, options):
        made = setup(device, shared, **options)
        kept = {key: value for key, value in made.options.items() if value is not None}
        return DeviceSetup(device, kept, made.tags, made.groups, made.stamp, shared=shared)

    create(given("first", theirs))
    with pytest.raises(MachineSetupError, match=why) as caught:
        create(given("second", {**theirs, **ours}))
    assert caught.value.device == "second"


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"transport": "rtu"}, "option 'host' has no meaning with transport rtu"),
        ({"serial": "COM1"}, "option 'serial' has no meaning with transport tcp"),
        ({"transport": "rtu_over_tcp", "in_flight": 2}, "option 'in_flight' has no meaning with transport rtu_over_tcp"),
        ({"transport": "rtu_over_tcp", "unit": 0}, "option 'unit' must be a whole number from 1 to 247"),
        ({"transport": "udp"}, "option 'transport' must be one of tcp, rtu, rtu_over_tcp"),
        ({"in_flight": 17}, "option 'in_flight' must be a whole number from 1 to 16"),
        ({"connections": 9}, "option 'connections' must be a whole number from 1 to 8"),
    ],
)
def test_a_line_option_that_can_have_no_effect_is_named(options, why):
    with pytest.raises(MachineSetupError, match=why):
        create(setup("press", {}, **options))


@pytest.mark.parametrize("depth", [1, 3])
def test_as_many_requests_are_under_way_as_the_line_allows(depth):
    async def scenario():
        async with gateway({1: 0.01}, one_at_a_time=False) as machine:
            driver = create(setup("press", {}, tags=TAGS, port=machine.port, in_flight=depth))
            read = await driver.read(TAGS)
            await driver.close()
            return read, machine.most_under_way

    assert asyncio.run(scenario()) == ([1001, 1200, 1400, 1600], depth)


def test_transaction_numbers_go_on_over_a_new_connection():
    async def scenario():
        async with gateway({1: None}) as machine, listening(setup("press", {}, port=machine.port, timeout_ms=50)) as (heard,):
            await heard.until(LinkDown)
            machine.delays[1] = 0
            await heard.until(Batch)
            return machine.connections, machine.numbers

    connections, numbers = asyncio.run(scenario())
    assert connections > 1
    steps = [(after - before) % 65_535 for before, after in itertools.pairwise(numbers)]
    assert steps == [1] * len(steps)


def test_a_write_goes_before_the_reads_that_wait():
    async def scenario():
        async with gateway({1: 0.02}) as machine:
            driver = create(setup("press", {}, tags=TAGS, port=machine.port))
            reading = asyncio.ensure_future(asyncio.gather(*(driver.read([tag]) for tag in TAGS)))
            await machine.was_asked.wait()
            await driver.write(TAGS[0], 7)
            before = [function for _, function in machine.asked]
            await reading
            await driver.close()
            return before, len(machine.asked), machine.connections

    assert asyncio.run(scenario()) == ([3, 6], 5, 1)


def test_a_write_goes_between_the_blocks_of_one_read():
    async def scenario():
        async with gateway({1: 0.02}) as machine:
            driver = create(setup("press", {}, tags=TAGS, port=machine.port))
            reading = asyncio.ensure_future(driver.read(TAGS))
            await machine.was_asked.wait()
            await driver.write(TAGS[0], 7)
            found = await reading
            await driver.close()
            return found, [function for _, function in machine.asked]

    assert asyncio.run(scenario()) == ([1001, 1200, 1400, 1600], [3, 6, 3, 3, 3])


def test_what_was_written_to_a_slow_device_is_read_back_at_once_beside_others():
    async def scenario():
        shared, now = {}, asyncio.get_running_loop().time
        async with gateway({1: 0, 2: 0.3}) as machine:
            setups = [setup(f"m{unit}", shared, port=machine.port, unit=unit, timeout_ms=800) for unit in (1, 2)]
            async with listening(*setups) as (_, slow):
                await slow.until(Batch)
                began = now()
                await slow.driver.write(TAGS[0], 7)
                read = await slow.driver.read(TAGS[:1])
                return read, now() - began

    read, took_s = owned_time.run(scenario())
    assert read == [2001]
    assert took_s < 1


def test_writes_have_their_own_connection_where_the_device_allows_two():
    async def scenario():
        async with gateway({1: 0.2}) as machine:
            driver = create(setup("press", {}, port=machine.port, connections=2))
            reading = asyncio.ensure_future(driver.read(TAGS[:1]))
            await machine.was_asked.wait()
            machine.delays[1] = 0
            await driver.write(TAGS[0], 7)
            was_read = reading.done()
            await reading
            await driver.close()
            return was_read, machine.connections

    assert asyncio.run(scenario()) == (False, 2)


def test_a_busy_device_is_asked_again_and_a_busy_write_is_not():
    async def scenario():
        async with gateway({1: 0}) as machine:
            driver = create(setup("press", {}, port=machine.port))
            machine.refuses = {(1, 3): [6, 5, 6], (1, 6): [5]}
            read = await driver.read(TAGS[:1])
            with pytest.raises(WriteUnknownError, match="may or may not"):
                await driver.write(TAGS[0], 7)
            await driver.close()
            return read, [function for _, function in machine.asked], machine.writes

    assert asyncio.run(scenario()) == ([1001], [3, 3, 3, 3, 6], [])


def test_a_dead_device_does_not_cost_the_others_their_connection_and_comes_back():
    async def scenario():
        shared = {}
        async with gateway({1: 0, 2: None}, one_at_a_time=False) as machine:
            setups = [setup(f"m{unit}", shared, port=machine.port, unit=unit, timeout_ms=100) for unit in (1, 2)]
            async with listening(*setups) as (alive, dead):
                down = await dead.until(LinkDown)
                await alive.until(Batch, len(alive.told) + 20)
                machine.delays[2] = 0
                back = values(await dead.until(Batch))
                return down, back, machine.connections, [event for event in alive.told if isinstance(event, LinkDown)]

    down, back, connections, downs = asyncio.run(scenario())
    assert (down.code, back, connections, downs) == ("silent", {"r1": 2001}, 1, [])
    assert "unit 2 did not answer" in down.reason


def test_a_device_that_breaks_the_connection_is_down_alone():
    async def scenario():
        shared = {}
        async with liar() as machine:
            setups = [setup(f"m{unit}", shared, port=machine.port, unit=unit) for unit in (1, 2)]
            right = machine.answer

            async def lie_for_two(writer, number, unit, pdu):
                await right(writer, number, unit + (unit == 2), pdu)

            machine.answer = lie_for_two
            async with listening(*setups) as (alive, lying):
                down = await lying.until(LinkDown)
                await alive.until(Batch, len(alive.told) + 10)
                return down.code, [event for event in alive.told if isinstance(event, LinkDown)], machine.connections > 1

    assert asyncio.run(scenario()) == ("bad_reply", [], True)


def test_a_dead_gateway_is_known_when_nobody_answers_and_is_dialled_anew():
    async def scenario():
        shared = {}
        async with gateway({1: 0, 2: 0}) as machine:
            setups = [setup(f"m{unit}", shared, port=machine.port, unit=unit, timeout_ms=80) for unit in (1, 2)]
            async with listening(*setups) as both:
                for each in both:
                    await each.until(Batch)
                machine.delays = {1: None, 2: None}
                codes = [(await each.until(LinkDown)).code for each in both]
                machine.delays = {1: 0, 2: 0}
                for each in both:
                    await each.until(LinkUp, 2)
                return codes, machine.connections > 1

    assert asyncio.run(scenario()) == (["silent", "silent"], True)


@pytest.mark.parametrize("hang_up", [asyncio.StreamWriter.close, lambda writer: writer.transport.abort()])
def test_a_device_whose_only_connection_is_taken_says_so(hang_up):
    async def scenario():
        async def refuse(reader, writer):
            await reader.read(1)
            hang_up(writer)

        async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
            driver = create(setup("press", {}, port=server.sockets[0].getsockname()[1]))
            with pytest.raises(UnreachableError, match="another program may have the only one it allows"):
                await driver.read(TAGS[:1])
            await driver.close()

    asyncio.run(scenario())


def test_closing_one_device_gives_up_its_request_and_no_other():
    async def scenario():
        shared = {}
        async with gateway({1: 0, 2: None}, one_at_a_time=False) as machine:
            alive, dead = (create(setup(f"m{unit}", shared, port=machine.port, unit=unit, timeout_ms=4000)) for unit in (1, 2))
            reading = asyncio.ensure_future(dead.read(TAGS[:1]))
            await machine.was_asked.wait()
            waiting = asyncio.ensure_future(alive.read(TAGS[:1]))
            await asyncio.sleep(0)
            await dead.close()
            with pytest.raises(UnreachableError, match="closed here"):
                await reading
            read = await waiting
            await alive.close()
            return read, machine.connections

    assert asyncio.run(scenario()) == ([1001], 1)


@pytest.mark.parametrize(
    ("delay", "timeout_ms", "one_at_a_time"), [(0.9, 800, True), (0.9, 1200, True), (0.9, 1200, False), (None, 800, False)]
)
def test_a_healthy_device_keeps_its_rate_beside_a_slow_or_silent_one(delay, timeout_ms, one_at_a_time):
    """Over 40 s that the test owns, from the moment the slow one is first asked; gateways may hold up others meanwhile."""

    async def scenario():
        shared, now = {}, asyncio.get_running_loop().time
        async with gateway({1: 0, 2: delay}, one_at_a_time=one_at_a_time) as machine:
            one, two = (
                setup(f"m{unit}", shared, port=machine.port, unit=unit, timeout_ms=timeout_ms, period_ms=200) for unit in (1, 2)
            )
            async with listening(one) as (healthy,):
                await healthy.until(Batch)
                async with listening(two) as (slow,):
                    began, had = now(), len(healthy.told)
                    await asyncio.sleep(40)
                    share = (len(healthy.told) - had) / ((now() - began) / 0.2)
                    down = [event for event in healthy.told if isinstance(event, LinkDown)]
                    return share, down, [unit for unit, _ in machine.asked].count(2), slow.told

    share, down, asked, told = owned_time.run(scenario())
    assert down == []
    assert asked > 3
    assert share > 0.9
    if delay is not None and delay * 1000 < timeout_ms:
        assert any(isinstance(event, Batch) for event in told)
