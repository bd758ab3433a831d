"""A whole station for a benchmark: the simulated press, its engine, a busy screen, a centre far behind."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hmi.clock import SystemClock, new_id
from hmi.commands.demo_centre import STATION, prepare_centre
from hmi.commands.demo_plant import end, ready, write_station
from hmi.engine.acknowledged import read_acknowledged
from station_db.reader import Reader
from station_db.records.base import Verdict
from station_db.records.changes import Changes, Entry
from station_db.records.production import Cycle, Result
from station_db.store import Store

SEED = 7
AT_ONCE = 1000
SCREEN = {"theme": "day", "full_screen": False}
END_S = 10


@dataclass(frozen=True, slots=True)
class Plant:
    """A station's file and its data, with the press it names already running."""

    station: Path
    data: Path

    def unsent(self) -> int:
        """Entries the engine knows are not yet at the centre."""
        return Reader(self.data).unsent(read_acknowledged(self.data)).entries


@contextmanager
def plant(folder: Path, centre_url: str) -> Iterator[Plant]:
    """Start the press; write a station of it alone and found its centre, empty."""
    with _press(folder) as child:
        press = ready("press", child)
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
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        yield child
    finally:
        end(child)


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


@contextmanager
def engine(station: Path) -> Iterator[None]:
    """The station's engine, as the launcher starts it."""
    with _child(station.parent, "engine", "hmi", "run", str(station), "--headless", "--child"):
        yield


@contextmanager
def busy_screen(station: Path) -> Iterator[None]:
    """The window, painting without a pause."""
    with _child(station.parent, "busy-screen", "benchmarks.busy_screen", str(station)):
        yield


@contextmanager
def _child(folder: Path, name: str, *words: str) -> Iterator[None]:
    """It ends when its standard input closes; what it says goes to a log of its name."""
    with (folder / f"{name}.log").open("w", encoding="utf-8") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", *words], stdin=subprocess.PIPE, stdout=log, stderr=log, env=dict(os.environ)
        )
    try:
        yield
    finally:
        code = child.poll()
        if child.stdin:
            child.stdin.close()
        try:
            child.wait(END_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    if code is not None:
        raise RuntimeError(f"{name} ended by itself with {code}; {name}.log in {folder} says why")


def _cycle(number: int, now: int) -> Entry:
    results = (Result("end_force", 65.0 + number % 7 / 10, "kN"), Result("end_position", 28.0, "mm"))
    made = Cycle(id=new_id(), machine="press", number=number % 65536, ended_at=now, verdict=Verdict.GOOD, results=results)
    return Entry(made, actor="machine:press")
