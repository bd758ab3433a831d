"""Parts counted from a switch: each once, and where one may have passed unseen that is said."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.derived.setup import BOOT, Derivation, Edges
from drivers.reading import Batch, Lost, Quality
from tests.drivers.derived.derived_scans import Scans


def counted(*edges):
    return Derivation(edges, groups={**{edge.name: "fast" for edge in edges}, BOOT: "fast"})


GOOD = Edges("good", "part", shortest_ms=200, min_on_ms=40, min_off_ms=40)


@pytest.fixture
def switch(scans):
    return scans(counted(GOOD), 50)


def pulses(switch, number, on=4, off=4):
    for _ in range(number):
        for level in [True] * on + [False] * off:
            switch.see(part=level)


def test_each_part_is_counted_once(switch):
    switch.see(part=False)
    pulses(switch, 7)
    assert switch.made["good"] == 7


def test_a_part_that_stands_before_the_switch_at_the_start_is_not_counted(switch):
    switch.see(part=True)
    assert switch.made["good"] == 0


def test_a_level_shorter_than_it_must_be_is_no_part(switch):
    switch.see(part=False)
    switch.see(part=True)
    for _ in range(5):
        switch.see(part=False)
    assert switch.made["good"] == 0


def test_falling_edges_and_several_a_part(scans):
    switch = scans(counted(Edges("good", "part", shortest_ms=200, is_falling=True, per=3)), 50)
    switch.see(part=False)
    pulses(switch, 8)
    assert switch.made["good"] == 2


def test_a_part_that_is_counted_as_it_leaves_is_counted_then(scans):
    switch = scans(counted(Edges("good", "part", shortest_ms=200, is_falling=True)), 50)
    counts = [switch.see(part=level) and switch.made["good"] for level in (True, False, False, True, True, False)]
    assert counts == [0, 1, 1, 1, 1, 2]


def test_what_the_machine_lost_of_the_switch_makes_another_count(switch):
    switch.see(part=False)
    pulses(switch, 2)
    before = switch.made[BOOT]
    list(switch.deriver.take(Lost("m", "other", "a queue ran over", 0, 1, 1)))
    switch.see(part=False)
    assert (switch.made["good"], switch.made[BOOT]) == (2, before)
    list(switch.deriver.take(Lost("m", "fast", "a queue ran over", 0, 1, 1)))
    switch.see(part=False)
    assert switch.made["good"] == 0
    assert switch.made[BOOT] != before


def test_what_is_read_back_from_history_makes_no_part(switch):
    switch.see(part=False)
    past = Batch("m", "fast", ("part",), (True,), 1, switch.now_ms * 1_000_000 + 60_000_000, is_past=True)
    assert list(switch.deriver.take(past)) == [past]
    switch.see(100, part=False)
    assert switch.made["good"] == 0


def test_a_level_the_machine_is_not_sure_of_is_not_known(switch):
    switch.see(part=False)
    unsure = Batch("m", "fast", ("part",), (True,), 1, switch.now_ms * 1_000_000 + 1, (Quality.UNCERTAIN,))
    (_, told) = switch.deriver.take(unsure)
    assert told.values[told.tags.index("good")] is None


def test_what_passed_while_the_link_was_down_is_another_count(switch):
    switch.see(part=False)
    pulses(switch, 3)
    before = switch.made[BOOT]
    switch.lose()
    switch.find()
    switch.see(5000, part=False)
    assert switch.made["good"] == 0
    assert switch.made[BOOT] != before


def test_a_poll_so_late_that_a_part_may_have_passed_is_said_once(switch):
    switch.see(part=False)
    pulses(switch, 3)
    before = switch.made[BOOT]
    lost = [event for event in switch.see(450, part=True) if isinstance(event, Lost)]
    assert [(one.at - one.since) for one in lost] == [450_000]
    assert switch.made[BOOT] != before
    assert not any(isinstance(event, Lost) for event in switch.see(part=True))


def test_a_bad_switch_counts_nothing_and_what_counts_beside_it_begins_anew_with_it(scans):
    switch = scans(counted(GOOD, Edges("bad", "reject", shortest_ms=200)), 50)
    switch.see(part=False, reject=False)
    for level in (True, False) * 3:
        switch.see(part=False, reject=level)
    assert switch.made["bad"] == 3
    boot = switch.made[BOOT]
    switch.see(part=None, reject=False)
    assert switch.made["good"] is None
    assert switch.made["bad"] == 0
    assert switch.made[BOOT] != boot
    switch.see(part=None, reject=True)
    switch.see(part=False, reject=True)
    assert (switch.made["good"], switch.made["bad"]) == (0, 1)


def test_a_quiet_machine_that_tells_changes_was_still_listened_to(scans):
    switch = scans(counted(GOOD), 50, tells_changes=True)
    switch.see(part=False)
    boot = switch.made[BOOT]
    for _ in range(5):
        switch.hear(400)
    switch.see(part=True)
    switch.hear(100)
    assert (switch.made["good"], switch.made[BOOT]) == (1, boot)


@settings(max_examples=80, deadline=None)
@given(
    parts=st.lists(st.tuples(st.integers(200, 900), st.integers(200, 900)), max_size=12),
    late=st.lists(st.integers(0, 40), min_size=20, max_size=20),
)
def test_no_part_is_lost_or_doubled_at_any_pace_within_the_link(parts, late):
    switch = Scans(counted(GOOD), 50)
    edges, at, level = [], 100, False
    for on, off in parts:
        edges += [(at, True), (at + on, False)]
        at += on + off
    while switch.now_ms < at + 300:
        step = 50 + late[switch.now_ms % 20]
        level = next((to for when, to in reversed(edges) if when <= switch.now_ms + step), False)
        switch.see(step, part=level)
    assert switch.made["good"] == len(parts)


@settings(max_examples=60, deadline=None)
@given(
    parts=st.lists(st.tuples(st.integers(200, 500), st.integers(200, 500)), min_size=1, max_size=8),
    gaps=st.lists(st.one_of(st.just(50), st.integers(50, 199)), min_size=8, max_size=8),
)
def test_a_part_missed_by_late_polls_is_never_missed_in_silence(parts, gaps):
    switch = Scans(counted(GOOD), 50)
    switch.see(part=False)
    edges, at = [], 100
    for on, off in parts:
        edges += [(at, True), (at + on, False)]
        at += on + off
    said = []
    for gap in itertools.cycle(gaps):
        level = next((to for when, to in reversed(edges) if when <= switch.now_ms + gap), False)
        said += [event for event in switch.see(gap, part=level) if isinstance(event, Lost)]
        if switch.now_ms > at + 400:
            break
    assert said or switch.made["good"] == len(parts)


def test_a_bounce_seen_at_the_pace_of_the_link_is_no_hole(switch):
    boot = switch.see(part=False) and switch.made[BOOT]
    for level in (True, False, False, True, False):
        switch.see(part=level)
    assert (switch.made["good"], switch.made[BOOT]) == (0, boot)
