"""An address the device refuses is bad alone: every neighbour lives, and the culprit comes back when it heals."""

import asyncio

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.link import LinkLostError
from drivers.modbus.address import place
from drivers.modbus.blocks import MOST_SEARCHES, BlockReader
from drivers.modbus.isolation import ASK_AGAIN_S, ASK_SOON_S, TRY_WHOLE_S
from drivers.modbus.machine import PlannedGroup
from drivers.modbus.plan import plan
from drivers.modbus.replies import ExceptionReplyError
from drivers.tag import DataType, Purpose, Role, Tag

WIDTHS = {"uint16": 1, "uint32": 2, "float64": 4}


class Memory:
    """A device in memory: every register holds its own address, some do not exist."""

    def __init__(self, *holes, code=2, longest=125):
        self.holes = set(holes)
        self.code = code
        self.longest = longest
        self.asked = []

    async def read_all(self, reads):
        self.asked += reads
        return [self.answer(start, count) for _, start, count in reads]

    def answer(self, start, count):
        if count > self.longest:
            return ExceptionReplyError(3)
        if self.holes & set(range(start, start + count)):
            return ExceptionReplyError(self.code)
        return np.arange(start, start + count, dtype=np.uint16)


class Panel:
    """Reads one group of tags again and again, the test owning the clock."""

    def __init__(self, tags, memory):
        self.memory = memory
        self.now_s = 1000.0
        self.group = PlannedGroup(plan([place("press", tag) for tag in tags], 125))
        self.reader = BlockReader("press", lambda: (0, int(self.now_s * 1e9)))

    def round(self, after_s=0.1):
        self.now_s += after_s
        self.memory.asked.clear()
        names, values = asyncio.run(self.reader.read_group(self.memory, self.group))
        assert len(names) == len(values)
        return dict(zip(names, values, strict=True))

    def settle(self, rounds=20):
        for _ in range(rounds):
            values = self.round()
        return values

    def remarks(self):
        return [(remark.reason, remark.is_over) for remark in self.reader.remarks()]


def tag(name, at, kind="uint16", **more):
    return Tag(name, f"holding:{at}", DataType(kind), Role.PROCESS_VALUE, **more)


def row(count):
    return [tag(f"t{at}", at) for at in range(count)]


def expected(tags, holes):
    """Read each tag by itself: what a device without blocks would tell."""
    values = {}
    for each in tags:
        at = int(each.address.split(":")[1])
        registers = range(at, at + WIDTHS[each.data_type])
        raw = b"".join(register.to_bytes(2, "big") for register in registers)
        number = float(np.frombuffer(raw, ">f8")[0]) if each.data_type == "float64" else int.from_bytes(raw, "big")
        values[each.name] = None if holes & set(registers) else number
    return values


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from(sorted(WIDTHS))), min_size=1, max_size=60),
    st.sets(st.integers(0, 404), max_size=60),
    st.sampled_from([2, 3, 4]),
    st.sampled_from([125, 20, 4]),
)
def test_every_value_whose_registers_exist_is_right_and_every_other_bad(wanted, holes, code, longest):
    tags = [tag(f"t{i}", at, kind) for i, (at, kind) in enumerate(wanted)]
    panel = Panel(tags, Memory(*holes, code=code, longest=longest))
    rounds = 2 + 2 * len(tags) // MOST_SEARCHES
    right = expected(tags, holes)
    for _ in range(rounds):
        told = panel.round()
        assert all(value is None or value == right[name] for name, value in told.items())
    if any(value is not None for value in right.values()):
        assert panel.round() == right


def test_the_neighbours_of_one_hole_live_in_the_same_round():
    panel = Panel(row(100), Memory(17))
    assert panel.round() == {f"t{at}": None if at == 17 else at for at in range(100)}
    assert len(panel.memory.asked) < 20
    panel.round()
    assert len(panel.memory.asked) == 7  # the parts around the culprit, not the culprit


def test_registers_that_were_only_read_along_make_no_tag_bad():
    panel = Panel([tag("a", 0), tag("b", 10), tag("c", 20, "uint32")], Memory(5, 15))
    assert panel.round() == {"a": 0, "b": 10, "c": 20 << 16 | 21}
    assert panel.remarks() == []
    panel.round()
    assert [read[1:] for read in panel.memory.asked] == [(0, 1), (10, 1), (20, 2)]


def test_a_block_that_was_refused_once_is_whole_again_after_a_minute():
    panel = Panel(row(100), Memory(longest=99))
    panel.settle(2)
    panel.memory.longest = 125
    assert panel.round()["t17"] == 17
    assert len(panel.memory.asked) == 2
    panel.round(TRY_WHOLE_S)
    panel.round()
    assert [read[1:] for read in panel.memory.asked] == [(0, 100)]


def test_a_block_that_can_never_be_whole_is_tried_ever_more_rarely_and_its_tags_live_on():
    panel = Panel([tag("cycle", 0, purpose=Purpose.CYCLE), tag("b", 10)], Memory(5))
    panel.settle(2)
    tries = []
    for minute in range(200):
        assert panel.round(60) == {"cycle": 0, "b": 10}
        if ("holding", 0, 11) in panel.memory.asked:
            tries.append(minute)
    assert tries == [0, 2, 6, 14, 30, 62, 122, 182]


def test_a_person_is_told_once_and_once_more_when_it_is_over():
    tags = [tag("oil_temperature" if at == 17 else f"t{at}", at) for at in range(100)]
    panel = Panel(tags, Memory(17))
    panel.round()
    assert panel.remarks() == [("holding:17 (oil_temperature): it has no such address; 99 others are read", False)]
    panel.round()
    assert panel.remarks() == []
    panel.memory.holes.clear()
    assert panel.round(ASK_AGAIN_S)["oil_temperature"] == 17
    panel.round()
    assert [read[1:] for read in panel.memory.asked] == [(0, 100)]  # whole again
    assert panel.remarks() == [("all of its 100 tags are read", True)]


def test_many_culprits_are_counted_not_listed():
    panel = Panel(row(100), Memory(*range(0, 100, 10)))
    panel.settle(3)
    ((reason, _),) = panel.remarks()
    assert reason == "holding:0 (t0), holding:10 (t10), holding:20 (t20) and 7 more: it has no such address; 90 others are read"


def test_a_culprit_is_asked_soon_at_first_and_in_the_end_once_a_minute():
    panel = Panel(row(30), Memory(7))
    asked = []
    for half in range(800):
        panel.round(0.5)
        if ("holding", 7, 1) in panel.memory.asked:
            asked.append(half / 2)
    assert asked == [0, 1, 3, 7, 15, 31, 63, 123, 183, 243, 303, 363]


@pytest.mark.parametrize("code", [1, 2, 3, 4, 7, 8, 9, 255])
def test_a_device_that_refused_some_requests_is_live_within_seconds(code):
    class Starting(Memory):
        left = 4

        def answer(self, start, count):
            self.left -= 1
            return ExceptionReplyError(code) if self.left >= 0 else super().answer(start, count)

    panel = Panel(row(30), Starting())
    assert panel.settle(45) == {f"t{at}": at for at in range(30)}
    panel.remarks()
    assert panel.remarks() == []


@pytest.mark.parametrize("code", [1, 2, 3, 4, 7, 8, 9, 255])
@pytest.mark.parametrize("rounds", [5, 100])
def test_a_device_that_refused_all_for_a_while_is_live_within_seconds(code, rounds):
    class Starting(Memory):
        is_ready = False

        def answer(self, start, count):
            return super().answer(start, count) if self.is_ready else ExceptionReplyError(code)

    panel = Panel(row(30), Starting())
    panel.settle(rounds)
    ((_, is_over),) = panel.remarks()
    panel.memory.is_ready = True
    assert panel.settle(15) == {f"t{at}": at for at in range(30)}
    assert (is_over, panel.remarks()) == (False, [("all of its 30 tags are read", True)])


def test_what_may_pass_is_asked_again_soon():
    panel = Panel(row(30), Memory(7, code=4))
    panel.round()
    panel.memory.holes.clear()
    assert panel.round(ASK_SOON_S)["t7"] == 7


def test_what_may_pass_is_asked_each_second_however_long_it_lasts():
    panel = Panel(row(30), Memory(7, code=4))
    panel.settle(200)
    panel.memory.holes.clear()
    assert panel.round(ASK_SOON_S)["t7"] == 7


def test_a_device_that_refuses_all_is_asked_for_one_value_a_round():
    panel = Panel(row(30), Memory(*range(30)))
    panel.settle()
    for _ in range(20):
        panel.round()
        assert len(panel.memory.asked) == 1, "a sign of life, and its next chance"


def test_a_block_that_is_refused_beside_others_is_asked_once_a_second():
    panel = Panel([*row(30), *(tag(f"far{at}", 1000 + at) for at in range(30))], Memory(*range(1000, 1030)))
    panel.settle()
    asked = 0
    for _ in range(50):
        assert panel.round()["t29"] == 29
        asked += len(panel.memory.asked) - 1
    assert asked == 5


def test_a_new_connection_tries_all_anew():
    panel = Panel(row(30), Memory(7))
    panel.round()
    panel.memory.holes.clear()
    panel.reader.begin()
    assert panel.round()["t7"] == 7
    assert [read[1:] for read in panel.memory.asked] == [(0, 30)]


def test_the_cycle_number_is_never_younger_than_its_results_while_a_culprit_is_searched():
    tags = [*row(8), tag("cycle", 8, purpose=Purpose.CYCLE), tag("verdict", 9)]
    panel = Panel(tags, Memory(3))
    assert panel.round()["cycle"] is None
    told = panel.round()
    assert (told["cycle"], told["verdict"]) == (8, 9)
    assert panel.memory.asked[0][1] <= 8 < sum(panel.memory.asked[0][1:])


def test_values_in_the_same_registers_are_cut_apart_without_being_torn():
    tags = [tag("low", 10), tag("both", 10, "uint32"), tag("high", 11)]
    assert Panel(tags, Memory(11)).settle(2) == {"low": 10, "both": None, "high": None}


def test_a_busy_device_is_not_taken_to_have_holes():
    panel = Panel(row(30), Memory(7, code=6))
    assert set(panel.round().values()) == {None}
    assert len(panel.memory.asked) == 1
    assert panel.remarks() == []
    panel.memory.holes.clear()
    assert panel.round()["t7"] == 7


def test_a_gateway_that_answers_for_a_dead_device_ends_the_link():
    panel = Panel(row(3), Memory(1, code=11))
    with pytest.raises(LinkLostError, match="a gateway answers in its place"):
        panel.round()
