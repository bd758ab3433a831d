"""Frames become blocks and come back to the bit: any types, gaps, clock steps, layouts, at any death."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station_db import block_codec, integers, levels, signal_overview, signal_queries, time_codec
from station_db.block_codec import DTYPES, GOOD, MISSING, UNCERTAIN
from station_db.blocks import HEAD
from station_db.columns_of_frames import Times
from station_db.crashpoints import CRASHPOINTS
from station_db.queries import Span
from station_db.reader import Reader
from station_db.records.base import Instant
from station_db.signal_queries import Why, frames_in
from station_db.signals import Frame, Layout
from tests.station_db.store import store_worker
from tests.station_db.store.store_cases import START, STATION, open_store

pytestmark = pytest.mark.timeout(30)  # examples of dozens of transactions, each with its fsync
SECOND_NS = 1_000_000_000
HOUR_NS = 3600 * SECOND_NS
LATER_NS = 10**18
EVER = Span(Instant(0), Instant(2**62))
ROLLING = ("during_roll_up", "after_roll_up")
PRESS = Layout("press", ("force", "good", "index", "torque"), ("float64", "int64", "uint64", "float32"))


def bits(kind, pattern):
    """A value by its bits, whatever float they are."""
    width = DTYPES[kind].itemsize
    return np.frombuffer(pattern.to_bytes(width, "little"), DTYPES[kind])[0].item()


def any_value(kind):
    width = 8 * DTYPES[kind].itemsize
    near = st.integers(-300, 300).map(lambda number: abs(number) if kind == "uint64" else number)
    if kind.startswith("float"):
        near = near.map(lambda number: float(np.float32(number / 10) if kind == "float32" else number * 0.1))
    return st.none() | near | st.integers(0, 2**width - 1).map(lambda pattern: bits(kind, pattern))


LAYOUTS = (
    PRESS,
    Layout("press", ("force",), ("float64",)),
    Layout("press", ("force",), ("float32",)),
    Layout("press", ("good",), ("int64",), is_past=True),
)


@st.composite
def recorded(draw):
    """Frames as a station may have made them: layouts change, clocks step, the computer starts anew, values are missing."""
    number, mono, wall = 0, draw(st.integers(0, HOUR_NS)), START
    frames = []
    for _ in range(draw(st.integers(1, 24))):
        layout = draw(st.sampled_from(LAYOUTS))
        number += draw(st.integers(1, 3))
        step = draw(st.sampled_from((SECOND_NS, SECOND_NS, 100_000_000, HOUR_NS // 2, -mono)))
        mono, wall = mono + step, wall + step // 1000 + draw(st.sampled_from((0, 0, 0, 37, 2_000_000, -3_600_000_000)))
        values = tuple(draw(any_value(kind)) for kind in layout.types)
        uncertain = draw(st.sampled_from((0, 0, 1, 2 ** len(values) - 1)))
        frames.append(Frame(number, layout, Instant(wall), mono, values, uncertain, draw(st.sampled_from((0, 0, 4)))))
    return frames


def told(frames):
    """What of each tag and type was recorded: wall time, monotonic time, skipped, bits, quality."""
    kept = {}
    for frame in frames:
        for place, (tag, kind) in enumerate(zip(frame.layout.tags, frame.layout.types, strict=True)):
            value = frame.values[place]
            quality = MISSING if value is None else UNCERTAIN if frame.uncertain >> place & 1 else GOOD
            packed = np.array([0 if value is None else value], DTYPES[kind]).tobytes()
            kept.setdefault((tag, kind), []).append((frame.at, frame.mono_ns, frame.skipped, packed, quality))
    return {key: sorted(samples) for key, samples in kept.items()}


def read(reader, machine):
    samples = reader.samples(machine, PRESS.tags, EVER)
    kept = {}
    for stretch in samples.stretches:
        assert (np.diff(stretch.at) >= 0).all()
        columns = (stretch.at.tolist(), stretch.mono_ns.tolist(), stretch.skipped.tolist())
        octets = [value.tobytes() for value in stretch.values]
        kept[stretch.tag, stretch.type] = sorted(zip(*columns, octets, stretch.quality.tolist(), strict=True))
    return kept


def roll_up(store, mono_ns=LATER_NS):
    while store.roll_up(mono_ns):
        pass


@pytest.fixture(scope="module")
def station(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rolled")
    store = open_store(folder)
    yield store, Reader(folder)
    store.close()


@settings(max_examples=15, deadline=None)
@given(frames=recorded(), part=st.floats(0, 1))
def test_whatever_was_recorded_is_read_back_to_the_bit_before_while_and_after_it_became_blocks(station, frames, part):
    store, reader = station
    last = store.last_frame_number()
    machine = f"press {last}"
    frames = [replace(frame, number=last + frame.number, layout=replace(frame.layout, machine=machine)) for frame in frames]
    cut = int(len(frames) * part)
    store.append_frames(frames[:cut])
    roll_up(store, frames[cut - 1].mono_ns if cut else 0)
    store.append_frames(frames[cut:])
    assert read(reader, machine) == told(frames)
    roll_up(store)
    assert reader.frames_after(0, 1) == ()
    assert read(reader, machine) == told(frames)
    assert store.last_frame_number() == frames[-1].number


@settings(max_examples=100, deadline=None)
@given(st.data(), st.sampled_from(sorted(DTYPES)))
def test_any_samples_of_a_block_come_back_to_the_bit(data, kind):
    given_values = data.draw(st.lists(any_value(kind), max_size=40))
    quality = np.array(
        [MISSING if each is None else data.draw(st.sampled_from((GOOD, UNCERTAIN))) for each in given_values], np.uint8
    )
    values = np.array([0 if each is None else each for each in given_values], DTYPES[kind])
    back, doubts = block_codec.unpacked(kind, len(values), block_codec.packed(values, quality))
    assert (back.dtype, back.tobytes(), doubts.tolist()) == (values.dtype, values.tobytes(), quality.tolist())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-200, 200), max_size=60))
def test_any_whole_numbers_come_back(numbers):
    array = np.array(numbers, np.int64)
    assert integers.unpacked(integers.packed(array), len(numbers)).tolist() == numbers
    assert (
        integers.unpacked_bits(integers.packed_bits(array.view(np.uint64)), len(numbers), 8).tolist()
        == array.view(np.uint64).tolist()
    )


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(*[st.integers(-(2**62), 2**62)] * 4), min_size=1, max_size=30))
def test_any_times_come_back(rows):
    times = Times(*np.array(rows, np.int64).T.copy())
    back = time_codec.unpacked(time_codec.packed(times), len(rows))
    for name in ("numbers", "at", "mono_ns", "skipped"):
        assert np.array_equal(getattr(back, name), getattr(times, name))


def seconds(count, *, first=1, layout=PRESS, from_s=0, value=1.5):
    made = []
    for number in range(first, first + count):
        second = from_s + number - first
        values = tuple(value + number % 7 if kind.startswith("float") else number for kind in layout.types)
        made.append(Frame(number, layout, Instant(START + second * 1_000_000), second * SECOND_NS, values))
    return made


def heads(folder):
    return [block for block in Reader(folder).blocks_after(0, 10**9) if block.tag == HEAD]


def test_a_block_is_closed_after_an_hour_and_not_before(tmp_path):
    store = open_store(tmp_path)
    store.append_frames(seconds(3600, layout=LAYOUTS[1]))
    roll_up(store, 3599 * SECOND_NS)
    assert heads(tmp_path) == []
    store.append_frames(seconds(1, first=3601, layout=LAYOUTS[1], from_s=3600))
    roll_up(store, 3600 * SECOND_NS)
    (head,) = heads(tmp_path)
    assert (head.first_frame, head.count, head.to_at - head.from_at) == (1, 3600, 3599 * 1_000_000)
    assert [frame.number for frame in Reader(tmp_path).frames_after(0, 9)] == [3601]
    store.close()


@pytest.mark.parametrize(
    ("wall_s", "mono_s"), [(3600, 0), (-3600, 0), (0, -1000)], ids=["clock set forward", "clock set back", "computer restarted"]
)
def test_a_block_ends_where_a_clock_steps(tmp_path, wall_s, mono_s):
    store = open_store(tmp_path)
    before = seconds(50, from_s=2000)
    after = [
        Frame(each.number, PRESS, Instant(each.at + wall_s * 1_000_000), each.mono_ns + mono_s * SECOND_NS, each.values)
        for each in seconds(30, first=51, from_s=2050)
    ]
    store.append_frames(before + after)
    roll_up(store)
    assert [(head.first_frame, head.count) for head in heads(tmp_path)] == [(1, 50), (51, 30)]
    store.close()


def test_scans_read_later_from_a_machines_history_fill_blocks_of_their_own(tmp_path):
    past = Layout("press", ("force",), ("float64",), is_past=True)
    store = open_store(tmp_path)
    live, late = seconds(100, layout=LAYOUTS[1]), seconds(100, first=200, layout=past, from_s=-500)
    store.append_frames([*live, *[Frame(each.number, past, each.at, 100 * SECOND_NS, each.values) for each in late]])
    roll_up(store)
    assert [head.count for head in heads(tmp_path)] == [100, 100]
    (stretch,) = Reader(tmp_path).samples("press", ("force",), EVER).stretches
    assert len(stretch.at) == 200
    assert (np.diff(stretch.at) >= 0).all()
    store.close()


def test_a_gap_that_was_left_out_is_told_and_a_hole_in_a_chart(tmp_path):
    store = open_store(tmp_path)
    frames = seconds(300)
    kept = [*frames[:100], Frame(300, PRESS, frames[299].at, frames[299].mono_ns, frames[299].values, skipped=199)]
    store.append_frames(kept)
    for _ in ("frames", "blocks"):
        samples = Reader(tmp_path).samples("press", ("force",), EVER)
        (gap,) = samples.missing
        assert (gap.why, gap.count, gap.from_at, gap.to_at) == (Why.SKIPPED, 199, frames[99].at, frames[299].at)
        seen = Reader(tmp_path).overview("press", ("force",), Span(START, Instant(START + 300_000_000)), 1900)
        assert (seen.count[0] == 0).any()
        roll_up(store)
    store.close()


def test_an_overview_shows_the_extremes_of_each_minute_from_blocks_and_frames_alike(tmp_path):
    store = open_store(tmp_path)
    frames = seconds(4000, layout=LAYOUTS[1])
    values = np.random.default_rng(7).normal(20, 3, 4000)
    store.append_frames([Frame(f.number, f.layout, f.at, f.mono_ns, (value,)) for f, value in zip(frames, values, strict=True)])
    roll_up(store, 4000 * SECOND_NS)
    assert len(heads(tmp_path)) == 1
    begin = START // levels.MINUTE_US * levels.MINUTE_US
    at = np.array([frame.at for frame in frames])
    for width in (1, 5):
        span = Span(START, Instant(begin + 80 * levels.MINUTE_US))
        seen = Reader(tmp_path).overview("press", ("force", "nobody"), span, 80 // width)
        assert (seen.from_at, seen.width_us) == (begin, width * levels.MINUTE_US)
        for bucket in range(seen.low.shape[1]):
            inside = values[(at - begin) // (width * levels.MINUTE_US) == bucket]
            assert seen.count[0, bucket] == len(inside)
            if not len(inside):
                assert np.isnan([seen.low[0, bucket], seen.high[0, bucket], seen.mean[0, bucket]]).all()
                continue
            assert seen.low[0, bucket] <= inside.min() <= seen.low[0, bucket] + 1e-5
            assert seen.high[0, bucket] - 1e-5 <= inside.max() <= seen.high[0, bucket]
            assert seen.mean[0, bucket] == pytest.approx(inside.mean(), abs=1e-3)
        assert (seen.count[1] == 0).all()
    store.close()


def test_blocks_go_out_in_order_in_pieces_and_each_waits_until_it_has_arrived(tmp_path):
    store = open_store(tmp_path)
    store.append_frames(seconds(100))
    store.append_frames(seconds(100, first=101, layout=LAYOUTS[1], from_s=100))
    roll_up(store)
    reader = Reader(tmp_path)
    first = reader.blocks_after(0, 1)
    assert len(first) == 1
    rest = reader.blocks_after(first[-1].number, 10**9)
    assert [block.number for block in (*first, *rest)] == [1, 2, 3, 4, 5, 6, 7]
    assert {block.series for block in rest} == {reader.series()}
    assert reader.signals_waiting({}) == 7
    assert reader.signals_waiting({"block": 5}) == 2
    store.close()


def record_and_roll(folder, tell):
    store = open_store(folder, prefix=f"epoch-{os.getpid()}")
    first = store.last_frame_number() + 1
    for number in range(first, first + 400, 40):
        store.append_frames(seconds(40, first=number, from_s=number))
        tell(str(number + 39))
        roll_up(store)
    store.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the workers are forked")
@pytest.mark.parametrize("point", ROLLING)
def test_a_death_while_rolling_up_neither_loses_nor_doubles_a_sample(tmp_path, point):
    end = store_worker.run(record_and_roll, tmp_path, crash=f"{point}:3")
    assert end.was_killed
    last = int(end.saved[-1])
    (stretch,) = Reader(tmp_path).samples("press", ("good",), EVER).stretches
    assert stretch.values.tolist() == list(range(1, last + 1))
    store = open_store(tmp_path)
    assert store.last_frame_number() == last
    roll_up(store)
    (stretch,) = Reader(tmp_path).samples("press", ("good",), EVER).stretches
    assert stretch.values.tolist() == list(range(1, last + 1))
    store.close()


def test_the_points_of_rolling_up_are_those_of_the_store():
    assert set(ROLLING) <= set(CRASHPOINTS)


def test_the_centre_is_asked_as_the_station_is(tmp_path):
    store = open_store(tmp_path)
    store.append_frames(seconds(100))
    roll_up(store)
    reader = Reader(tmp_path)
    bare = reader.ask_signals(signal_queries.samples, STATION, "press", ("good",), EVER)
    assert bare.stretches[0].values.tolist() == list(range(1, 101))
    with_frames = reader.ask_signals(signal_queries.samples, STATION, "press", ("good",), EVER, unrolled=frames_in)
    assert with_frames.stretches[0].values.tolist() == bare.stretches[0].values.tolist()
    elsewhere = reader.ask_signals(signal_overview.overview, "ST-041", "press", ("good",), EVER, 10)
    assert (elsewhere.count == 0).all()
    store.close()


def test_a_copied_store_gives_its_blocks_a_name_of_their_own(tmp_path):
    (tmp_path / "here").mkdir()
    store = open_store(tmp_path / "here")
    store.append_frames(seconds(10))
    roll_up(store)
    store.close()
    shutil.copytree(tmp_path / "here", tmp_path / "there")
    copy = open_store(tmp_path / "there", prefix="copy", machine="another panel")
    copy.append_frames(seconds(10, first=11, from_s=10))
    roll_up(copy)
    copy.close()
    here, there = Reader(tmp_path / "here").series(), Reader(tmp_path / "there").series()
    assert here != there
    assert {block.series for block in Reader(tmp_path / "there").blocks_after(5, 10**9)} == {there}
