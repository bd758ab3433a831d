"""RTU has no transaction numbers: what may still come late decides what may be believed."""

import asyncio
import itertools
import time
from contextlib import asynccontextmanager

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rtu_slave import Slave, crc, framed

from drivers.driver import DeviceSetup, UnreachableError, WriteUnknownError
from drivers.modbus.address import Table
from drivers.modbus.driver import create
from drivers.modbus.fence import Fence, Passing
from drivers.modbus.library import checksum
from drivers.modbus.pdu import BadFrameError, read_request, words_in, write_registers_request
from drivers.modbus.rtu import Rtu
from drivers.reading import Batch, LinkDown, LinkUp
from drivers.tag import DataType, Role, Tag

READ = read_request(Table.HOLDING, 100, 3)
ANSWER = framed(bytes.fromhex("01 03 06 0064 0065 0066"))
TAG = Tag("r7", "holding:7", DataType.UINT32, Role.SETPOINT, writable=True)
RIGHT = 1007 << 16 | 1008


def asking(request=READ, owing=()):
    rtu = Rtu(owing)
    rtu.begin(1, [request])
    return rtu


def answered(rtu, received):
    return rtu.answers if rtu.feed(received) == 0 else []


@given(st.binary(max_size=64))
def test_the_checksum_is_that_of_the_protocol(frame):
    assert checksum(frame) == crc(frame)


@given(st.binary(max_size=300) | st.binary(max_size=40).map(lambda tail: ANSWER[:3] + tail))
def test_noise_is_refused_or_waited_for(noise):
    try:
        answers = answered(asking(), noise)
    except BadFrameError:
        return
    assert answers == []


@given(st.integers(0, len(ANSWER) * 8 - 1))
def test_no_flipped_bit_anywhere_is_believed(position):
    broken = bytearray(ANSWER)
    broken[position // 8] ^= 1 << position % 8
    try:
        answers = answered(asking(), bytes(broken))
    except BadFrameError:
        return
    assert answers == []


@given(st.lists(st.integers(1, len(ANSWER) - 1), max_size=8))
def test_a_split_answer_is_put_together(cuts):
    rtu = asking()
    edges = [0, *sorted(set(cuts)), len(ANSWER)]
    for first, end in itertools.pairwise(edges):
        assert rtu.answers == []
        rtu.feed(ANSWER[first:end])
    assert words_in(rtu.answers[0], READ).tolist() == [100, 101, 102]


def test_what_a_unit_owes_is_dropped_and_what_no_unit_owes_ends_the_request():
    late = framed(bytes.fromhex("02 03 02 ffff"))
    assert answered(asking(owing={2}), late + ANSWER) == [ANSWER[1:-2]]
    with pytest.raises(BadFrameError, match="unit 2 answered in place of unit 1"):
        asking().feed(late + ANSWER)


def test_what_comes_while_nothing_is_asked_is_dropped_and_counted():
    rtu = asking()
    assert answered(rtu, ANSWER + ANSWER) == [ANSWER[1:-2]]
    assert rtu.dropped == len(ANSWER)
    rtu.feed(ANSWER)
    assert rtu.dropped == 2 * len(ANSWER)
    rtu.begin(1, [READ])
    assert rtu.answers == []


def test_a_line_that_sends_our_words_back_is_understood():
    rtu = Rtu()
    echo = rtu.begin(1, [READ])
    assert answered(rtu, echo[:3]) == []
    assert answered(rtu, echo[3:] + ANSWER) == [ANSWER[1:-2]]
    write = write_registers_request(100, [7])
    echo = rtu.begin(1, [write])
    assert answered(rtu, echo) == []
    assert answered(rtu, echo) == [write.pdu]


def test_a_fence_lets_nothing_pass_that_may_be_late_until_it_is_answered_itself():
    fence = Fence()
    fence.clear()
    fence.raise_for(READ)
    asked = fence.ask(READ)
    assert asked.length != READ.length
    rtu = asking(asked)
    right = framed(bytes([1, 3, asked.length - 2]) + bytes(asked.length - 2))
    assert answered(rtu, b"\x00\x01\x03" + ANSWER) == []
    assert answered(rtu, right) == [right[1:-2]]
    assert fence.pass_by(rtu.answers[0]) is Passing.CLEAR
    assert not fence.is_up


def test_a_fence_that_was_sent_twice_is_followed_by_another_one():
    fence = Fence()
    first = fence.ask(READ)
    assert fence.ask(READ) == first
    assert fence.pass_by(first.head) is Passing.AGAIN
    second = fence.ask(READ)
    assert len({first.length, second.length, READ.length}) == 3
    assert fence.pass_by(second.head) is Passing.CLEAR


@given(st.sampled_from(Table), st.integers(0, 60_000), st.integers(1, 125), st.integers(1, 125))
@example(Table.COIL, 0x300, 80, 32)  # 24 bits from there are asked as 25, which take four bytes like these 32
def test_a_fence_differs_from_what_is_owed_and_from_what_comes_next(table, start, owed, following):
    fence = Fence()
    lost, near = read_request(table, start, owed), read_request(table, start, following)
    fence.raise_for(lost)
    asked = fence.ask(near)
    assert asked.length not in {lost.length, near.length}
    assert asked.function == near.function


def setup(path, device="press", unit=1, shared=None, **options):
    ticks = itertools.count(1)
    given = {"transport": "rtu", "serial": str(path), "baud": 115_200, "unit": unit, "timeout_ms": 120, **options}
    shared = {} if shared is None else shared
    return DeviceSetup(device, given, (TAG,), {"normal": 10}, lambda: (next(ticks), time.monotonic_ns()), shared=shared)


@asynccontextmanager
async def plugged_in(path, **more):
    slave = Slave(path, **more)
    slave.plug_in()
    try:
        yield slave
    finally:
        slave.unplug()


async def heard(events, kind, count=1):
    """Return all events up to the `count`-th of a kind."""
    told = []
    while sum(isinstance(event, kind) for event in told) < count:
        told.append(await anext(events))
    return told


def believed(told):
    return {value for event in told if isinstance(event, Batch) for value in event.values}


def test_a_device_on_a_serial_line_is_read_and_written(tmp_path):
    async def scenario():
        async with plugged_in(tmp_path / "line") as slave:
            driver = create(setup(tmp_path / "line"))
            events = driver.events()
            told = await heard(events, Batch, 3)
            await driver.write(TAG, 70_000)
            await driver.close()
            await events.aclose()
            return told, slave.writes

    told, writes = asyncio.run(scenario())
    assert isinstance(told[0], LinkUp)
    assert believed(told) == {RIGHT}
    assert [write[7:11] for write in writes] == [(70_000).to_bytes(4, "big")]


def test_a_port_that_does_not_take_its_settings_says_so(tmp_path):
    """A pseudo-terminal has no parity."""

    async def scenario():
        async with plugged_in(tmp_path / "line"):
            driver = create(setup(tmp_path / "line", parity="even"))
            with pytest.raises(UnreachableError, match="does not take 115200 baud 8E1"):
                await driver.read([TAG])
            await driver.close()

    asyncio.run(scenario())


def test_a_port_that_is_unplugged_is_down_and_back_when_it_reappears(tmp_path):
    async def scenario():
        path = tmp_path / "line"
        driver = create(setup(path))
        events = driver.events()
        (absent,) = await heard(events, LinkDown)
        async with plugged_in(path):
            up = await heard(events, Batch, 2)
        gone = await heard(events, LinkDown)
        async with plugged_in(path):
            back = await heard(events, Batch, 2)
            await driver.close()
            await events.aclose()
        return absent, up, gone, back

    absent, up, gone, back = asyncio.run(scenario())
    assert (absent.code, absent.reason) == ("no_route", absent.reason)
    assert "there is no serial port" in absent.reason
    assert gone[-1].code in ("closed", "no_route")
    assert [type(event) for event in back if not isinstance(event, LinkDown)] == [LinkUp, Batch, Batch]
    assert believed(up) == believed(back) == {RIGHT}


def test_a_late_answer_is_nobodys_value(tmp_path):
    """The first real question is answered after its timeout, while the next one is waited for."""

    async def scenario():
        async with plugged_in(tmp_path / "line") as slave:
            late = itertools.count()

            def answer(request, right):
                if request[4:6] == b"\x00\x02" and next(late) == 1:
                    return [(0.15, right[:3] + b"\xde\xad\xbe\xef" + crc(right[:3] + b"\xde\xad\xbe\xef"))]
                return [(0, right)]

            slave.answer = answer
            driver = create(setup(tmp_path / "line"))
            events = driver.events()
            told = await heard(events, LinkDown)
            told += await heard(events, Batch, 5)
            await driver.close()
            await events.aclose()
            return told, slave.asked

    told, asked = asyncio.run(scenario())
    assert believed(told) == {RIGHT}
    assert {count for _, _, _, count in asked} > {2}, "a fence of another length was asked"


def _is_fence(request):
    return request[5] != 2


def test_noise_costs_one_more_question_and_no_value(tmp_path):
    async def scenario():
        async with plugged_in(tmp_path / "line") as slave:
            asked = itertools.count()
            slave.answer = lambda request, right: [(0, right if _is_fence(request) or next(asked) % 2 else b"\x00" + right)]
            driver = create(setup(tmp_path / "line"))
            events = driver.events()
            told = await heard(events, Batch, 8)
            await driver.close()
            await events.aclose()
            return told

    told = asyncio.run(scenario())
    assert believed(told) == {RIGHT}
    assert not [event for event in told if isinstance(event, LinkDown)]


def test_a_write_without_a_believable_answer_is_in_doubt_and_sent_once(tmp_path):
    async def scenario():
        async with plugged_in(tmp_path / "line") as slave:
            slave.answer = lambda request, right: [(0, right if request[1] == 3 else b"")]
            driver = create(setup(tmp_path / "line"))
            with pytest.raises(WriteUnknownError, match="may or may not"):
                await driver.write(TAG, 5)
            await driver.close()
            return slave.writes

    assert len(asyncio.run(scenario())) == 1


def test_a_write_to_a_unit_that_does_not_answer_its_fence_was_not_sent(tmp_path):
    async def scenario():
        async with plugged_in(tmp_path / "line") as slave:
            slave.answer = lambda request, right: []
            driver = create(setup(tmp_path / "line"))
            with pytest.raises(UnreachableError, match="did not answer"):
                await driver.write(TAG, 5)
            await driver.close()
            return slave.writes

    assert asyncio.run(scenario()) == []


def test_a_unit_that_refuses_its_fence_is_given_time_to_fall_silent(tmp_path):
    async def scenario():
        async with plugged_in(tmp_path / "line") as slave:
            slave.refuses = {1: 2}
            driver = create(setup(tmp_path / "line"))
            value = await driver.read([TAG])
            await driver.close()
            return value

    assert asyncio.run(scenario()) == [None]


def test_two_units_of_one_serial_line_keep_to_themselves_and_a_dead_one_holds_up_nobody(tmp_path):
    async def scenario():
        shared = {}
        async with plugged_in(tmp_path / "line", units=(1, 2)):
            one, two, dead = (
                create(setup(tmp_path / "line", device=f"unit {unit}", unit=unit, shared=shared)) for unit in (1, 2, 3)
            )
            streams = [driver.events() for driver in (one, two, dead)]
            told = await asyncio.gather(heard(streams[0], Batch, 20), heard(streams[1], Batch, 20), heard(streams[2], LinkDown))
            for driver, stream in zip((one, two, dead), streams, strict=True):
                await driver.close()
                await stream.aclose()
            return told

    first, second, third = asyncio.run(scenario())
    assert believed(first) == {RIGHT}
    assert believed(second) == {2007 << 16 | 2008}
    assert [event.code for event in third] == ["silent"]
    assert not [event for event in first + second if isinstance(event, LinkDown)]


def test_a_port_that_another_program_uses_is_refused(tmp_path):
    async def scenario():
        async with plugged_in(tmp_path / "line"):
            holder, other = create(setup(tmp_path / "line")), create(setup(tmp_path / "line"))
            await holder.read([TAG])
            with pytest.raises(UnreachableError, match="another program uses the serial port"):
                await other.read([TAG])
            for driver in (holder, other):
                await driver.close()

    asyncio.run(scenario())
