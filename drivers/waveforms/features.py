"""What a window of samples says of a machine: RMS, peak, crest factor, kurtosis, RMS in bands. Pure.

The mean is removed first: an accelerometer's rest position is no vibration.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from drivers.waveforms.setup import Band

Samples = NDArray[np.float64]

_RESOLUTION = 2.0**-23
"""Of float32, in which samples are told: what moves less than this part of its own size does not move."""


def features(samples: Samples, rate_hz: float, bands: Sequence[Band]) -> tuple[float | None, ...]:
    """Return RMS, peak, crest factor, kurtosis, then the RMS of each band; None for what can't be told of these samples."""
    if not len(samples) or not np.all(np.isfinite(samples)):
        return (None,) * (4 + len(bands))
    moving = samples - samples.mean()
    squares = moving * moving
    power = float(squares.mean())
    peak = float(np.abs(moving).max())
    if peak <= _RESOLUTION * float(np.abs(samples).max()):
        return (0.0, 0.0, None, None, *(0.0 for _ in bands))
    rms = power**0.5
    kurtosis = float((squares * squares).mean()) / power**2
    return (rms, peak, peak / rms, kurtosis, *band_rms(moving, rate_hz, bands))


def band_rms(samples: Samples, rate_hz: float, bands: Sequence[Band]) -> tuple[float, ...]:
    """Return the RMS within each band; of bands that share no edge and leave out none the squares add up to the whole."""
    if not bands:
        return ()
    powers = line_powers(samples)
    width = rate_hz / len(samples)
    return tuple(float(powers[_line(low, width) : _line(high, width)].sum()) ** 0.5 for low, high in bands)


def line_powers(samples: Samples) -> Samples:
    """Return the power at each line of the spectrum, `rate / len(samples)` apart, seen through a Hann window.

    The window takes energy, which is given back: the sum over all lines is the weighted mean square of the samples (Parseval).
    """
    window, energy = _hann(len(samples))
    lines = np.fft.rfft(samples * window)
    powers = (lines.real**2 + lines.imag**2) / (len(samples) * energy)
    has_middle = len(samples) % 2 == 0
    powers[1 : len(powers) - has_middle] *= 2  # each stands for its mirror image too
    return powers


def _line(edge_hz: float, width_hz: float) -> int:
    """Return the first line at or above an edge."""
    return int(np.ceil(edge_hz / width_hz - 1e-9))


@lru_cache(maxsize=16)
def _hann(length: int) -> tuple[Samples, float]:
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length) if length > 1 else np.ones(length)
    return window, float((window * window).sum())
