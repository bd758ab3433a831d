"""Writes to a machine: once, read back, and unknown where it can't be told."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from drivers.driver import DriverError, UnreachableError, WriteRefusedError, WriteUnknownError
from drivers.link import LinkFault, LinkLostError
from drivers.tag import DataType, Role, Tag
from hmi.engine.machine_writes import MachineWrites
from hmi.station.decision import WriteOrder
from station_db.records.equipment import WriteState

ORDER = WriteOrder("w-1", "PRESS", "permitted_cycle", 7)


def perform(press, machine, *orders: WriteOrder):
    async def run():
        writes = MachineWrites({"PRESS": machine}, {"PRESS": press}, deadline_s=0.2, read_back_s=0.05)
        return await asyncio.gather(*(writes.perform(order) for order in orders))

    return asyncio.run(run())


def test_a_write_that_reads_back_is_confirmed(bench_press, press_machine):
    press = bench_press()
    (result,) = perform(press, press_machine, ORDER)
    assert (result.state, press.writes) == (WriteState.CONFIRMED, [("permitted_cycle", 7)])


def test_a_write_that_reads_back_otherwise_is_unknown(bench_press, press_machine):
    press = bench_press()
    press.forgets_writes = True
    (result,) = perform(press, press_machine, ORDER)
    assert (result.state, result.reason) == (WriteState.UNKNOWN, "0 was read back")


def test_a_value_the_machine_takes_over_with_its_next_scan_is_confirmed(bench_press, press_machine):
    press, reads = bench_press(), []
    read = press.read

    async def read_late(tags):
        reads.append(tags)
        return [0] if len(reads) < 3 else await read(tags)

    press.read = read_late

    async def run():
        return await MachineWrites({"PRESS": press_machine}, {"PRESS": press}).perform(ORDER)

    assert (asyncio.run(run()).state, len(reads)) == (WriteState.CONFIRMED, 3)


def test_a_real_value_near_the_one_asked_is_not_the_one_asked(bench_press, press_machine):
    tag = Tag("pressure", "holding:40", DataType.FLOAT32, Role.SETPOINT, writable=True)
    press = bench_press()

    async def write(_tag, _value):
        pass

    async def read(_tags):
        return [4.6]

    press.write, press.read = write, read
    machine = replace(press_machine, tags=(*press_machine.tags, tag))
    (result,) = perform(press, machine, WriteOrder("w-2", "PRESS", "pressure", 4.2))
    assert (result.state, result.reason) == (WriteState.UNKNOWN, "4.6 was read back")


def test_a_large_count_that_is_one_off_is_not_the_one_asked(bench_press, press_machine):
    tag = Tag("preset", "holding:40", DataType.UINT32, Role.SETPOINT, writable=True)
    press = bench_press()

    async def write(_tag, _value):
        pass

    async def read(_tags):
        return [40_000_001]

    press.write, press.read = write, read
    machine = replace(press_machine, tags=(*press_machine.tags, tag))
    (result,) = perform(press, machine, WriteOrder("w-3", "PRESS", "preset", 40_000_000.0))
    assert (result.state, result.reason) == (WriteState.UNKNOWN, "40000001 was read back")


def test_the_same_order_is_never_sent_twice(bench_press, press_machine):
    press = bench_press()
    first, second = perform(press, press_machine, ORDER, ORDER)
    assert [first.state, second.state] == [WriteState.CONFIRMED, WriteState.UNKNOWN]
    assert press.writes == [("permitted_cycle", 7)]


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (WriteRefusedError("PRESS", "not whitelisted"), WriteState.REFUSED),
        (UnreachableError("PRESS", "not sent"), WriteState.REFUSED),
        pytest.param(
            WriteUnknownError("PRESS", "no answer"), WriteState.UNKNOWN, marks=pytest.mark.expects_log("is unknown: no answer")
        ),
        pytest.param(DriverError("PRESS", "odd"), WriteState.UNKNOWN, marks=pytest.mark.expects_log("is unknown: odd")),
        pytest.param(RuntimeError("a bug"), WriteState.UNKNOWN, marks=pytest.mark.expects_log("failed: RuntimeError('a bug')")),
        pytest.param(
            LinkLostError(LinkFault.CLOSED, "gone"), WriteState.UNKNOWN, marks=pytest.mark.expects_log("failed: LinkLostError")
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_the_machine_said_decides_what_we_know_and_nothing_is_sent_again(bench_press, press_machine, error, state):
    press, asked = bench_press(), []

    async def fail(tag, value):
        asked.append((tag.name, value))
        raise error

    press.write = fail
    (result,) = perform(press, press_machine, ORDER)
    assert result.state == state
    assert asked == [("permitted_cycle", 7)]


def test_a_value_is_read_back_before_the_next_one_is_written(bench_press, press_machine):
    press, done = bench_press(), []
    write, read = press.write, press.read

    async def write_slowly(tag, value):
        done.append(f"write {value}")
        await asyncio.sleep(0)
        await write(tag, value)

    async def read_slowly(tags):
        await asyncio.sleep(0)
        done.append("read")
        return await read(tags)

    press.write, press.read = write_slowly, read_slowly
    results = perform(press, press_machine, ORDER, replace(ORDER, id="w-9", value=8))
    assert done == ["write 7", "read", "write 8", "read"]
    assert {result.state for result in results} == {WriteState.CONFIRMED}


def test_a_machine_that_never_answers_leaves_the_write_unknown(bench_press, press_machine):
    press = bench_press()

    async def never(tag, value):
        await asyncio.Event().wait()

    press.write = never
    (result,) = perform(press, press_machine, ORDER)
    assert result.state == WriteState.UNKNOWN
