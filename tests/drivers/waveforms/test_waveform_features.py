"""Features against what is known of their signals: sines, noise, impulses, and Parseval's sum."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.waveforms.features import features, line_powers

RATE = 25_600.0
SECOND = np.arange(int(RATE)) / RATE
BANDS = ((10.0, 100.0), (100.0, 1000.0), (1000.0, 12_800.0))


def sine(amplitude, hz, phase=0.0):
    return amplitude * np.sin(2 * np.pi * hz * SECOND + phase)


def test_a_sine_has_the_rms_peak_crest_and_kurtosis_of_a_sine_whatever_its_rest_position():
    rms, peak, crest, kurtosis, *_ = features(sine(2.0, 50) + 9.81, RATE, ())
    assert rms == pytest.approx(2**0.5, rel=1e-9)
    assert peak == pytest.approx(2.0, rel=1e-4)
    assert crest == pytest.approx(2**0.5, rel=1e-4)
    assert kurtosis == pytest.approx(1.5, rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.01, 100), st.floats(15, 90), st.floats(0.01, 100), st.floats(150, 900), st.floats(0, 6))
def test_each_sine_is_in_its_band_with_its_own_rms(slow, slow_hz, fast, fast_hz, phase):
    found = features(sine(slow, slow_hz) + sine(fast, fast_hz, phase), RATE, BANDS)
    assert found[4] == pytest.approx(slow / 2**0.5, rel=0.02, abs=2e-3 * fast)
    assert found[5] == pytest.approx(fast / 2**0.5, rel=0.02, abs=2e-3 * slow)
    assert found[6] == pytest.approx(0.0, abs=2e-3 * (slow + fast))


def test_white_noise_has_a_kurtosis_of_three_and_its_power_is_spread_evenly():
    noise = np.random.default_rng(7).normal(0.0, 1.5, 256_000)
    rms, _, _, kurtosis, low, high = features(noise, RATE, ((100.0, 1100.0), (5000.0, 6000.0)))
    assert rms == pytest.approx(1.5, rel=0.01)
    assert kurtosis == pytest.approx(3.0, abs=0.05)
    assert low == pytest.approx(1.5 * (1000 / 12_800) ** 0.5, rel=0.03)
    assert high == pytest.approx(low, rel=0.05)


def test_impulses_of_a_bad_bearing_show_in_kurtosis_and_crest_before_they_show_in_rms():
    noise = np.random.default_rng(7).normal(0.0, 1.0, len(SECOND))
    hurt = noise.copy()
    hurt[::512] += 12.0
    whole, broken = features(noise, RATE, ()), features(hurt, RATE, ())
    assert broken[0] < 1.2 * whole[0]
    assert broken[2] > 2 * whole[2]
    assert broken[3] > 10


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=64, max_size=400))
def test_the_lines_of_the_spectrum_add_up_to_the_weighted_mean_square(samples):
    signal = np.array(samples)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(len(signal)) / len(signal))
    weighted = float((signal * signal * window * window).sum() / (window * window).sum())
    assert float(line_powers(signal).sum()) == pytest.approx(weighted, rel=1e-9, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=64, max_size=300), st.floats(0.01, 100))
def test_features_grow_with_their_signal_and_shapes_do_not(samples, factor):
    signal = np.array(samples)
    before, after = features(signal, RATE, ()), features(signal * factor, RATE, ())
    for one, other in zip(before[:2], after[:2], strict=True):
        assert other == pytest.approx(one * factor, rel=1e-6, abs=1e-9)
    if None not in before + after:
        assert after[2:] == pytest.approx(before[2:], rel=1e-6)
        assert after[3] >= 1 - 1e-9


def test_a_sensor_that_stands_still_has_no_kurtosis_instead_of_one_by_chance():
    assert features(np.full(1000, np.float32(1.1), np.float64), RATE, BANDS) == (0.0, 0.0, None, None, 0.0, 0.0, 0.0)


@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_a_window_with_a_sample_that_is_no_number_has_no_features(odd):
    signal = sine(1.0, 50)
    signal[77] = odd
    assert features(signal, RATE, BANDS) == (None,) * 7
