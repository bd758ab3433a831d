"""Row 1: Modbus TCP float32 tags from the wire to a batch (decoded, scaled, quality, time), ours beside pymodbus.

The device answers from a process of its own and is not the bottleneck. Each side reads in a process of its own whose whole
processor time counts: ours in blocks of 125 registers with one request in flight and with eight, pymodbus one tag a
request; and where it is installed, libmodbus in such blocks with one in flight, its words not even decoded. In every round each
reads once; the figures are medians.
"""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median

from benchmarks.modbus_reader import LIBMODBUS, Reading
from benchmarks.table import Row

ROUNDS, SECONDS = 5, 1.5
TAGS = (1000, 10_000)
IN_FLIGHT = (1, 8)
GOAL, NEXT = 100, 1000


def run() -> list[Row]:
    """Measure all in turns."""
    with _responder() as port:
        return [row for tags in TAGS for row in _rows(port, tags)]


def _rows(port: int, tags: int) -> list[Row]:
    sides = [("pymodbus", 1), *(("ours", depth) for depth in IN_FLIGHT), *_c_library()]
    rounds = [{side: _read(port, tags, *side) for side in sides} for _ in range(ROUNDS)]
    told = {side: [round_[side] for round_ in rounds] for side in sides}
    rows = [_row(tags, depth, told["ours", depth], told["pymodbus", 1]) for depth in IN_FLIGHT]
    return rows + [_rate(tags, depth, told["ours", depth], told[side]) for side in _c_library() for depth in IN_FLIGHT]


def _c_library() -> list[tuple[str, int]]:
    try:
        ctypes.CDLL(LIBMODBUS)
    except OSError:
        return []
    return [("libmodbus", 1)]


def _row(tags: int, depth: int, ours: Sequence[Reading], theirs: Sequence[Reading]) -> Row:
    ratio = _cpu_us(theirs) / _cpu_us(ours)
    name = f"CPU a value, {tags:,} float32, {depth} in flight"
    return Row(1, name, _said(ours), _said(theirs), f"{ratio:.0f}x", f">= {GOAL}x (next {NEXT:,}x)", met=ratio >= GOAL)


def _rate(tags: int, depth: int, ours: Sequence[Reading], theirs: Sequence[Reading]) -> Row:
    """Beside the C library, for information: it is the next goal to be faster."""
    ratio = _a_second(ours) / _a_second(theirs)
    name = f"values/s, {tags:,} float32, {depth} in flight, libmodbus one"
    return Row(1, name, _said(ours), _said(theirs), f"{ratio:.2f}x", "(next > 1x)", met=None)


def _cpu_us(readings: Sequence[Reading]) -> float:
    return median(reading.cpu_us for reading in readings)


def _said(readings: Sequence[Reading]) -> str:
    return f"{_cpu_us(readings):.3g} us, {_a_second(readings) / 1000:,.0f} k/s"


def _a_second(readings: Sequence[Reading]) -> float:
    return median(reading.a_second for reading in readings)


def _read(port: int, tags: int, side: str, in_flight: int) -> Reading:
    command = [sys.executable, "-m", "benchmarks.modbus_reader", side, *map(str, (port, tags, in_flight, SECONDS))]
    return Reading(**json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout))


@contextmanager
def _responder() -> Iterator[int]:
    command = [sys.executable, "-m", "benchmarks.modbus_responder"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout is not None
        yield int(serving.stdout.readline())
