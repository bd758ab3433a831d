import sqlite3
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station_db.connecting import SIGNALS_FILE
from station_db.notices import FRAMES_SHED, WAVEFORMS_SHED
from station_db.reader import Reader
from station_db.records.base import Digest
from station_db.signals import Frame, Layout
from station_db.waveform_codec import FLOATS, SCALED, packed, unpacked
from station_db.waveforms import KeptWaveform
from tests.station_db.store.store_cases import at, open_store

HEAD = KeptWaveform("press", "vibration", "g", 1000.0, at(10), 4, 0, ("alarm:jam",), Digest(""))
LARGE = 500_000_000


def floats(*values):
    return np.array(values, "<f4").tobytes()


def noise(number, count=2000):
    return np.random.default_rng(number).normal(0, 1, count).astype("<f4").tobytes()


def kept(number, *, budget=LARGE, channel="vibration"):
    head = replace(HEAD, from_at=at(number), count=2000, channel=channel)
    return packed(head, noise(number), 1.0, budget)


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=400).map(lambda octets: octets[: len(octets) // 4 * 4]), st.sampled_from([1.0, 0.01, 3e-5]))
def test_any_samples_come_back_to_the_bit(octets, scale):
    made = packed(HEAD, octets, scale, LARGE)
    assert unpacked(made.codec, made.scale, made.data) == octets


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(-32_768, 32_767), max_size=200), st.sampled_from([1.0, 0.01, 0.1, 9.81 / 32_768, -0.5]))
def test_what_was_made_from_16_bit_numbers_is_stored_as_such_and_comes_back_to_the_bit(numbers, scale):
    octets = (np.array(numbers, np.float64) * scale).astype("<f4").tobytes()
    made = packed(HEAD, octets, scale, LARGE)
    assert unpacked(made.codec, made.scale, made.data) == octets
    assert made.codec == SCALED or 0 in numbers, "only the sign of a zero may stand in the way"


@pytest.mark.parametrize("odd", [0.5, 32_768.0, float("nan"), float("inf"), -0.0])
def test_what_is_no_16_bit_number_stays_a_float(odd):
    octets = floats(1.0, odd)
    made = packed(HEAD, octets, 1.0, LARGE)
    assert made.codec == FLOATS
    assert unpacked(made.codec, made.scale, made.data) == octets


def test_a_smooth_signal_takes_less_than_half_of_its_room():
    numbers = np.round(3000 * np.sin(np.arange(100_000) / 20)) + np.random.default_rng(1).integers(-20, 20, 100_000)
    octets = (numbers * 0.001).astype("<f4").tobytes()
    assert len(packed(HEAD, octets, 0.001, LARGE).data) < len(octets) // 2


def test_waveforms_are_found_by_their_span_and_kept_once(tmp_path):
    store = open_store(tmp_path)
    waveforms = [kept(number) for number in (10, 20, 30)]
    store.keep_waveforms(waveforms, at(40))
    store.keep_waveforms(waveforms[:1], at(41))
    store.close()
    reader = Reader(tmp_path)
    assert reader.waveforms("press", at(0), at(99)) == tuple(each.head for each in waveforms)
    assert reader.waveforms("press", at(21), at(30)) == (waveforms[1].head,), "it ends 2 s after its start"
    assert reader.waveforms("press", at(22), at(30)) == ()
    assert reader.waveforms("lathe", at(0), at(99)) == ()
    assert [reader.waveform(each.head.digest) for each in waveforms] == [noise(number) for number in (10, 20, 30)]
    assert reader.waveform(Digest("none")) is None


def test_a_channel_keeps_its_newest_samples_and_how_many_went_is_said(tmp_path):
    store = open_store(tmp_path)
    size = len(kept(1).data)
    for number in range(1, 6):
        store.keep_waveforms([kept(number, budget=size * 5 // 2), kept(100 + number, channel="other")], at(50 + number))
    (notice,) = store.notices
    assert (notice.code, notice.args) == (WAVEFORMS_SHED, ("3",))
    store.close()
    reader = Reader(tmp_path)
    mine = [head for head in reader.waveforms("press", at(0), at(999)) if head.channel == "vibration"]
    assert [head.shed_at for head in mine] == [at(53), at(54), at(55), None, None]
    assert [reader.waveform(head.digest) is None for head in mine] == [True, True, True, False, False]
    assert all(head.shed_at is None for head in reader.waveforms("press", at(0), at(999)) if head.channel == "other")


def test_when_the_file_is_too_large_raw_samples_go_before_any_frame(tmp_path):
    store = open_store(tmp_path, signal_budget_bytes=400_000)
    layout = Layout("press", ("force",), ("float64",))
    store.append_frames([Frame(number, layout, at(number), number, (1.0,)) for number in range(1, 1001)])
    store.keep_waveforms([kept(number) for number in range(80)], at(90))
    store.checkpoint(at(91))
    assert [notice.code for notice in store.notices] == [WAVEFORMS_SHED]
    reader = Reader(tmp_path)
    heads = reader.waveforms("press", at(0), at(999))
    shed = [head for head in heads if head.shed_at is not None]
    assert 0 < len(shed) < 80
    assert shed == list(heads[: len(shed)])
    assert reader.frames_after(0, 1)[0].number == 1
    store.append_frames([Frame(number, layout, at(number), number, (1.0,)) for number in range(1001, 12_000)])
    while FRAMES_SHED not in [notice.code for notice in store.notices]:
        store.checkpoint(at(92))
    assert all(head.shed_at is not None for head in reader.waveforms("press", at(0), at(999)))
    store.close()


def test_a_file_from_before_waveforms_were_kept_gets_their_table(tmp_path):
    open_store(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / SIGNALS_FILE)) as older:
        older.executescript("DROP TABLE waveform; PRAGMA user_version = 1;")
    store = open_store(tmp_path)
    store.keep_waveforms([kept(1)], at(2))
    store.close()
    assert Reader(tmp_path).waveforms("press", at(0), at(9))
