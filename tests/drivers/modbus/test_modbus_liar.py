"""Whatever a device sends: the right value, bad quality or link down, never another tag's value."""

import asyncio
from contextlib import aclosing

import pytest
from liar import RIGHT, WRONG, liar

from drivers.driver import UnreachableError, WriteRefusedError, WriteUnknownError
from drivers.modbus.driver import create
from drivers.reading import Batch, Heard, LinkDown, LinkUp, Quality
from drivers.tag import Purpose


async def first(driver, wanted, count=1):
    """Return events up to the `count`-th of a wanted kind."""
    heard = []
    async with aclosing(driver.events()) as events:
        async for event in events:
            heard.append(event)
            if sum(isinstance(each, wanted) for each in heard) == count:
                break
    return heard


@pytest.fixture
def tags(tag):
    return [
        tag("a", "holding:5"),
        tag("b", "holding:9", "uint32"),
        tag("c", "holding:300", writable=True, high=500),
        tag("d", "coil:3", "bool"),
    ]


def believed(events):
    return {
        name: value for event in events if isinstance(event, Batch) for name, value in zip(event.tags, event.values, strict=True)
    }


RIGHT_VALUES = {"a": 5, "b": 9 << 16 | 10, "c": 300, "d": True}


@pytest.mark.parametrize("mode", RIGHT)
def test_a_right_answer_gives_right_values_and_a_refusal_bad_ones(mode, tags, setup):
    async def scenario():
        async with liar(mode) as machine:
            driver = create(setup(tags, port=machine.port))
            events = await first(driver, Batch, 3)
            await driver.close()
            return events

    events = asyncio.run(scenario())
    assert isinstance(events[0], LinkUp)
    assert not any(isinstance(event, LinkDown) for event in events)
    assert believed(events) == (dict.fromkeys(RIGHT_VALUES) if mode == "exc" else RIGHT_VALUES)
    assert events[-1].qualities == ((Quality.BAD,) * 4 if mode == "exc" else None)


@pytest.mark.parametrize("mode", WRONG)
def test_a_lie_takes_the_link_down_and_no_value_is_believed(mode, tags, setup):
    async def scenario():
        async with liar(mode, delay=0.2) as machine:
            driver = create(setup(tags, port=machine.port))
            events = await first(driver, LinkDown)
            await driver.close()
            return events

    (down,) = asyncio.run(scenario())
    expected = {"silent": "silent", "late": "silent", "hangup": "closed"}.get(mode, "bad_reply")
    assert (down.code, down.device) == (expected, "press")
    assert down.reason.startswith("127.0.0.1")


def test_a_block_the_device_refuses_is_bad_alone(tags, setup):
    async def scenario():
        async with liar() as machine:
            machine.refuses = {300: 2}
            driver = create(setup(tags, port=machine.port))
            return await first(driver, Batch)

    _, remark, batch = asyncio.run(scenario())
    assert (remark.code, remark.reason) == ("address_refused", "holding:300 (c): it has no such address; 3 others are read")
    assert believed([batch]) == {**RIGHT_VALUES, "c": None}
    assert dict(zip(batch.tags, batch.qualities, strict=True))["c"] is Quality.BAD


def test_a_gateway_that_answers_for_a_dead_device_is_no_sign_of_life(tags, setup):
    async def scenario():
        async with liar() as machine:
            machine.refuses = {3: 11}
            driver = create(setup(tags, port=machine.port))
            return (await first(driver, LinkDown))[-1]

    assert asyncio.run(scenario()).code == "silent"


@pytest.mark.parametrize(
    ("code", "error"),
    [(2, WriteRefusedError), (6, WriteRefusedError), (4, WriteUnknownError), (11, WriteUnknownError), (10, UnreachableError)],
)
def test_what_a_write_was_answered_with_says_whether_it_may_have_happened(code, error, tags, setup):
    async def scenario():
        async with liar() as machine:
            machine.refuses = {300: code}
            driver = create(setup(tags, port=machine.port))
            with pytest.raises(error):
                await driver.write(tags[2], 7)
            await driver.close()

    asyncio.run(scenario())


def test_the_cycle_number_is_read_before_the_results_that_go_with_it(tag, setup):
    async def scenario():
        async with liar() as machine:
            tags = [tag("verdict", "holding:5"), tag("cycle", "holding:400", purpose=Purpose.CYCLE)]
            driver = create(setup(tags, port=machine.port))
            return (await first(driver, Batch))[-1].tags

    assert asyncio.run(scenario()) == ("cycle", "verdict")


def test_a_device_that_lies_and_mends_is_live_again_with_its_own_values(tags, setup):
    async def scenario():
        async with liar("fc") as machine:
            driver = create(setup(tags, port=machine.port))
            seen = []
            async with aclosing(driver.events()) as events:
                async for event in events:
                    seen.append(event)
                    machine.mode = "ok"
                    if isinstance(event, Batch):
                        break
            await driver.close()
            return [type(event) for event in seen], believed(seen)

    assert asyncio.run(scenario()) == ([LinkDown, LinkUp, Batch], RIGHT_VALUES)


def test_a_link_that_fails_again_and_again_is_told_once(tags, setup):
    async def scenario():
        async with liar("silent") as machine:
            driver = create(setup(tags, port=machine.port, timeout_ms=50))
            seen = []
            async with aclosing(driver.events()) as events:
                async for event in events:
                    seen.append(event)
                    if len(seen) == 1:
                        asyncio.get_running_loop().call_later(0.5, setattr, machine, "mode", "ok")
                    if isinstance(event, LinkUp):
                        break
            return [type(event) for event in seen], machine.connections

    kinds, connections = asyncio.run(scenario())
    assert kinds == [LinkDown, LinkUp]
    assert connections > 2


def test_a_port_where_nothing_listens_is_refused(tags, setup):
    async def scenario():
        async with liar() as machine:
            free = machine.port
        driver = create(setup(tags, port=free))
        return await first(driver, LinkDown)

    (down,) = asyncio.run(scenario())
    assert down.code == "refused"


def test_a_slow_group_is_kept_alive_in_between(tag, setup):
    async def scenario():
        async with liar() as machine:
            driver = create(setup([tag("a", "holding:5")], port=machine.port, groups={"normal": 60_000}))
            return [type(event) for event in await first(driver, Heard)]

    assert asyncio.run(scenario()) == [LinkUp, Batch, Heard]


def test_a_write_to_a_silent_device_is_sent_once_and_its_outcome_unknown(tags, setup):
    async def scenario():
        async with liar("silent") as machine:
            driver = create(setup(tags, port=machine.port, timeout_ms=80))
            with pytest.raises(WriteUnknownError):
                await driver.write(tags[2], 7)
            machine.mode = "ok"
            values = await driver.read(tags)
            await driver.close()
            return machine.writes, values

    writes, values = asyncio.run(scenario())
    assert len(writes) == 1
    assert values == list(RIGHT_VALUES.values())


def test_a_write_waits_its_turn_between_polls_and_arrives_once(tags, setup):
    async def scenario():
        async with liar() as machine:
            driver = create(setup(tags, port=machine.port, groups={"normal": 5}))
            batches = 0
            async with aclosing(driver.events()) as events:
                async for event in events:
                    batches += isinstance(event, Batch)
                    if batches == 2:
                        await asyncio.gather(*(driver.write(tags[2], value) for value in (1, 2, 3)))
                    if batches == 4:
                        break
            return [int.from_bytes(write[3:5], "big") for write in machine.writes], machine.connections

    assert asyncio.run(scenario()) == ([1, 2, 3], 1)


def test_a_refused_write_says_so_and_one_out_of_limits_is_never_sent(tags, setup):
    async def scenario():
        async with liar("exc") as machine:
            driver = create(setup(tags, port=machine.port))
            with pytest.raises(WriteRefusedError, match="no such address"):
                await driver.write(tags[2], 7)
            sent = len(machine.writes)
            with pytest.raises(WriteRefusedError, match="above its maximum"):
                await driver.write(tags[2], 501)
            with pytest.raises(WriteRefusedError, match="not marked writable"):
                await driver.write(tags[0], 1)
            await driver.close()
            return sent, len(machine.writes)

    assert asyncio.run(scenario()) == (1, 1)


def test_an_unreachable_device_takes_no_write(tags, setup):
    async def scenario():
        async with liar() as machine:
            free = machine.port
        driver = create(setup(tags, port=free))
        with pytest.raises(UnreachableError, match="nothing listens"):
            await driver.write(tags[2], 7)
        with pytest.raises(UnreachableError, match="nothing listens"):
            await driver.read(tags)

    asyncio.run(scenario())


def test_close_ends_the_events_at_once_and_leaves_no_task(tags, setup):
    async def scenario():
        async with liar("silent") as machine, asyncio.timeout(2), asyncio.TaskGroup() as tasks:
            driver = create(setup(tags, port=machine.port, timeout_ms=4000))
            listening = tasks.create_task(_all_events(driver))
            await machine.asked.wait()
            await driver.close()
            return await listening, [task for task in asyncio.all_tasks() if "Liar" not in repr(task)]

    told, left = asyncio.run(scenario())
    assert told == []
    assert len(left) == 1  # this test


async def _all_events(driver):
    return [event async for event in driver.events()]
