"""Row 1: Modbus TCP float32 tags from the wire to a batch (decoded, scaled, quality, time), ours beside pymodbus.

The device answers from a process of its own and is not the bottleneck. Each side reads in a process of its own whose whole
processor time counts: ours in blocks of 125 registers with one request in flight and with eight, pymodbus one tag a
request. In every round each reads once; the figures are medians.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median

from benchmarks.modbus_reader import Reading
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
    sides = [("pymodbus", 1), *(("ours", depth) for depth in IN_FLIGHT)]
    rounds = [[_read(side, port, tags, depth) for side, depth in sides] for _ in range(ROUNDS)]
    theirs, *ours = ([round_[at] for round_ in rounds] for at in range(len(sides)))
    return [_row(tags, depth, mine, theirs) for depth, mine in zip(IN_FLIGHT, ours, strict=True)]


def _row(tags: int, depth: int, ours: Sequence[Reading], theirs: Sequence[Reading]) -> Row:
    ratio = _cpu_us(theirs) / _cpu_us(ours)
    name = f"CPU a value, {tags:,} float32, {depth} in flight"
    return Row(1, name, _said(ours), _said(theirs), f"{ratio:.0f}x", f">= {GOAL}x (next {NEXT:,}x)", met=ratio >= GOAL)


def _cpu_us(readings: Sequence[Reading]) -> float:
    return median(reading.cpu_us for reading in readings)


def _said(readings: Sequence[Reading]) -> str:
    return f"{_cpu_us(readings):.3g} us, {median(reading.a_second for reading in readings) / 1000:,.0f} k/s"


def _read(side: str, port: int, tags: int, in_flight: int) -> Reading:
    command = [sys.executable, "-m", "benchmarks.modbus_reader", side, *map(str, (port, tags, in_flight, SECONDS))]
    return Reading(**json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout))


@contextmanager
def _responder() -> Iterator[int]:
    command = [sys.executable, "-m", "benchmarks.modbus_responder"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout is not None
        yield int(serving.stdout.readline())
