"""What is let go when signals.db is full: in order, visibly, within the budget, and never what only this file has first."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from station_db import shedding, signal_store
from station_db.blocks import HEAD, SignalsSent
from station_db.connecting import SIGNALS_FILE
from station_db.notices import BLOCKS_SHED, CURVES_SHED, FRAMES_SHED, LEVELS_SHED, WAVEFORMS_SHED
from station_db.queries import Span
from station_db.reader import Reader
from station_db.records.base import Instant
from station_db.records.changes import Changes
from station_db.signal_queries import Why
from station_db.signals import Frame, Layout
from tests.station_db.store.store_cases import at, curve_of, open_store
from tests.station_db.store.test_store_waveforms import kept

pytestmark = pytest.mark.timeout(30)  # hours of scans and dozens of transactions, each with its fsync
SECOND_NS = 1_000_000_000
EVER = Span(Instant(0), Instant(2**62))
NOISE = Layout("press", tuple(f"tag {place}" for place in range(8)), ("float64",) * 8)
HOURS = 8
RAW = 12 * len(kept(1).data)


def noise(first, count, start_s):
    values = np.random.default_rng(first).normal(0, 1, (count, 8)).tolist()
    return [
        Frame(first + place, NOISE, at(start_s + place * 10), (start_s + place * 10) * SECOND_NS, tuple(row))
        for place, row in enumerate(values)
    ]


@pytest.fixture
def full(tmp_path):
    """A store with eight hours of blocks, half an hour of frames, waveforms and curves; a function that sets the budget."""
    stores = []

    def filled(budget):
        while stores:
            stores.pop().close()
        store = open_store(tmp_path, signal_budget_bytes=budget)
        stores.append(store)
        if store.last_frame_number():
            return store
        for hour in range(HOURS):
            store.append_frames(noise(1 + hour * 360, 360, hour * 3600))
        while store.roll_up(HOURS * 3600 * SECOND_NS):
            pass
        store.append_frames(noise(1 + HOURS * 360, 180, HOURS * 3600))
        store.keep_waveforms([kept(number) for number in range(12)], at(0))
        store.commit([Changes(curves=tuple(curve_of(number) for number in range(200)))], at(0))
        return store

    yield filled
    for store in stores:
        store.close()


def used(folder):
    return Reader(folder).ask_signals(signal_store.bytes_used)


def keep(store, folder, budget, *, patience=200):
    """Checkpoints until it is within the budget, and the codes told on the way, in order."""
    codes = []
    for step in range(patience):
        store.checkpoint(at(1000 + step))
        codes += [notice.code for notice in store.notices if notice.code not in codes]
        if used(folder) <= budget:
            return codes
    raise AssertionError(f"{used(folder)} bytes are more than {budget} after {patience} checkpoints: {codes}")


def blocks_of(folder):
    return sum(block.size for block in Reader(folder).blocks_after(0, 10**9))


def hours(folder):
    """Each hour's head: whether samples, and levels, are here."""
    blocks = Reader(folder).blocks_after(0, 10**9)
    heads = [block for block in blocks if block.tag == HEAD]
    return [(head.data is not None, head.codec != shedding.NAMES_ONLY) for head in heads]


def test_what_goes_first_is_fixed_and_each_step_leaves_the_next_alone(full, tmp_path):
    full(10**9)
    total, raw, blocks = used(tmp_path), RAW, blocks_of(tmp_path)
    for budget, expected in ((total - raw // 2, {WAVEFORMS_SHED}), (total - raw - blocks // 2, {WAVEFORMS_SHED, BLOCKS_SHED})):
        codes = keep(full(budget), tmp_path, budget)
        assert set(codes) <= expected
        assert codes
        assert all(levels for _, levels in hours(tmp_path))
    here = [samples for samples, _ in hours(tmp_path)]
    assert here == sorted(here), "the oldest go first"
    assert 0 < sum(here) < HOURS


def test_what_was_let_go_is_told_and_its_extremes_are_still_drawn(full, tmp_path):
    full(10**9)
    budget = used(tmp_path) - RAW - blocks_of(tmp_path) // 2
    keep(full(budget), tmp_path, budget)
    reader = Reader(tmp_path)
    gone = [gap for gap in reader.samples("press", NOISE.tags, EVER).missing if gap.why is Why.SHED]
    assert gone
    assert all(gap.at is not None and gap.at >= at(1000) for gap in gone)
    assert (
        sum(gap.count for gap in gone) + len(reader.samples("press", NOISE.tags[:1], EVER).stretches[0].at) == HOURS * 360 + 180
    )
    day = Span(at(0), at(HOURS * 3600))
    assert (reader.overview("press", NOISE.tags, day, 1900).count.sum(axis=1) == HOURS * 360).all()


def test_when_hardly_anything_may_stay_levels_go_and_frames_last_and_heads_become_one_line(full, tmp_path):
    full(10**9)
    store = full(1)
    order = []
    for step in range(60):
        store.checkpoint(at(1000 + step))
        order += [notice.code for notice in store.notices if notice.code not in order]
    assert order == [WAVEFORMS_SHED, CURVES_SHED, BLOCKS_SHED, LEVELS_SHED, FRAMES_SHED]
    reader = Reader(tmp_path)
    assert reader.frames_after(0, 1) == ()
    gone = reader.samples("press", NOISE.tags, EVER).missing
    assert sum(gap.count for gap in gone) == HOURS * 360 + 180
    assert len(gone) <= 3, "a line a month"
    assert reader.curve(curve_of(1).digest) is None
    assert reader.curve_shed_at(curve_of(1).digest) >= at(1000)
    assert reader.curves_after(0, 10**9) == ()
    assert store.last_frame_number() == HOURS * 360 + 180


def test_what_the_centre_has_goes_before_what_only_this_file_has(full, tmp_path):
    full(10**9)
    budget = used(tmp_path) - RAW - blocks_of(tmp_path) // 2
    store = full(budget)
    later = [block.number for block in Reader(tmp_path).blocks_after(0, 10**9)][-9 * 3]
    store.centre_has(SignalsSent(block=later - 1))
    keep(store, tmp_path, budget)
    unsent = [block for block in Reader(tmp_path).blocks_after(later - 1, 10**9) if block.tag == HEAD]
    assert len(unsent) == 3
    assert all(head.data is not None for head in unsent)


def test_the_file_stays_within_its_budget_and_a_stated_slack_while_weeks_go_by(tmp_path):
    budget, slack = 900_000, 500_000
    store = open_store(tmp_path, signal_budget_bytes=budget)
    sizes, logs = [], []
    for hour in range(45):
        store.append_frames(noise(1 + hour * 360, 360, hour * 3600))
        while store.roll_up((hour + 1) * 3600 * SECOND_NS):
            pass
        store.checkpoint(at(hour * 3600))
        sizes.append((tmp_path / SIGNALS_FILE).stat().st_size)
        logs.append((tmp_path / f"{SIGNALS_FILE}-wal").stat().st_size)
    assert max(sizes) <= budget + slack
    assert max(logs) <= 64_000_000
    assert all(later >= earlier for earlier, later in pairwise(sizes))
    assert sizes[-1] == sizes[32], "freed pages are used again"
    read = Reader(tmp_path).samples("press", NOISE.tags[:1], EVER)
    assert sum(gap.count for gap in read.missing) + len(read.stretches[0].at) == 45 * 360
    store.close()
