"""Scatter as machines have it."""

from __future__ import annotations

from random import Random


def scatter(chance: Random, sigma: float) -> float:
    """Gaussian scatter without wild tails: a calm machine makes no bad part by chance."""
    return max(-3 * sigma, min(3 * sigma, chance.gauss(0.0, sigma)))
