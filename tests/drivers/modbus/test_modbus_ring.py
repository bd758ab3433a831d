"""A ring too long for one read, read while the machine goes on writing: no sample wrong, repeated or silently lost."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.driver import CurveSetup, DeviceSetup
from drivers.modbus.codec import encode
from drivers.modbus.curve import CurveReader
from drivers.modbus.form import Form
from drivers.modbus.options import ModbusOptions
from drivers.modbus.order import ByteOrder
from drivers.modbus.replies import ExceptionReplyError
from drivers.modbus.ring import ring
from drivers.tag import DataType

INDEXES = 1 << 32
AT = 100
SETUP = CurveSetup(f"holding:{AT}", 200, ("nth", "cycle"), ("", ""), (1.0, 1.0))
WORD = Form(DataType.UINT16)


class Controller:
    """Writes on while it is read: `busy` samples before each read is answered. Every sample says which it is."""

    def __init__(self, setup=SETUP, order=ByteOrder.ABCD, index=0):
        self.setup, self.order = setup, order
        self.form = Form(setup.data_type, order)
        self.slots = np.zeros((setup.capacity, len(setup.channels) * self.form.width), np.uint16)
        self.index, self.start, self.cycle, self.boot, self.overrun = index, index, 1, 1, 0
        self.put_in_all = 0
        self.busy = []
        self.headers = []
        self.asked = 0

    def put(self, count):
        for _ in range(count):
            nth = (self.index - self.start) % INDEXES % 30_000
            slot = [word for number in (nth, self.cycle) for word in encode(number, self.form)]
            self.slots[self.index % self.setup.capacity] = slot
            self.index = (self.index + 1) % INDEXES
            self.put_in_all += 1

    def begin(self):
        self.cycle, self.start = self.cycle + 1, self.index

    def restart(self):
        self.index, self.start, self.cycle, self.boot = 0, 0, self.cycle + 1, self.boot + 1

    def words(self):
        long = Form(DataType.UINT32, self.order)
        short = replace(WORD, order=self.order)
        head = [*encode(self.index, long)]
        for number in (self.overrun, self.cycle):
            head += encode(number, short)
        head += encode(self.start, long)
        for number in (20, self.boot):
            head += encode(number, short)
        return np.concatenate([np.array(head, np.uint16), self.slots.reshape(-1)])

    async def read_all(self, reads):
        return [self.answer(start - AT, count) for _, start, count in reads]

    def answer(self, at, count):
        assert count <= 125
        self.asked += 1
        busy = self.busy.pop(0) if self.busy else 0
        if busy == "restart":
            self.restart()
        elif busy == "begin":
            self.begin()
        else:
            self.put(busy)
        if at == 0:
            self.headers.append(self.put_in_all)
        return self.words()[at : at + count]


def reader(controller, order=ByteOrder.ABCD):
    options = {"host": "127.0.0.1", "order": order.value}
    setup = DeviceSetup("press", options, (), {}, lambda: (0, 0), controller.setup)
    return CurveReader("press", ring(setup, ModbusOptions.of(setup)), lambda: (0, 0))


def read(curve, controller):
    return asyncio.run(curve.read(controller))


def check(samples):
    nths, cycles = samples.columns
    assert list(nths) == [n % 30_000 for n in range(samples.first, samples.first + len(nths))]
    assert set(cycles) <= {samples.cycle}


paces = st.lists(st.one_of(st.integers(0, 5), st.integers(0, 90), st.just("begin")), max_size=60)


@settings(max_examples=60, deadline=None)
@given(paces, st.lists(st.integers(0, 300), min_size=1, max_size=6), st.sampled_from([0, 150, INDEXES - 1, INDEXES - 250]))
def test_no_sample_is_wrong_repeated_or_silently_lost_while_the_machine_writes_on(busy, polls, index):
    controller = Controller(index=index)
    curve = reader(controller)
    assert read(curve, controller) == []
    controller.busy = busy
    seen, told = set(), 0
    for before in polls:
        controller.put(before)
        controller.headers.clear()
        for samples in read(curve, controller):
            check(samples)
            new = {(samples.cycle, samples.first + i) for i in range(len(samples.columns[0]))}
            assert not new & seen
            seen |= new
            told += len(new) + samples.lost
            assert told <= controller.headers[0], "what came after the header is told the next time"
    controller.busy = []
    controller.put(1)
    for samples in read(curve, controller):
        check(samples)
        told += len(samples.columns[0]) + samples.lost
    assert told == controller.put_in_all


@pytest.mark.parametrize("kind", [DataType.INT16, DataType.INT32, DataType.FLOAT32])
@pytest.mark.parametrize("order", ByteOrder)
def test_every_kind_of_sample_is_read_in_every_order(kind, order):
    controller = Controller(replace(SETUP, data_type=kind), order)
    curve = reader(controller, order)
    controller.put(150)
    (samples,) = read(curve, controller)
    check(samples)
    assert (samples.first, samples.lost, len(samples.columns[0])) == (0, 0, 150)


def test_only_what_is_new_is_asked_for():
    controller = Controller(replace(SETUP, capacity=20_000))
    curve = reader(controller)
    controller.put(10_000)
    assert len(read(curve, controller)[0].columns[0]) == 10_000
    controller.put(100)
    controller.asked = 0
    assert len(read(curve, controller)[0].columns[0]) == 100
    assert controller.asked == 4  # the header, 200 registers in two reads, the header again
    controller.asked = 0
    assert read(curve, controller) == []
    assert controller.asked == 1


def test_a_program_that_restarts_while_it_is_read_is_not_believed():
    controller = Controller()
    curve = reader(controller)
    read(curve, controller)
    controller.put(150)
    controller.busy = [0, 0, "restart"]
    assert read(curve, controller) == []
    controller.put(40)
    (samples,) = read(curve, controller)
    check(samples)
    assert (samples.cycle, samples.first, len(samples.columns[0])) == (2, 0, 40)


def test_a_sample_that_is_no_number_is_lost_and_its_neighbours_live():
    controller = Controller(replace(SETUP, data_type=DataType.FLOAT32))
    curve = reader(controller)
    controller.put(100)
    controller.slots[40] = [0x7FC0, 0, 0x7FC0, 0]
    before, after = read(curve, controller)
    check(before)
    check(after)
    assert (before.first, before.lost, len(before.columns[0])) == (0, 0, 40)
    assert (after.first, after.lost, len(after.columns[0])) == (41, 1, 59)


@pytest.mark.expects_log("press refuses to tell its curve")
def test_a_ring_the_machine_refuses_gives_nothing_and_is_followed_once_it_is_told():
    class Shy(Controller):
        refuses = True

        def answer(self, at, count):
            return ExceptionReplyError(2) if self.refuses and at else super().answer(at, count)

    controller = Shy()
    curve = reader(controller)
    controller.put(100)
    assert read(curve, controller) == []
    controller.refuses = False
    (samples,) = read(curve, controller)
    assert (samples.first, samples.lost, len(samples.columns[0])) == (0, 0, 100)
