"""The curve FIFO against a model machine: every sample exactly once, in its cycle, or counted as lost."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from drivers.modbus.fifo import Layout, read_fifo

CAPACITY = 58
INDEXES = 1 << 32
LAYOUT = Layout(CAPACITY, 2)


class Ring:
    """A controller's FIFO; remembers what it put so that a test can look it up."""

    def __init__(self, index=0, cycle=0, boot=1):
        self.slots = np.zeros((CAPACITY, 2), np.int16)
        self.index, self.cycle, self.start, self.boot, self.overrun = index, cycle, index, boot, 0

    def put(self, count):
        for _ in range(count):
            nth = (self.index - self.start) % INDEXES
            self.slots[self.index % CAPACITY] = (nth, self.cycle - 32768)
            self.index = (self.index + 1) % INDEXES

    def begin(self):
        self.cycle = (self.cycle + 1) % 65536
        self.start = self.index

    def restart(self):
        self.__init__(cycle=self.cycle, boot=self.boot + 1)

    def words(self):
        head = [
            self.index >> 16,
            self.index & 0xFFFF,
            self.overrun,
            self.cycle,
            self.start >> 16,
            self.start & 0xFFFF,
            20,
            self.boot,
        ]
        return np.concatenate([np.array(head, np.uint16), self.slots.reshape(-1).view(np.uint16)])


def check(stretch):
    """Every row says itself which sample of which cycle it is."""
    assert list(stretch.rows[:, 0]) == list(range(stretch.first, stretch.first + len(stretch.rows)))
    assert set(stretch.rows[:, 1]) <= {stretch.cycle - 32768}


steps = st.lists(st.one_of(st.tuples(st.just("put"), st.integers(0, 130)), st.tuples(st.just("begin"), st.just(0))), max_size=12)


@given(
    st.lists(steps, min_size=1, max_size=12),
    st.sampled_from([0, 1, 57, 58, INDEXES - 1, INDEXES - 20, INDEXES - 200]),
    st.sampled_from([0, 65534]),
)
def test_every_sample_comes_once_in_its_cycle_or_is_counted_lost(polls, index, cycle):
    ring = Ring(index, cycle)
    _, position = read_fifo(ring.words(), LAYOUT, None)
    put, told, seen = 0, 0, set()
    for poll in polls:
        for step, count in poll:
            if step == "put":
                ring.put(count)
                put += count
            else:
                ring.begin()
        stretches, position = read_fifo(ring.words(), LAYOUT, position)
        for stretch in stretches:
            check(stretch)
            samples = {(stretch.cycle, stretch.first + i) for i in range(len(stretch.rows))}
            assert not samples & seen
            seen |= samples
            told += len(samples) + stretch.lost
        if stretches:
            assert told == put


@given(steps.filter(bool))
def test_polled_often_enough_nothing_is_lost(some):
    ring = Ring()
    _, position = read_fifo(ring.words(), LAYOUT, None)
    for step, count in some:
        ring.put(count % CAPACITY) if step == "put" else ring.begin()
        stretches, position = read_fifo(ring.words(), LAYOUT, position)
        assert sum(stretch.lost for stretch in stretches) == 0
        assert sum(len(stretch.rows) for stretch in stretches) == (count % CAPACITY if step == "put" else 0)


def test_a_cycle_that_changed_within_the_block_is_cut_at_its_first_sample():
    ring = Ring(cycle=65535)
    ring.put(10)
    _, position = read_fifo(ring.words(), LAYOUT, None)
    ring.put(4)
    ring.begin()
    ring.put(3)
    stretches, _ = read_fifo(ring.words(), LAYOUT, position)
    assert [(each.cycle, each.first, len(each.rows), each.lost) for each in stretches] == [(65535, 10, 4, 0), (0, 0, 3, 0)]


def test_first_contact_begins_at_what_is_left_of_the_running_cycle():
    ring = Ring()
    ring.put(30)
    ring.begin()
    ring.put(200)
    (stretch,), _ = read_fifo(ring.words(), LAYOUT, None)
    check(stretch)
    assert (stretch.cycle, stretch.first, stretch.lost, len(stretch.rows)) == (1, 142, 142, CAPACITY)


def test_a_restarted_program_begins_anew():
    ring = Ring()
    ring.put(30)
    _, position = read_fifo(ring.words(), LAYOUT, None)
    ring.restart()
    ring.begin()
    ring.put(40)
    (stretch,), _ = read_fifo(ring.words(), LAYOUT, position)
    check(stretch)
    assert (stretch.cycle, stretch.first, stretch.lost, len(stretch.rows)) == (1, 0, 0, 40)


def test_what_the_controller_lost_itself_is_counted_with_the_next_samples():
    ring = Ring()
    ring.put(5)
    _, position = read_fifo(ring.words(), LAYOUT, None)
    ring.overrun = 3
    nothing, position = read_fifo(ring.words(), LAYOUT, position)
    ring.put(2)
    (stretch,), position = read_fifo(ring.words(), LAYOUT, position)
    assert (nothing, stretch.lost, stretch.first) == ((), 3, 5)
    assert read_fifo(ring.words(), LAYOUT, position)[0] == ()
