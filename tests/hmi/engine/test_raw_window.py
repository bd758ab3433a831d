"""What is kept around an occasion, exact to the sample, however the samples come in and however late the occasion is told."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.reading import Waveform
from hmi.engine.raw_window import CAUSES_MAX, LATE_US, RawStream

RATE = 1000.0
MS = 1000
START = 1_790_000_000_000_000


def stretch(first, count, lost=0, *, late=0):
    numbers = np.arange(first, first + count).astype("<f4").tobytes()
    at = START + (first + count - 1 + late) * MS
    return Waveform("press", "vibration", "g", RATE, first, numbers, lost, at, at * 1000)


def numbers(piece):
    return np.frombuffer(piece.samples, "<f4").astype(int).tolist()


def test_the_samples_from_before_to_after_are_kept_and_no_other():
    stream = RawStream(0.05, 0.03)
    pieces = [*stream.take(stretch(0, 100)), *stream.happened(START + 90 * MS, "alarm:a")]
    assert not pieces, "it waits for what comes after"
    (piece,) = [*stream.take(stretch(100, 15)), *stream.take(stretch(115, 15))]
    assert numbers(piece) == list(range(40, 121))
    assert (piece.from_at, piece.lost, piece.causes) == (START + 40 * MS, 0, ("alarm:a",))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=30),
    st.integers(0, 400),
    st.integers(0, 12),
    st.integers(0, 200),
    st.integers(0, 200),
)
def test_a_window_is_the_same_however_samples_are_cut_and_however_late_it_is_told(cuts, at, late, before, after):
    stream, first, pieces = RawStream(before / 1000, after / 1000), 0, []
    for number, count in enumerate(cuts):
        if number == late:
            pieces += stream.happened(START + at * MS, "x")
        pieces += stream.take(stretch(first, count))
        first += count
    if late >= len(cuts):
        pieces += stream.happened(START + at * MS, "x")
    pieces += stream.expire(2**62)
    kept = [number for piece in pieces for number in numbers(piece)]
    assert kept == [number for number in range(max(0, at - before), at + after + 1) if number < first]
    assert len(pieces) <= 1


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=20, max_size=20), st.integers(100, 300), st.integers(0, 500))
def test_polls_told_early_and_late_tear_no_hole_into_a_window(lates, at, told):
    stream, pieces = RawStream(0.1, 0.1), []
    for number, late in enumerate(lates):
        pieces += stream.take(stretch(number * 40, 40, late=late))
        if number == told // 40:
            pieces += stream.happened(START + at * MS, "x")
    pieces += stream.expire(2**62)
    (kept,) = map(numbers, pieces)
    assert kept == list(range(kept[0], kept[-1] + 1))
    assert len(kept) >= 200 - 30


def test_a_storm_of_occasions_is_one_window_that_names_the_latest():
    stream, pieces = RawStream(0.1, 0.1), []
    for number in range(3 * CAUSES_MAX):
        pieces += stream.take(stretch(number * 10, 10))
        pieces += stream.happened(START + number * 10 * MS, f"bad_part:{number}")
    (piece,) = [*pieces, *stream.expire(2**62)]
    assert len(numbers(piece)) == 30 * CAUSES_MAX
    assert piece.causes == tuple(f"bad_part:{number}" for number in range(2 * CAUSES_MAX, 3 * CAUSES_MAX))


def test_after_the_clock_was_set_back_windows_are_kept_at_once_and_nothing_piles_up():
    stream = RawStream(0.05, 0.05)
    for number in range(100):
        list(stream.take(stretch(number * 1000, 1000)))
    assert list(stream.happened(START + 99_000 * MS, "before"))
    back = [stretch(100_000 + number * 100, 100, late=-3_600_000) for number in range(10)]
    pieces = [piece for each in back for piece in stream.take(each)]
    pieces += stream.happened(back[5].at, "after")
    (kept,) = map(numbers, pieces)
    assert kept == list(range(100_549, 100_650))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 900), min_size=1, max_size=8), st.integers(0, 100), st.integers(1, 100))
def test_several_occasions_keep_each_sample_once(times, before, after):
    stream, pieces = RawStream(before / 1000, after / 1000), []
    for first in range(0, 1200, 40):
        for at in sorted(at for at in times if first <= at < first + 40):
            pieces += stream.happened(START + at * MS, "x")
        pieces += stream.take(stretch(first, 40))
    kept = [number for piece in pieces for number in numbers(piece)]
    wanted = {number for at in times for number in range(max(0, at - before), at + after + 1)}
    assert kept == sorted(wanted)


def test_occasions_that_overlap_are_one_window_with_all_causes():
    stream = RawStream(0.05, 0.05)
    pieces = [*stream.take(stretch(0, 100))]
    for at, cause in ((80, "alarm:a"), (120, "bad_part:7"), (125, "alarm:a")):
        pieces += stream.happened(START + at * MS, cause)
    pieces += stream.take(stretch(100, 200))
    (piece,) = pieces
    assert numbers(piece) == list(range(30, 176))
    assert piece.causes == ("alarm:a", "bad_part:7")


def test_a_hole_ends_a_piece_and_the_next_says_what_is_missing():
    stream = RawStream(0.05, 0.05)
    pieces = [*stream.take(stretch(0, 100)), *stream.happened(START + 99 * MS, "x"), *stream.take(stretch(110, 100, lost=10))]
    assert [numbers(piece) for piece in pieces] == [list(range(49, 100)), list(range(110, 150))]
    assert [piece.lost for piece in pieces] == [0, 10]
    assert pieces[1].from_at == START + 110 * MS


def test_a_window_that_never_ends_is_stored_all_the_same():
    stream = RawStream(0.0, 0.1, most_bytes=400)
    pieces = [*stream.happened(START, "x")]
    for first in range(0, 1000, 50):
        pieces += stream.take(stretch(first, 50))
        pieces += stream.happened(START + (first + 50) * MS, "x")
    assert [numbers(piece) for piece in pieces] == [list(range(at, at + 100)) for at in range(0, 1000, 100)]
    assert [piece.from_at for piece in pieces] == [START + at * MS for at in range(0, 1000, 100)]


def test_occasions_far_apart_wait_for_samples_that_come_late_as_files_do():
    stream = RawStream(0.01, 0.01)
    pieces = [*stream.happened(START + 100 * MS, "a"), *stream.happened(START + 500 * MS, "b")]
    pieces += stream.take(stretch(0, 1000))
    assert [(numbers(piece)[0], piece.causes) for piece in pieces] == [(90, ("a",)), (490, ("b",))]


def test_what_gets_no_more_samples_is_handed_out_as_far_as_it_came():
    stream = RawStream(0.05, 5.0)
    assert not [*stream.take(stretch(0, 100)), *stream.happened(START + 90 * MS, "x"), *stream.expire(START + 100 * MS)]
    (piece,) = stream.expire(START + 5_091 * MS)
    assert numbers(piece) == list(range(40, 100))


def test_samples_are_held_no_longer_than_an_occasion_may_be_late():
    stream = RawStream(0.05, 0.0)
    for first in range(0, LATE_US // MS + 400, 100):
        list(stream.take(stretch(first, 100)))
    last = LATE_US // MS + 399
    assert [numbers(piece) for piece in stream.happened(START + (last - 300) * MS, "x")]
    assert not [*stream.happened(START + 60 * MS, "x"), *stream.take(stretch(last + 1, 1))]
