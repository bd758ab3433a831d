"""The curve FIFO: slots, wrap, the start of a cycle, and samples the controller lost."""

from hypothesis import given
from hypothesis import strategies as st
from simulated import Bench

from drivers.simulation.curve_fifo import HEADER_WORDS, SLOTS, CurveFifo
from drivers.simulation.machine import MachineSetup
from drivers.simulation.press import FIFO, Press

int16 = st.integers(-32768, 32767)


def header(press: Press) -> tuple[int, int, int, int]:
    words = press.words()[FIFO:]
    return words[0] << 16 | words[1], words[2], words[3], words[4] << 16 | words[5]


@given(st.lists(st.tuples(int16, int16), min_size=1, max_size=3 * SLOTS))
def test_sample_i_stands_at_slot_i_mod_58(samples):
    fifo = CurveFifo()
    for position, force in samples:
        fifo.put(position, force)
    words = fifo.words(1, 1, 20)
    for index, sample in list(enumerate(samples))[-SLOTS:]:
        at = HEADER_WORDS + 2 * (index % SLOTS)
        assert tuple(words[at : at + 2]) == tuple(value & 0xFFFF for value in sample)
    assert words[0] << 16 | words[1] == len(samples)


def test_the_header_names_the_cycle_of_the_newest_sample_and_where_it_began():
    press = Bench(Press(MachineSetup()))
    press.make(1)
    index, _, cycle, first = header(press.model)
    assert (cycle, first) == (1, 0)
    press.turn_until(lambda: press.model.machine.is_in_stroke)
    assert header(press.model) == (index + 1, 0, 2, index)


def test_the_cycle_is_complete_in_the_scan_that_puts_its_last_sample():
    press = Bench(Press(MachineSetup()))
    press.turn_until(lambda: press.model.machine.is_in_stroke)
    before = 0
    while press.model.machine.is_in_stroke:
        before = header(press.model)[0]
        press.turn()
    words = press.model.words()
    assert header(press.model)[0] == before + 1 == words[6] // 20
    last = FIFO + HEADER_WORDS + 2 * (before % SLOTS)
    assert words[last : last + 2] == [words[8], words[7]]


def test_a_curve_rises_from_contact_to_its_end_like_a_press_fit():
    press = Bench(Press(MachineSetup()))
    press.turn_until(lambda: press.model.machine.is_in_stroke)
    curve = {}
    while press.model.machine.is_in_stroke:
        curve.setdefault(press.model.work.position // 100, press.model.work.force / 100)
        press.turn()
    for position, force in {0: 6, 10: 11, 15: 17, 20: 25, 27: 45}.items():
        assert abs(curve[position] - force) < 2.5
    assert 60 <= press.model.work.end_force / 100 <= 70
    assert 27 <= press.model.work.end_position / 100 <= 30


def test_a_lost_sample_has_no_index_but_is_counted():
    press = Bench(Press(MachineSetup()))
    press.turn_until(lambda: press.model.machine.is_in_stroke)
    press.model.work.fifo.lose(5)
    press.make(1)
    index, overrun, _, _ = header(press.model)
    assert overrun == 5
    assert index + overrun == press.model.machine.counts.duration_ms // 20
