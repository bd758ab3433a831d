"""1,000 Modbus tags and 1,000 OPC UA items at 100 ms beside a busy screen: is any scan missed?

`python -m benchmarks.many_tags [--seconds 60] [--server o6|asyncua]`: the real engine and the real window as processes of their
own, two machines whose values tell who they are and when it was (`modbus_values`, `opcua_values`), each in its process. What is
judged are the engine's own frames in the record. Twice: the whole window painted 10 times a second, and without a pause.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.children import rest, spent_s
from benchmarks.loaded_station import busy_screen, engine
from benchmarks.many_tags_scans import Polled, Published, polled, published
from benchmarks.many_tags_station import PERIOD_MS, PLC, SERVER, machines
from station_db.errors import RecordError
from station_db.reader import Reader
from station_db.signals import Frame

SCREENS = {"10 times a second": 10.0, "without a pause": 0.0}
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
        return not (plc.late.missed or plc.missed_by_machine > 0 or plc.missing or plc.wrong or server.lost or server.wrong)


def main() -> int:
    """Measure with both screens; 1 when a scan is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.many_tags", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--server", choices=("o6", "asyncua"), default="o6", help="the OPC UA server's library")
    asked = parser.parse_args()
    is_whole = True
    for name, frames_a_second in SCREENS.items():
        watched = _watch(asked.server, asked.seconds, frames_a_second)
        _print(f"the window painted {name}", watched)
        is_whole = is_whole and watched.is_whole
    return int(not is_whole)


def _watch(library: str, seconds: float, frames_a_second: float) -> Watched:
    with tempfile.TemporaryDirectory(prefix="lineside-bench-") as name, machines(Path(name), library) as plant:
        with busy_screen(plant.station, frames_a_second) as screen, engine(plant.station) as recording:
            processes = {"engine": recording, "screen": screen, "Modbus device": plant.plc, "OPC UA server": plant.server}
            data = plant.station.parent / "data"
            _wait_for_both(data)
            time.sleep(SETTLE_S)
            began, spent = time.monotonic_ns(), _spent(processes)
            time.sleep(seconds)
            ended, after = time.monotonic_ns(), _spent(processes)
            lasted = (ended - began) / 1e9
            painted = float(rest(screen)) / (time.monotonic() - began / 1e9 + SETTLE_S)
        frames = [frame for frame in _frames(data) if began <= frame.mono_ns < ended]
        return Watched(
            lasted,
            polled([frame for frame in frames if frame.layout.machine == PLC]),
            published([frame for frame in frames if frame.layout.machine == SERVER]),
            {process: (after[process] - spent[process]) / lasted for process in processes},
            painted,
        )


def _spent(processes: Mapping[str, subprocess.Popen[str]]) -> dict[str, float]:
    return {name: spent_s(process) for name, process in processes.items()}


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


def _print(name: str, watched: Watched) -> None:
    plc, server = watched.plc, watched.server
    beats = int(watched.seconds * 1000 / PERIOD_MS)
    print(f"{name} ({watched.painted_a_second:.0f} frames/s), {watched.seconds:.0f} s, load {os.getloadavg()[0]:.1f}")
    print(
        f"  Modbus scans     {plc.late.polls} of {beats}; missed {plc.late.missed}, by the device's clock {plc.missed_by_machine}"
    )
    print(f"  Modbus values    {plc.missing} missing, {plc.wrong} of another tag, at most {plc.longest_ms} ms between two")
    print(f"  lateness         {plc.late}")
    print(
        f"  OPC UA values    {server.values:,} of {beats * 1000:,}: {server.lost} lost, {server.repeated} repeated, {server.wrong} wrong"
    )
    print(f"  OPC UA scans     at most {server.longest_ms:.0f} ms between two")
    print("  of a core        " + ", ".join(f"{process} {share:.0%}" for process, share in watched.shares.items()), flush=True)


if __name__ == "__main__":
    sys.exit(main())
