"""1,000 Modbus tags and 1,000 OPC UA items at 100 ms beside a busy screen: is any scan missed?

`python -m benchmarks.many_tags [--seconds 60] [--server o6|asyncua] [--paint 10 0]`: the real engine and the real window as
processes of their own, and two machines whose values tell who they are and when it was (`modbus_values`, `opcua_values`), each
in its process. What is judged are the engine's own frames in the record. Twice: the whole window painted 10 times a second, and
(0) without a pause. o6 serves for 10 minutes at most.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.many_tags_station import PERIOD_MS, machines
from benchmarks.many_tags_watch import Watched, watch
from benchmarks.modbus_values import TAGS

PACES = (10.0, 0.0)


def main() -> int:
    """Measure with both screens; 1 when a scan is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.many_tags", description="Many tags beside a busy screen.")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--server", choices=("o6", "asyncua"), default="o6", help="the OPC UA server's library")
    parser.add_argument("--paint", type=float, nargs="+", default=PACES, help="frames a second; 0 is without a pause")
    asked = parser.parse_args()
    are_whole = [_is_whole(pace, asked.server, asked.seconds) for pace in asked.paint]
    return int(not all(are_whole))


def _is_whole(frames_a_second: float, library: str, seconds: float) -> bool:
    with tempfile.TemporaryDirectory(prefix="lineside-bench-") as folder, machines(Path(folder), library) as plant:
        watched = watch(plant, seconds, frames_a_second)
    print(f"the window painted {watched.painted_a_second:.0f} times a second, {seconds:.0f} s, load {os.getloadavg()[0]:.1f}")
    _print(watched)
    return watched.is_whole


def _print(watched: Watched) -> None:
    plc, server = watched.plc, watched.server
    beats = int(watched.seconds * 1000 / PERIOD_MS)
    lines = {
        "Modbus scans": f"{plc.late.polls} of {beats}, {plc.late.missed} missed, {plc.missed_by_machine} by the device's clock",
        "Modbus values": f"{plc.missing} missing, {plc.wrong} of another tag, at most {plc.longest_ms} ms between two",
        "late": f"{plc.late}",
        "OPC UA values": f"{server.values:,} of {beats * TAGS:,}, {server.lost} lost by its count, {server.repeated} repeated",
        "": f"{server.wrong} of another item, at most {server.longest_ms:.0f} ms between scans",
        "of a core": ", ".join(f"{process} {share:.0%}" for process, share in watched.shares.items()),
    }
    for head, text in lines.items():
        print(f"  {head:<14} {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
