"""A day of 200 tags as a plant has them, scan by scan: what rows 3 and 5 and the measured day record."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from station_db.records.base import Instant
from station_db.signals import Frame, Layout

TAGS = 200
DAY_S = 86_400
START = 1_790_000_000_000_000
SECOND_US, SECOND_NS = 1_000_000, 1_000_000_000
KINDS = (
    ("count", 30, "int64"),
    ("state", 30, "int64"),
    ("temperature", 50, "float64"),
    ("force", 50, "float64"),
    ("flow", 40, "float32"),
)
"""Counters; words of bits that seldom change; temperatures in 0.1 °C; forces in 0.01 kN that follow a cycle, with noise; and
flows as a sensor's 12-bit number divided in the controller, float32."""
LAYOUT = Layout(
    "press",
    tuple(f"{kind}_{place}" for kind, count, _ in KINDS for place in range(count)),
    tuple(dtype for _, count, dtype in KINDS for _ in range(count)),
)


def values(seconds: int, seed: int = 1) -> list[NDArray[np.generic]]:
    """A column a tag."""
    chance, at = np.random.default_rng(seed), np.arange(seconds)
    made: list[NDArray[np.generic]] = []
    for place in range(30):
        made.append(np.cumsum(chance.random(seconds) < 1 / (4 + place)).astype(np.int64))
    for _ in range(30):
        made.append(chance.integers(0, 16, seconds // 60 + 1).repeat(60)[:seconds].astype(np.int64))
    for place in range(50):
        drift = 60 + place / 10 + 5 * np.sin(at / (900 + 7 * place)) + chance.normal(0, 0.08, seconds)
        made.append((np.rint(drift * 10) + 0.0) * 0.1)
    for place in range(50):
        cycle = 12 * np.abs(np.sin(at / (3 + place / 50))) * ((at // 300) % 3 > 0)
        made.append((np.rint((cycle + chance.normal(0, 0.02, seconds)) * 100) + 0.0) * 0.01)
    for place in range(40):
        raw = np.rint(2000 + 400 * np.sin(at / (600 + place)) + chance.normal(0, 3, seconds))
        made.append((raw / 100).astype(np.float32))
    return made


def frames(columns: list[NDArray[np.generic]], first: int = 1, from_s: int = 0) -> Iterator[Frame]:
    """The scans, one a second, each clock with its own jitter."""
    jitter = np.random.default_rng(2).integers(0, 900, len(columns[0])).tolist()
    for place, row in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        late = jitter[place]
        at = START + (from_s + place) * SECOND_US + late
        yield Frame(first + place, LAYOUT, Instant(at), (from_s + place) * SECOND_NS + late * 1000 + place * 7 % 1000, row)
