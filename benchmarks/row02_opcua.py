"""Row 2: OPC UA values from the wire to a batch, with source time and status, ours beside asyncua's handler.

1,000 items change every 100 ms at a server in a process of its own: asyncua's, and open62541's (o6). Both sides listen to the
same server in turns, each in a process of its own whose whole processor time counts. In every round each side listens once;
the figures are medians.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from benchmarks.opcua_reader import Reading
from benchmarks.table import Row

ITEMS, PERIOD_MS, ROUNDS, SECONDS = 1000, 100, 5, 6
GOAL, NEXT = 2, 10
SERVERS = {"asyncua": "asyncua's server", "o6": "open62541's server"}


def run() -> list[Row]:
    """Measure against both servers."""
    return [row for library in SERVERS for row in _rows(library)]


def _rows(library: str) -> list[Row]:
    with _server(library) as port:
        rounds = [(_listened("ours", port), _listened("asyncua", port)) for _ in range(ROUNDS)]
    ours, theirs = (median(round_[side].cpu_us for round_ in rounds) for side in (0, 1))
    lost, theirs_lost = (sum(round_[side].lost for round_ in rounds) for side in (0, 1))
    values = sum(mine.values for mine, _ in rounds)
    name, ratio = SERVERS[library], theirs / ours
    return [
        Row(2, f"CPU a value, {name}", f"{ours:.1f} us", f"{theirs:.1f} us", f"{ratio:.1f}x", f">= {GOAL}x", met=ratio >= GOAL),
        Row(2, f"values lost of {values:,}, {name}", str(lost), str(theirs_lost), "-", "0", met=lost == 0),
    ]


def _listened(side: str, port: int) -> Reading:
    command = [sys.executable, "-m", "benchmarks.opcua_reader", side, *map(str, (port, ITEMS, PERIOD_MS, SECONDS))]
    told = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout
    return Reading(**json.loads(told.splitlines()[-1]))


@contextmanager
def _server(library: str) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "benchmarks.opcua_values", library, *map(str, (port, ITEMS, PERIOD_MS))]
    serving = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert serving.stdin is not None
    assert serving.stdout is not None
    try:
        while serving.stdout.readline().strip() != "ready":  # o6 greets first
            if serving.poll() is not None:
                raise RuntimeError(f"the {library} server does not start")
        yield port
    finally:
        serving.stdin.close()
        serving.wait(10)
