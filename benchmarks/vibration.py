"""A day of vibration through the real path, as fast as it goes: `python -m benchmarks.vibration [--megabytes N] [--events N]`.

A driver that obeys the protocol hands up 500 MB of float32 samples (one channel of 25.6 kHz that runs 5,120 s of a day) in
stretches of 0.1 s, made of 16-bit numbers as a real sensor's are. They go through a whole engine: features of every second
become tags, frames and alarms; in evenly spread seconds the machine shakes above its limit, and a second before and after is kept
raw. Everything is read back from the disk and compared with what was handed up.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from drivers.driver import WaveformSetup
from drivers.reading import Batch, Event, LinkUp, Waveform
from drivers.tag import DataType, Role, Tag, Value
from drivers.waveforms.driver import with_waveforms
from drivers.waveforms.setup import Channel, Features, Keeping, Occasion
from drivers.waveforms.tags import tags_of
from hmi.engine.engine import Engine
from hmi.settings import Machine, Screen, Settings
from station_db.reader import Reader

RATE = 25_600
STRETCH = RATE // 10
SCALE = 9.81 / 3276.8
"""One of the sensor's numbers, in m/s²."""
LIMIT = 4.0
AROUND_S = 1
PATTERN_S = 16
DAY_S = 86_400
SPEED = Tag("speed", "", DataType.FLOAT64, Role.SIGNAL)
CHANNEL = Channel(
    "vibration",
    float(RATE),
    "m/s²",
    1.0,
    Features(1.0, ((10.0, 100.0), (100.0, 1000.0), (1000.0, 10_000.0)), {"rms": LIMIT}),
    Keeping((Occasion.LIMIT,), AROUND_S, AROUND_S),
    link=WaveformSetup("vibration", "", float(RATE), "m/s²", SCALE),
)


class Shaker:
    """The samples of any second, and a driver that hands them all up."""

    def __init__(self, seconds: int, shaken: Sequence[int]) -> None:
        noise = np.random.default_rng(1).normal(0, 300, PATTERN_S * RATE)
        turning = 500 * np.sin(2 * np.pi * 49.5 * np.arange(PATTERN_S * RATE) / RATE)
        self._calm = self._in_unit(noise + turning)
        self._wild = self._in_unit(5 * (noise + turning))
        self._shaken = frozenset(shaken)
        self._begun = time.time_ns() // 1000
        self._ended = asyncio.Event()
        self.seconds = seconds
        self.told = asyncio.Event()

    def second(self, number: int) -> bytes:
        """The samples of one second."""
        pattern = self._wild if number in self._shaken else self._calm
        begin = number % PATTERN_S * RATE * 4
        return pattern[begin : begin + RATE * 4]

    def between(self, from_at: int, count: int) -> bytes:
        """So many samples from a time on."""
        first = round((from_at - self._begun) * RATE / 1_000_000)
        seconds = b"".join(self.second(number) for number in range(first // RATE, (first + count) // RATE + 1))
        begin = first % RATE * 4
        return seconds[begin : begin + count * 4]

    async def events(self) -> AsyncIterator[Event]:
        """Everything, with a scan of the machine every second of it; the loop gets its turn after each."""
        yield LinkUp("press", *self._stamp())
        for number in range(self.seconds):
            samples = self.second(number)
            for part in range(10):
                first = number * RATE + part * STRETCH
                at = self._begun + round((first + STRETCH - 1) * 1_000_000 / RATE)
                here = samples[part * STRETCH * 4 : (part + 1) * STRETCH * 4]
                yield Waveform("press", "vibration", "m/s²", float(RATE), first, here, 0, at, time.monotonic_ns())
            yield Batch("press", "normal", ("speed",), (float(number),), *self._stamp())
            await asyncio.sleep(0)
        self.told.set()
        await self._ended.wait()

    async def read(self, tags: Sequence[Tag]) -> Sequence[Value]:
        """Nothing is asked of it."""
        return [None for _ in tags]

    async def write(self, tag: Tag, value: Value) -> None:
        """Nothing is asked of it."""

    async def close(self) -> None:
        """End."""
        self._ended.set()

    @staticmethod
    def _in_unit(numbers: np.ndarray) -> bytes:
        return (np.rint(numbers).astype(np.int16) * SCALE).astype("<f4").tobytes()

    @staticmethod
    def _stamp() -> tuple[int, int]:
        return time.time_ns() // 1000, time.monotonic_ns()


@dataclass(frozen=True, slots=True)
class Ran:
    """What a day took."""

    wall_s: float
    cpu_s: float


def main() -> int:
    """Run it; 1 when anything is missing or not as it was handed up."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.vibration")
    parser.add_argument("--megabytes", type=int, default=500, help="of float32 samples a day (default 500)")
    parser.add_argument("--events", type=int, default=200, help="seconds above the limit (default 200)")
    asked = parser.parse_args()
    seconds = round(asked.megabytes * 1024**2 / 4 / RATE)
    shaken = [round((at + 0.5) * seconds / asked.events) for at in range(asked.events)]
    folder = Path(tempfile.mkdtemp(prefix="lineside-bench-"))
    try:
        shaker = Shaker(seconds, shaken)
        ran = asyncio.run(_run(folder, shaker))
        return _report(folder, shaker, len(shaken), ran)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _run(folder: Path, shaker: Shaker) -> Ran:
    tags = (SPEED, *tags_of(CHANNEL, "Spindle"))
    machine = Machine("press", "Press", "bench", {}, tags, {"normal": 500, "vibration": 1000}, waveforms=(CHANNEL,))
    settings = Settings(folder / "station.toml", "ST-1", "Press", "", "UTC", folder, (machine,), Screen())
    engine = Engine(settings, {"press": with_waveforms(shaker, "press", machine.waveforms, lambda: (0, 0))})
    begun, begun_cpu = time.perf_counter(), time.process_time()
    await engine.start()
    await shaker.told.wait()
    await engine.stop()
    return Ran(time.perf_counter() - begun, time.process_time() - begun_cpu)


def _report(folder: Path, shaker: Shaker, events: int, ran: Ran) -> int:
    reader = Reader(folder)
    heads = reader.waveforms("press", 0, 2**62)
    wrong = sum(reader.waveform(head.digest) != shaker.between(head.from_at, head.count) for head in heads)
    lost = sum(head.lost for head in heads)
    windows = _windows(reader)
    sizes = _sizes(folder)
    megabytes = shaker.seconds * RATE * 4 / 1024**2
    rows = [
        ("samples", f"{shaker.seconds * RATE:,} ({megabytes:.0f} MB float32), {shaker.seconds} s at {RATE:,} Hz"),
        ("wall time", f"{ran.wall_s:.1f} s, {shaker.seconds / ran.wall_s:.0f} times real time"),
        ("CPU", f"{ran.cpu_s:.1f} s: {100 * ran.cpu_s / DAY_S:.3f} % of a day of one core, {_while(ran, shaker)} while it runs"),
        ("windows of features", f"{windows} of {shaker.seconds}"),
        ("raw windows", f"{len(heads)} of {events}, {wrong} not as handed up, {lost} samples lost"),
        ("raw samples", f"{_mb(sum(head.count for head in heads) * 4)} handed up, {_mb(sizes['raw'])} on the disk"),
        ("features and scans", f"{_mb(sizes['frames'])} in frames"),
        ("files", f"signals.db {_mb(sizes['signals.db'])}, record.db {_mb(sizes['record.db'])}"),
    ]
    for name, said in rows:
        print(f"{name:<22}{said}")
    return int(bool(wrong or lost) or windows != shaker.seconds or len(heads) != events)


def _while(ran: Ran, shaker: Shaker) -> str:
    return f"{100 * ran.cpu_s / shaker.seconds:.2f} %"


def _windows(reader: Reader) -> int:
    """Scans of features on the disk."""
    count, last = 0, 0
    while frames := reader.frames_after(last, 5000):
        last = frames[-1].number
        count += sum("vibration.rms" in frame.layout.tags for frame in frames)
    return count


def _sizes(folder: Path) -> dict[str, int]:
    with closing(sqlite3.connect(folder / "signals.db")) as signals:
        (raw,) = signals.execute("SELECT sum(length(data)) FROM waveform").fetchone()
        (frames,) = signals.execute("SELECT sum(length(packed)) FROM frame").fetchone()
    files = {name: (folder / name).stat().st_size for name in ("signals.db", "record.db")}
    return {"raw": raw or 0, "frames": frames or 0, **files}


def _mb(size: int) -> str:
    return f"{size / 1024**2:.1f} MB"


if __name__ == "__main__":
    sys.exit(main())
