"""Row 8: how late the press is polled, one load after another (`row08_scenes`).

Ours: the simulated press over Modbus and the real engine process beside each load; the times are the engine's own frames.
Baseline in the same run, before and after each: a bare asyncio loop polling the same press with the same driver and nothing
else running. Lateness is against the 100 ms grid of each run, from its earliest scan.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from benchmarks.lateness import Lateness, lateness
from benchmarks.loaded_station import Plant, engine, plant
from benchmarks.row08_scenes import SCENES, Scene
from benchmarks.table import Row
from station_db.errors import RecordError
from station_db.reader import Reader
from station_db.signals import Frame
from tests.faults.postgres import Postgres, postgres

PERIOD_MS = 100
GOAL = 1.5
SETTLE_S = 5.0
"""The start of what runs beside it is not measured; that of the engine is."""
LOOK_EVERY_S = 0.5
PATIENCE_S = 20.0
FRAMES_AT_ONCE = 1000
NONE_LEFT = 10
"""The press goes on: a cycle that was only just recorded is no backlog."""
TAG = "force"
"""A tag of the fast group: frames that hold it are its scans."""


def run(seconds: float, runs: int = 1) -> list[Row]:
    """Watch each load for so long, and the loop alone half as long before and after (at most a minute each); `runs` times."""
    return [row for scene in SCENES for row in _measured(scene, seconds, runs)]


def _measured(scene: Scene, seconds: float, runs: int) -> list[Row]:
    """The run with the median ratio of p99s speaks for the load; polls missed are counted over all of them."""
    found = sorted((_once(scene, seconds) for _ in range(runs)), key=_ratio)
    ours, before, after = found[(runs - 1) // 2]
    ratio = statistics.median(map(_ratio, found))
    missed = sum(each[0].missed for each in found)
    name = f"100 ms poll, {scene.name}, {ours.polls} polls, {missed} missed"
    met = ratio <= GOAL and not missed
    return [Row(8, name, f"{ours}", f"{before} / {after}", f"{ratio:.2f}x", f"<= {GOAL}x", met=met)]


def _ratio(run_of: tuple[Lateness, Lateness, Lateness]) -> float:
    """The loop alone is the mean of before and after."""
    ours, before, after = run_of
    return ours.p99_ms / ((before.p99_ms + after.p99_ms) / 2)


def _once(scene: Scene, seconds: float) -> tuple[Lateness, Lateness, Lateness]:
    folder = Path(tempfile.mkdtemp(prefix="lineside-bench-"))
    aside = min(60.0, seconds / 2)
    try:
        with postgres() as server, plant(folder, _centre(server)) as made:
            scene.leave(made)
            before = _alone(made, aside)
            ours = _loaded(made, scene, seconds)
            after = _alone(made, aside)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return lateness(ours, PERIOD_MS), lateness(before, PERIOD_MS), lateness(after, PERIOD_MS)


def _centre(server: Postgres) -> str:
    server.create("centre")
    return server.url("centre")


def _alone(made: Plant, seconds: float) -> Sequence[int]:
    command = [sys.executable, "-m", "benchmarks.loop_alone", str(made.station), str(seconds)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _loaded(made: Plant, scene: Scene, seconds: float) -> Sequence[int]:
    """The engine's scans while the load lasted, at most for `seconds`."""
    last = _last_frame(made.data)
    with scene.beside(made):
        time.sleep(SETTLE_S)
        with engine(made.station):
            began = _first_scan(made.data, last)
            ended = _watched(made, scene, began + round(seconds * 1e9))
    frames = _frames(made.data, last)
    return [frame.mono_ns for frame in frames if TAG in frame.layout.tags and began <= frame.mono_ns <= ended]


def _watched(made: Plant, scene: Scene, until_ns: int) -> int:
    """Let it run; when it ended, or when all was sent."""
    while time.monotonic_ns() < until_ns:
        time.sleep(LOOK_EVERY_S)
        if scene.is_sent and made.unsent() < NONE_LEFT:
            break
    return time.monotonic_ns()


def _last_frame(data: Path) -> int:
    """The number of the last frame that was there before."""
    with suppress(RecordError):
        return max((frame.number for frame in _frames(data, 0)), default=0)
    return 0


def _first_scan(data: Path, after: int) -> int:
    """Wait for the engine's first scan; when it was."""
    patience = time.monotonic() + PATIENCE_S
    while time.monotonic() < patience:
        with suppress(RecordError):
            frames = Reader(data).frames_after(after, 1)
            if frames:
                return frames[0].mono_ns
        time.sleep(0.1)
    raise TimeoutError(f"no scan in {PATIENCE_S} s")


def _frames(data: Path, last: int) -> Iterator[Frame]:
    reader = Reader(data)
    while frames := reader.frames_after(last, FRAMES_AT_ONCE):
        last = frames[-1].number
        yield from frames
