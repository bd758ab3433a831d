"""The whole app under kill -9, over and over: after each kill it works again by itself and the record is sound."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from hmi.platform import channel_address
from tests import invariants
from tests.stations.plant import Machine, child, machine, member, offspring, wait_for
from tests.stations.test_kills import counted, lineside_equal, positions, press_station, true_parts

ENGINE, SCREEN, UPLINK, LAUNCHER = "--headless", "screen", "uplink", "launcher"
VICTIMS = (ENGINE, UPLINK, SCREEN, ENGINE, UPLINK, LAUNCHER, UPLINK, LAUNCHER, SCREEN, ENGINE)
"""In this order, again and again; the instants are by chance."""
SPEED = 12
EVER = 1_000_000
"""Cycles that no test makes."""


@dataclass
class Toll:
    """What was killed, and how long each took to work again."""

    recovered_s: dict[str, list[float]] = field(default_factory=dict)

    @property
    def kills(self) -> int:
        """How many in all."""
        return sum(len(times) for times in self.recovered_s.values())

    def __str__(self) -> str:
        worst = ", ".join(
            f"{victim.strip('-')} {len(all_s)}x <= {max(all_s):.1f} s" for victim, all_s in self.recovered_s.items()
        )
        return f"{self.kills} kills of the whole app, each sound afterwards; worked again: {worst}"


@dataclass
class App:
    """The app on its folder, started anew where its launcher was killed."""

    folder: Path
    station: Path
    press: Machine

    @property
    def data(self) -> Path:
        """Where the record stands."""
        return self.folder / "data"

    @contextmanager
    def running(self, how: str = "--offscreen", crash: str = "") -> Iterator[subprocess.Popen[str]]:
        """The launcher with engine, window and uplink, or without a window; `crash` arms a crash point in all of them."""
        command = [sys.executable, "-m", "hmi", "run", str(self.station), how, "--child"]
        with child(command, self.folder / "run.log", env={"LINESIDE_CRASH": crash}) as launcher:
            yield launcher

    def cycles(self) -> int:
        """Cycles in the record."""
        return _number(self.data / "record.db", "SELECT COUNT(*) FROM cycle")

    def at_centre(self) -> int:
        """The last number the centre has."""
        return _number(self.folder / "centre.db", "SELECT COALESCE(SUM(last_seq), 0) FROM watermark")

    def counts(self) -> None:
        """Let the machine run once its counters are known: what it made before belongs to nobody."""
        wait_for(lambda: positions(self.data), "the counters are known")
        self.press.control("stop_after", cycles=EVER)

    def has_screen(self, launcher: subprocess.Popen[str]) -> bool:
        """Whether a window is connected to the engine."""
        engine, address = member(launcher, ENGINE), channel_address(self.data, "ST-040")
        try:
            return engine is not None and sum(each.laddr == address for each in engine.net_connections("unix")) > 1
        except psutil.Error:
            return False

    def works(self, launcher: subprocess.Popen[str]) -> None:
        """Wait until parts are counted, arrive at the centre, and a window is there."""
        self.counts()
        self.rises(self.cycles, "the engine counts")
        self.rises(self.at_centre, "records arrive")
        wait_for(lambda: self.has_screen(launcher), "a window is connected")

    def rises(self, number: Callable[[], int], what: str) -> None:
        """Wait until a number is higher than now."""
        before = number()
        wait_for(lambda: number() > before, what, 20)


def _number(file: Path, question: str) -> int:
    """Asked of the file itself, as any other program may: what a killed station left half written is played back by it."""
    with closing(sqlite3.connect(f"file:{file}?mode=rw", uri=True, timeout=5)) as connection:
        return connection.execute(question).fetchone()[0]


def kill_app(folder: Path, kills: int, seed: int) -> Toll:
    """Kill parts of the app so many times at instants by chance. Raises `AssertionError` for anything lost."""
    chance, toll = random.Random(seed), Toll()
    with machine("press", folder, "--speed", str(SPEED), "--calm", "--seed", str(seed), "--stop-after", "0") as press:
        app = App(folder, press_station(folder, press), press)
        is_even = False
        while not is_even:
            with app.running() as launcher:
                app.works(launcher)
                if _kill_until_launcher(app, launcher, kills, chance, toll):
                    _ends_even(app)
                    is_even = True
    invariants.store_is_sound(app.data)
    return toll


def _kill_until_launcher(app: App, launcher: subprocess.Popen[str], kills: int, chance: random.Random, toll: Toll) -> bool:
    """Kill one after another until the launcher itself was one of them, or it was all; whether the launcher lives."""
    victim = ""
    while victim != LAUNCHER and toll.kills < kills:
        victim = VICTIMS[toll.kills % len(VICTIMS)]
        instant = time.monotonic() + chance.uniform(0.0, 0.4)
        wait_for(lambda: time.monotonic() > instant, "the instant")  # noqa: B023 - waited for at once
        began = time.monotonic()
        if victim == LAUNCHER:
            _kill_launcher(launcher)
        else:
            _kill_member(app, launcher, victim)
        toll.recovered_s.setdefault(victim, []).append(time.monotonic() - began)
        _is_sound_now(app, launcher)
    return victim != LAUNCHER


def _kill_member(app: App, launcher: subprocess.Popen[str], victim: str) -> None:
    """Kill one process and wait until what it does is done again."""
    process = wait_for(lambda: member(launcher, victim), victim)
    process.kill()
    process.wait(5)
    wait_for(lambda: (found := member(launcher, victim)) and found != process, f"another {victim}")
    if victim == SCREEN:
        wait_for(lambda: app.has_screen(launcher), "a window is connected")
    else:
        app.rises(app.at_centre if victim == UPLINK else app.cycles, f"{victim} works")


def _kill_launcher(launcher: subprocess.Popen[str]) -> None:
    """With it everything ends: nothing is left behind that nobody watches."""
    family = offspring(launcher.pid)
    os.kill(launcher.pid, signal.SIGKILL)
    launcher.wait(5)
    wait_for(lambda: not any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in family), "all have ended")


def _is_sound_now(app: App, launcher: subprocess.Popen[str]) -> None:
    """The files as a power cut would leave them at this instant hold what they must."""
    engine = member(launcher, ENGINE)
    copy = app.folder / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    if engine is not None:
        engine.suspend()
    try:
        shutil.copytree(app.data, copy, ignore=shutil.ignore_patterns("logs", "run", "backups", "*.tmp"))
    finally:
        if engine is not None:
            engine.resume()
    invariants.store_is_sound(copy)


def _ends_even(app: App) -> None:
    """The machine stops; machine, store and centre agree on every part."""
    app.press.control("stop_after", cycles=1)
    wait_for(lambda: _agree(app), "store and machine agree", 20)
    wait_for(lambda: lineside_equal(app.data, app.folder), "store and centre agree", 30)


def _agree(app: App) -> Mapping[str, int] | None:
    truth = true_parts(app.press)
    return truth if counted(app.data) == truth else None
