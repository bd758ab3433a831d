"""How the times of a head are packed: numbers, wall and monotonic times and what was skipped, each exactly."""

from __future__ import annotations

import struct

import numpy as np

from station_db import integers
from station_db.columns_of_frames import Times

_HEAD = struct.Struct("<IIII")


def packed(times: Times) -> bytes:
    """Pack times. The monotonic ones are told beside the wall: as long as no clock is set, they hardly differ."""
    behind = times.mono_ns - times.at * 1000
    parts = [integers.packed(each) for each in (times.numbers, times.at, behind, times.skipped)]
    return _HEAD.pack(*map(len, parts)) + b"".join(parts)


def unpacked(octets: bytes, count: int) -> Times:
    """So many times."""
    lengths = _HEAD.unpack_from(octets)
    begins = np.cumsum([_HEAD.size, *lengths])
    parts = [octets[begin : begin + length] for begin, length in zip(begins, lengths, strict=False)]
    numbers, at, behind, skipped = (integers.unpacked(part, count) for part in parts)
    return Times(numbers, at, behind + at * 1000, skipped)
