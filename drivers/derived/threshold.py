"""Proposes the threshold that tells running from standing, from what a current was seen to be. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_SHARE = 0.02
"""A level seen for less of the time than this may be a disturbance."""
LEAST_DISTANCE = 3.0
"""Two levels are so many times their own spread apart; a single broad one never is."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Level:
    """One of two levels: its mean, its spread (standard deviation), the share of the time it was seen."""

    mean: float
    spread: float
    share: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two levels, and what tells them apart."""

    low: Level
    high: Level
    threshold: float
    hysteresis: float


def propose(values: Sequence[float], seconds: Sequence[float]) -> Proposal | None:
    """Return what tells two levels apart, each value held for so many seconds; None where only one level was seen."""
    weights = np.asarray(seconds, dtype=np.float64)
    numbers = np.asarray(values, dtype=np.float64)[weights > 0]
    weights = weights[weights > 0]
    if np.unique(numbers).size < 2:
        return None
    order = np.argsort(numbers)
    numbers, weights = numbers[order], weights[order] / weights.sum()
    cut = _best_cut(numbers, weights)
    low, high = _level(numbers[:cut], weights[:cut]), _level(numbers[cut:], weights[cut:])
    if min(low.share, high.share) < LEAST_SHARE or high.mean - low.mean < LEAST_DISTANCE * (low.spread + high.spread):
        return None
    return _between(low, high)


def _best_cut(numbers: Numbers, weights: Numbers) -> int:
    """Where the variance between the two sides is the largest (Otsu 1979), never between equal numbers."""
    below = np.cumsum(weights)[:-1]
    sums = np.cumsum(weights * numbers)
    between = (sums[-1] * below - sums[:-1]) ** 2 / np.maximum(below * (1 - below), 1e-12)
    between[numbers[1:] == numbers[:-1]] = -1.0
    return int(np.argmax(between)) + 1


def _level(numbers: Numbers, weights: Numbers) -> Level:
    share = float(weights.sum())
    mean = float((numbers * weights).sum() / share)
    return Level(mean, float(np.sqrt(((numbers - mean) ** 2 * weights).sum() / share)), share)


def _between(low: Level, high: Level) -> Proposal:
    """In the middle of what lies free between the two; a quarter of it keeps noise from switching."""
    top, bottom = low.mean + 2 * low.spread, high.mean - 2 * high.spread
    return Proposal(low, high, _rounded((top + bottom) / 2, bottom - top), _rounded((bottom - top) / 4, bottom - top))


def _rounded(value: float, scale: float) -> float:
    """As exact as the distance of the levels asks for, and no more."""
    return round(value, max(0, 2 - int(np.floor(np.log10(scale)))))
