"""Windows of a stream with holes: all samples in one window at most, none over a hole, each at its time."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from stretches import RATE, START, stretch

from drivers.reading import Batch, Lost, Quality
from drivers.waveforms.setup import Channel, Features
from drivers.waveforms.told import ToldChannel
from drivers.waveforms.windows import Windows

CHANNEL = Channel("vibration", RATE, "g", 0.1, Features(0.1, ((10, 100),), {"rms": 1.0}))


def told(*stretches, channel=CHANNEL):
    made = ToldChannel("press", channel)
    return [event for each in stretches for event in made.take(each)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 12)), min_size=1, max_size=30), st.integers(2, 30))
def test_windows_hold_neighbours_only_and_say_when_they_ended(parts, length):
    windows, first, found = Windows(length), 0, []
    runs, holes = [], 0
    for count, lost in parts:
        lost = lost if runs else 0
        first += lost
        if lost or not runs:
            runs.append(0)
        found += windows.take(stretch(first, count, lost))
        runs[-1] += count
        first += count
    for window in found:
        if window.samples is None:
            holes += 1
            continue
        assert list(np.diff(window.samples)) == [1.0] * (length - 1)
        assert window.at == START + int(window.samples[-1]) * 1000
    assert len(found) - holes == sum(run // length for run in runs)
    assert holes == sum(run % length > 0 for run in runs[:-1])


def test_lost_samples_make_their_window_bad_and_are_told_once():
    found = told(stretch(0, 150), stretch(170, 230, lost=20))
    gaps = [event for event in found if isinstance(event, Lost)]
    batches = [event for event in found if isinstance(event, Batch)]
    assert [(gap.group, gap.count, gap.at - gap.since) for gap in gaps] == [("vibration", 20, 20_000)]
    assert gaps[0].at == START + 169_000
    assert [batch.at - START for batch in batches] == [99_000, 149_000, 269_000, 369_000]
    assert [batch.qualities for batch in batches] == [None, [Quality.BAD] * 6, None, None]
    assert batches[1].values == [None] * 6


def test_a_driver_that_does_not_say_what_it_lost_is_found_out_by_its_numbers():
    gaps = [event for event in told(stretch(0, 100), stretch(130, 100)) if isinstance(event, Lost)]
    assert [gap.count for gap in gaps] == [30]


def test_a_gap_begins_no_earlier_than_the_last_sample_whatever_number_is_claimed():
    jumped = stretch(2**30, 100, lost=2**30 - 100, begun=START - 2**30 * 1000 + 500_000)
    (gap,) = [event for event in told(stretch(0, 100), jumped) if isinstance(event, Lost)]
    assert (gap.since, gap.at) == (START + 99_000, START + 499_000)
    assert gap.count == 2**30 - 100


def test_a_new_beginning_is_no_hole_and_mixes_nothing():
    found = told(stretch(0, 150), stretch(0, 100))
    assert [type(event) for event in found] == [Batch, Batch]
    assert found[1].at == START + 99_000


def test_a_feature_above_its_limit_is_an_alarm_until_it_is_clearly_below():
    levels = [0.5, 1.01, 0.97, 0.94, 1.0]
    pieces = [np.tile([level, -level], 50) for level in levels]
    found = told(*(stretch(at * 100, 100, samples=piece) for at, piece in enumerate(pieces)))
    assert [batch.values[batch.tags.index("vibration.rms_high")] for batch in found] == [False, True, True, False, False]


def test_what_waited_for_long_is_told_as_past():
    (batch,) = told(stretch(0, 100, is_past=True))
    assert batch.is_past
