"""One run of the station of many tags: started, watched for a while, judged by the frames its engine recorded."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from benchmarks.children import rest, spent_s
from benchmarks.loaded_station import busy_screen, engine
from benchmarks.many_tags_scans import Polled, Published, polled, published
from benchmarks.many_tags_station import PLC, SERVER, Machines
from station_db.errors import RecordError
from station_db.reader import Reader
from station_db.signals import Frame

SETTLE_S = 5.0
"""The start of the window and of the links is not measured."""
PATIENCE_S = 60.0
FRAMES_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Watched:
    """One run: what each machine told, and the processor's share that each process took (1 is one core)."""

    seconds: float
    plc: Polled
    server: Published
    shares: Mapping[str, float]
    painted_a_second: float

    @property
    def is_whole(self) -> bool:
        """Whether nothing was missed, lost or wrong."""
        plc, server = self.plc, self.server
        return not any(
            (plc.late.missed, plc.missed_by_machine, plc.missing, plc.wrong, server.lost, server.repeated, server.wrong)
        )


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The time that counts, and what each process took of it."""

    began_ns: int
    ended_ns: int
    shares: Mapping[str, float]


def watch(plant: Machines, seconds: float, frames_a_second: float) -> Watched:
    """Record so long beside a window that is painted so often (0: without a pause)."""
    data = plant.station.parent / "data"
    with busy_screen(plant.station, frames_a_second) as screen, engine(plant.station) as recording:
        _wait_for_both(data)
        time.sleep(SETTLE_S)
        taking = {"engine": recording, "screen": screen, "Modbus device": plant.plc, "OPC UA server": plant.server}
        stretch = _stretch(taking, seconds)
        painted = float(rest(screen))
    told = [frame for frame in _frames(data) if stretch.began_ns <= frame.mono_ns < stretch.ended_ns]
    plc, server = ([frame for frame in told if frame.layout.machine == machine] for machine in (PLC, SERVER))
    lasted = (stretch.ended_ns - stretch.began_ns) / 1e9
    return Watched(lasted, polled(plc), published(server), stretch.shares, painted)


def _stretch(processes: Mapping[str, Popen[str]], seconds: float) -> _Stretch:
    began, before = time.monotonic_ns(), {name: spent_s(process) for name, process in processes.items()}
    time.sleep(seconds)
    after, ended = {name: spent_s(process) for name, process in processes.items()}, time.monotonic_ns()
    lasted = (ended - began) / 1e9
    return _Stretch(began, ended, {name: (after[name] - before[name]) / lasted for name in processes})


def _wait_for_both(data: Path) -> None:
    patience = time.monotonic() + PATIENCE_S
    while time.monotonic() < patience:
        with suppress(RecordError):
            if {frame.layout.machine for frame in _frames(data)} == {PLC, SERVER}:
                return
        time.sleep(0.2)
    raise TimeoutError(f"not both machines were heard within {PATIENCE_S} s")


def _frames(data: Path) -> Iterator[Frame]:
    reader, last = Reader(data), 0
    while frames := reader.frames_after(last, FRAMES_AT_ONCE):
        last = frames[-1].number
        yield from frames
