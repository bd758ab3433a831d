"""Stretches of a channel for the tests: every sample says which it is."""

import numpy as np

from drivers.reading import Waveform

RATE = 1000.0
START = 1_790_000_000_000_000


def stretch(first, count, lost=0, *, samples=None, channel="vibration", device="press", begun=START, **more):
    """Samples `first` on, the number 0 taken at `begun`."""
    numbers = np.arange(first, first + count) if samples is None else np.asarray(samples)
    at = begun + round((first + count - 1) * 1e6 / RATE)
    return Waveform(device, channel, "g", RATE, first, numbers.astype("<f4").tobytes(), lost, at, at * 1000, **more)
