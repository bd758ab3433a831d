"""A day of 200 tags at 1 s (17.28 M points) through the writer, as fast as it goes: `python -m benchmarks.day_of_tags`.

The real path: frames into the `Recorder`, whose thread writes them to signals.db and makes blocks of them in its idle moments, at
a clock that runs with the frames. A decision is committed every second minute of it. Everything is read back and compared.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.store_of_tags import HOUR_S, file_bytes, new_store, size_on_disk
from benchmarks.tags_by_second import LAYOUT, START, TAGS, frames, values
from hmi.clock import Moment, new_id
from hmi.engine.recorder import Hears, Recorder
from station_db.queries import Span
from station_db.reader import Reader
from station_db.records.base import Instant
from station_db.records.changes import Changes, Entry
from station_db.records.equipment import EngineRun

AT_ONCE = 1200
"""Frames handed over before the writer is waited for: 20 minutes of them."""
RECORD_EVERY_S = 120
EVER = Span(Instant(0), Instant(2**62))


class FrameClock:
    """Runs with what is recorded."""

    def __init__(self) -> None:
        self.now = Moment(Instant(START), 0, new_id)

    def moment(self) -> Moment:
        """The time of the last scan."""
        return self.now


@dataclass(frozen=True, slots=True)
class Day:
    """What was measured."""

    wall_s: float
    cpu_s: float
    used: int
    on_disk: int
    lost: int
    records: int


def main() -> int:
    """Record, read back, print; 1 when a sample is lost or differs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.day_of_tags", description="A day of 200 tags at 1 s.")
    parser.add_argument("--hours", type=int, default=24)
    hours = parser.parse_args().hours
    columns = values(hours * HOUR_S)
    with tempfile.TemporaryDirectory(prefix="lineside-bench-") as folder:
        day = asyncio.run(_record(Path(folder), columns))
    _print(day, hours)
    return int(day.lost > 0)


async def _record(folder: Path, columns: Sequence[NDArray[np.generic]]) -> Day:
    clock = FrameClock()
    recorder = Recorder(lambda: new_store(folder), clock, Hears(lambda: None, _fail, lambda reason: _fail(str(reason))))
    await recorder.open()
    seconds, records, written_s, cpu_s = len(columns[0]), 0, 0.0, 0.0
    for first in range(0, seconds, AT_ONCE):
        scans = list(frames([column[first : first + AT_ONCE] for column in columns], first + 1, first))
        begun, spent = time.perf_counter(), time.process_time()
        for scan in scans:
            recorder.keep_frame(scan)
            if scan.number % RECORD_EVERY_S == 0:
                run = EngineRun(id=new_id(), version="bench", started_at=Instant(scan.at))
                recorder.save(Changes((Entry(run, "station"),)), lambda: None)
                records += 1
        await _move(clock, recorder, Moment(Instant(scans[-1].at), scans[-1].mono_ns, new_id))
        await _caught_up(recorder, folder)
        written_s, cpu_s = written_s + time.perf_counter() - begun, cpu_s + time.process_time() - spent
    await _move(clock, recorder, Moment(clock.now.wall, 2**62, new_id))
    await _caught_up(recorder, folder, most=0)
    await recorder.close()
    return Day(written_s, cpu_s, file_bytes(folder), size_on_disk(folder), _lost(folder, columns), records)


async def _move(clock: FrameClock, recorder: Recorder, now: Moment) -> None:
    """Only while nothing waits: to the recorder a leap of twenty minutes is a writer that is so far behind."""
    await recorder.settle()
    clock.now = now
    await recorder.settle()


async def _caught_up(recorder: Recorder, folder: Path, *, most: int = HOUR_S + AT_ONCE) -> None:
    """The writer's idle moments come by themselves; this waits until no more frames are left than belong to open blocks."""
    reader = Reader(folder)
    while len(reader.frames_after(0, most + 1)) > most:
        await asyncio.sleep(0.05)
        await recorder.settle()


def _lost(folder: Path, columns: Sequence[NDArray[np.generic]]) -> int:
    """Samples that are not there or not what was recorded, to the bit."""
    found = Reader(folder).samples("press", LAYOUT.tags, EVER)
    return sum(
        len(column) if len(each.values) != len(column) else int((_bits(each.values) != _bits(column)).sum())
        for each, column in zip(found.stretches, columns, strict=True)
    )


def _bits(array: NDArray[np.generic]) -> NDArray[np.generic]:
    return array.view(f"<u{array.dtype.itemsize}")


def _fail(reason: str) -> None:
    raise RuntimeError(reason)


def _print(day: Day, hours: int) -> None:
    count = hours * HOUR_S * TAGS
    lines = {
        "samples": f"{count:,}, {day.lost} lost or changed; {day.records} records beside them",
        "wall time": f"{day.wall_s:.1f} s, {hours * HOUR_S / day.wall_s:,.0f} times real time, load {os.getloadavg()[0]:.1f}",
        "CPU": f"{day.cpu_s:.1f} s, {day.cpu_s / (hours * HOUR_S):.3%} of one core of the real time",
        "bytes": f"{day.used / 1e6:.1f} MB, {day.used / count:.2f} B a sample; the file {day.on_disk / 1e6:.1f} MB",
    }
    for head, text in lines.items():
        print(f"  {head:<12} {text}")


if __name__ == "__main__":
    sys.exit(main())
