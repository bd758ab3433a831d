"""A whole station for a benchmark: the simulated press, its engine, a busy screen, a centre far behind."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.children import child
from hmi.clock import SystemClock, new_id
from hmi.commands.demo_centre import STATION, prepare_centre
from hmi.commands.demo_plant import end, ready, write_station
from hmi.engine.acknowledged import read_acknowledged
from station_db.reader import Reader
from station_db.records.base import Instant, Verdict
from station_db.records.changes import Changes, Entry
from station_db.records.production import Cycle, Result
from station_db.signals import Frame, Layout
from station_db.store import Store

SEED = 7
AT_ONCE = 1000
SCREEN = {"theme": "day", "full_screen": False}


@dataclass(frozen=True, slots=True)
class Plant:
    """A station's file and its data, with the press it names already running."""

    station: Path
    data: Path

    def unsent(self) -> int:
        """Entries the engine knows are not yet at the centre."""
        return Reader(self.data).unsent(read_acknowledged(self.data).marks).entries


@contextmanager
def plant(folder: Path, centre_url: str) -> Iterator[Plant]:
    """Start the press; write a station of it alone and found its centre, empty."""
    with _press(folder) as pressing:
        press = ready("press", pressing)
        centre = prepare_centre(folder, centre_url, "", 1000)
        file = write_station(folder, {"press": press, "screwdriver": press}, centre.station_table, SCREEN)
        text = file.read_text(encoding="utf-8")
        file.write_text(text[: text.rindex("[[machine]]")], encoding="utf-8")
        yield Plant(file, folder / "data")


@contextmanager
def _press(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The simulated press, calm: a link it drops by itself is no lateness of ours."""
    words = ["press", "--truth", str(folder / "truth.jsonl"), "--seed", str(SEED), "--calm", "--child"]
    with (folder / "press.log").open("w", encoding="utf-8") as log:
        command = [sys.executable, "-m", "drivers.simulation", *words]
        pressing = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        yield pressing
    finally:
        end(pressing)


def fall_behind(data: Path, entries: int) -> None:
    """Record so many cycles as if the centre had been away all the while."""
    now = SystemClock().moment().wall
    data.mkdir(exist_ok=True)
    store = Store.open(data, STATION, at=now, app_version="benchmark", new_id=new_id)
    try:
        for first in range(0, entries, AT_ONCE):
            made = tuple(_cycle(number, now) for number in range(first, min(first + AT_ONCE, entries)))
            store.commit([Changes(entries=made)], now)
    finally:
        store.close()


def leave_frames(data: Path, hours: float) -> None:
    """Leave scans of two tags behind, ten a second up to a minute ago, for the engine to roll into blocks."""
    layout = Layout("press", ("force", "position"), ("float64", "float64"))
    wall, mono = SystemClock().moment().wall - 60_000_000, SystemClock().moment().mono - 60_000_000_000
    count = round(hours * 36_000)
    store = Store.open(data, STATION, at=wall, app_version="benchmark", new_id=new_id)
    try:
        for first in range(0, count, AT_ONCE):
            ages = range(count - first, max(count - first - AT_ONCE, 0), -1)
            store.append_frames([_frame(layout, count - age + 1, wall, mono, age * 100_000) for age in ages])
    finally:
        store.close()


@contextmanager
def engine(station: Path) -> Iterator[subprocess.Popen[str]]:
    """The station's engine, as the launcher starts it."""
    with child(station.parent, "engine", "hmi", "run", str(station), "--headless", "--child") as started:
        yield started


@contextmanager
def busy_screen(station: Path, frames_a_second: float = 0.0) -> Iterator[subprocess.Popen[str]]:
    """The window, painted whole so often; 0: without a pause."""
    with child(station.parent, "busy-screen", "benchmarks.busy_screen", str(station), str(frames_a_second)) as started:
        yield started


def _frame(layout: Layout, number: int, wall: int, mono: int, age_us: int) -> Frame:
    return Frame(number, layout, Instant(wall - age_us), mono - age_us * 1000, (number % 977 / 7, number % 31 / 3))


def _cycle(number: int, now: int) -> Entry:
    results = (Result("end_force", 65.0 + number % 7 / 10, "kN"), Result("end_position", 28.0, "mm"))
    made = Cycle(id=new_id(), machine="press", number=number % 65536, ended_at=now, verdict=Verdict.GOOD, results=results)
    return Entry(made, actor="machine:press")
