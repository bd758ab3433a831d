"""What the engine's frames hold of machines whose values tell who they are and when it was: nothing wrong, nothing missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.lateness import Lateness, lateness
from benchmarks.many_tags_station import PERIOD_MS
from benchmarks.modbus_values import TAGS, TICK_MS, TICKS
from benchmarks.opcua_values import APART
from station_db.signals import Frame

_TICKS_A_SCAN = PERIOD_MS // TICK_MS


@dataclass(frozen=True, slots=True)
class Polled:
    """The scans of the Modbus device. `missing` values are bad ones, `wrong` those of another tag."""

    late: Lateness
    missing: int
    wrong: int
    missed_by_machine: int
    """By the machine's own clock: how many scans fewer than beats, of the tag with the fewest."""
    longest_ms: int
    """Between two values of one tag, by the machine's own clock."""


@dataclass(frozen=True, slots=True)
class Published:
    """What the OPC UA server told: it counts each item up once a period."""

    values: int
    wrong: int
    lost: int
    repeated: int
    longest_ms: float
    """Between two scans, by our clock."""


def polled(frames: Sequence[Frame]) -> Polled:
    """Judge the device's frames. Raises `ValueError` for fewer than two."""
    told = _table(frames)
    is_there = ~np.isnan(told)
    names = np.broadcast_to(np.arange(TAGS), told.shape)
    wrong = int((np.mod(told, TAGS) != names)[is_there].sum())
    steps = [np.mod(np.diff(np.floor_divide(column[~np.isnan(column)], TAGS)), TICKS) for column in told.T]
    missed = max(0, *(round(each.sum() / _TICKS_A_SCAN) - len(each) for each in steps))
    longest = max(int(each.max()) for each in steps) * TICK_MS
    late = lateness([frame.mono_ns for frame in frames], PERIOD_MS)
    return Polled(late, int((~is_there).sum()), wrong, missed, longest)


def published(frames: Sequence[Frame]) -> Published:
    """Judge the server's frames; a frame that holds a part of the items has no values of the others."""
    told = _table(frames)
    is_there = ~np.isnan(told)
    names = np.broadcast_to(np.arange(TAGS), told.shape)
    wrong = int((np.floor_divide(told, APART) != names)[is_there].sum())
    steps = [np.diff(column[~np.isnan(column)]) for column in told.T]
    lost = sum(int((each[each > 1] - 1).sum()) for each in steps)
    repeated = sum(int((each < 1).sum()) for each in steps)
    longest = float(np.diff([frame.mono_ns for frame in frames]).max()) / 1e6
    return Published(int(is_there.sum()), wrong, lost, repeated, longest)


def _table(frames: Sequence[Frame]) -> NDArray[np.float64]:
    """A row for each frame, a column for each tag that tells who it is; a missing value is no number."""
    return np.array([frame.values[:TAGS] for frame in frames], np.float64)
