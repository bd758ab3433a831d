"""Row 8: how late the press is polled while the screen paints without a pause and a backlog drains to the centre.

Loaded: the simulated press over Modbus, the real engine process, the real window painting its whole self in a tight loop
(a core of its own), and `BACKLOG` recorded cycles going to a PostgreSQL centre, or more for a longer run. The times are the
engine's own frames. Baseline in the same run, before and after: a bare asyncio loop polling the same press with the same
driver and nothing else running. Lateness is against the 100 ms grid of each run, from its earliest scan.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.lateness import Lateness, lateness
from benchmarks.loaded_station import Plant, busy_screen, engine, fall_behind, plant
from benchmarks.table import Row
from station_db.errors import RecordError
from station_db.reader import Reader
from station_db.signals import Frame
from tests.faults.postgres import postgres

BACKLOG = 20_000
PERIOD_MS = 100
SETTLE_S = 5.0
"""The start of the window is not measured; that of the engine is."""
LOOK_EVERY_S = 0.5
PATIENCE_S = 20.0
FRAMES_AT_ONCE = 1000
NONE_LEFT = 10
"""The press goes on: a cycle that was only just recorded is no backlog."""
TAG = "force"
"""A tag of the fast group: frames that hold it are its scans."""


@dataclass(frozen=True, slots=True)
class Watched:
    """The engine's scans while all ran, and the part of them while entries were still unsent."""

    all_ns: Sequence[int]
    draining_ns: Sequence[int]
    sent: int


def run(seconds: float) -> list[Row]:
    """Watch the loaded station for so long, and the loop alone half as long before and after (at most a minute each)."""
    folder = Path(tempfile.mkdtemp(prefix="lineside-bench-"))
    try:
        with postgres() as server:
            server.create("centre")
            with plant(folder, server.url("centre")) as made:
                return _rows(made, seconds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _rows(made: Plant, seconds: float) -> list[Row]:
    fall_behind(made.data, BACKLOG)
    aside = min(60.0, seconds / 2)
    before = _alone(made, aside)
    watched = _loaded(made, seconds)
    alone = lateness(before, PERIOD_MS), lateness(_alone(made, aside), PERIOD_MS)
    loaded = lateness(watched.all_ns, PERIOD_MS)
    rows = [_row(f"100 ms poll, screen busy, {watched.sent} entries sent", loaded, alone)]
    if len(watched.draining_ns) > 1:
        rows.append(_row("100 ms poll, only while the backlog drained", lateness(watched.draining_ns, PERIOD_MS), alone))
    return [*rows, Row(8, "polls missed", str(loaded.missed), "-", "-", "0", met=loaded.missed == 0)]


def _row(name: str, ours: Lateness, alone: tuple[Lateness, Lateness]) -> Row:
    """The loop alone is the mean of before and after."""
    p99 = sum(each.p99_ms for each in alone) / len(alone)
    baseline = " / ".join(str(each) for each in alone)
    return Row(8, name, f"{ours}", baseline, f"{ours.p99_ms / p99:.2f}x", "<= 1.5x", met=ours.p99_ms <= 1.5 * p99)


def _alone(made: Plant, seconds: float) -> Sequence[int]:
    command = [sys.executable, "-m", "benchmarks.loop_alone", str(made.station), str(seconds)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _loaded(made: Plant, seconds: float) -> Watched:
    with busy_screen(made.station):
        time.sleep(SETTLE_S)
        with engine(made.station):
            began = _first_scan(made.data)
            backlog, drained = made.unsent(), 0
            while time.monotonic_ns() - began < seconds * 1e9:
                time.sleep(LOOK_EVERY_S)
                if not drained and made.unsent() < NONE_LEFT:
                    drained = time.monotonic_ns()
            ended = time.monotonic_ns()
            sent = backlog - made.unsent()
    scans = [frame.mono_ns for frame in _frames(made.data) if TAG in frame.layout.tags and began <= frame.mono_ns <= ended]
    return Watched(scans, [at for at in scans if at <= (drained or ended)], sent)


def _first_scan(data: Path) -> int:
    """Wait for the engine's first scan; when it was."""
    patience = time.monotonic() + PATIENCE_S
    while time.monotonic() < patience:
        with suppress(RecordError):
            frames = Reader(data).frames_after(0, 1)
            if frames:
                return frames[0].mono_ns
        time.sleep(0.1)
    raise TimeoutError(f"no scan in {PATIENCE_S} s")


def _frames(data: Path) -> Iterator[Frame]:
    reader, last = Reader(data), 0
    while frames := reader.frames_after(last, FRAMES_AT_ONCE):
        last = frames[-1].number
        yield from frames
