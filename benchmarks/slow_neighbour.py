"""A healthy device beside one that answers after 900 ms, on one connection: how much of its rate does it lose?

`python -m benchmarks.slow_neighbour [--seconds 60]`: both polled every 100 ms, behind a gateway that asks one after the other
and behind one that does not, once with a timeout below 900 ms and once above; and the healthy one alone. All at the same time.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.children import child, first_line
from benchmarks.modbus_gateway import HEALTHY, SLOW
from drivers.driver import DeviceSetup, Driver
from drivers.modbus.driver import create
from drivers.reading import Batch
from drivers.tag import DataType, Role, Tag

PERIOD_MS = 100
TAGS = 20
TIMEOUTS_MS = (800, 1200)
MAY_LOSE = 0.1


@dataclass(frozen=True, slots=True)
class Heard:
    """The batches of one line in its time: of the healthy device, the longest pause between two, and of the slow one."""

    name: str
    healthy: int
    longest_ms: float
    slow: int


def main() -> int:
    """Measure all lines at once; 1 when the healthy device loses too much."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.slow_neighbour", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    seconds = parser.parse_args().seconds
    alone, *beside = _measured(seconds)
    lost = [1 - each.healthy / alone.healthy for each in beside]
    print(f"{seconds:.0f} s, load {os.getloadavg()[0]:.1f}")
    print(f"  {alone.name:<44} {alone.healthy} scans, at most {alone.longest_ms:.0f} ms between two")
    for each, part in zip(beside, lost, strict=True):
        print(
            f"  {each.name:<44} {each.healthy} scans, {part:.1%} lost, at most {each.longest_ms:.0f} ms; the slow one {each.slow}"
        )
    return int(max(lost) >= MAY_LOSE)


def _measured(seconds: float) -> list[Heard]:
    with tempfile.TemporaryDirectory(prefix="lineside-bench-") as folder, _gateways(Path(folder)) as (in_turn, at_once):
        return asyncio.run(_all(in_turn, at_once, seconds))


@contextmanager
def _gateways(folder: Path) -> Iterator[tuple[int, int]]:
    with child(folder, "gateways", "benchmarks.modbus_gateway") as serving:
        in_turn, at_once = map(int, first_line(serving).split())
        yield in_turn, at_once


async def _all(in_turn: int, at_once: int, seconds: float) -> list[Heard]:
    kinds = {"one after the other": in_turn, "each by itself": at_once}
    lines = [
        _line(f"{kind}, timeout {timeout_ms} ms", port, timeout_ms, (HEALTHY, SLOW), seconds)
        for kind, port in kinds.items()
        for timeout_ms in TIMEOUTS_MS
    ]
    return await asyncio.gather(_line("alone", in_turn, TIMEOUTS_MS[0], (HEALTHY,), seconds), *lines)


async def _line(name: str, port: int, timeout_ms: int, units: Sequence[int], seconds: float) -> Heard:
    """One line of one connection with its devices."""
    shared: dict[str, Any] = {}
    heard = await asyncio.gather(*(_batches(_device(unit, port, timeout_ms, shared), seconds) for unit in units))
    pauses = [(after - before) / 1e6 for before, after in zip(heard[0], heard[0][1:], strict=False)]
    return Heard(name, len(heard[0]), max(pauses), len(heard[1]) if len(heard) > 1 else 0)


def _device(unit: int, port: int, timeout_ms: int, shared: dict[str, Any]) -> Driver:
    tags = tuple(Tag(f"t{at}", f"holding:{2 * at}", DataType.FLOAT32, Role.SIGNAL) for at in range(TAGS))
    options = {"host": "127.0.0.1", "port": port, "unit": unit, "timeout_ms": timeout_ms}
    return create(DeviceSetup(f"unit{unit}", options, tags, {"normal": PERIOD_MS}, _stamp, shared=shared))


def _stamp() -> tuple[int, int]:
    return time.time_ns() // 1000, time.monotonic_ns()


async def _batches(driver: Driver, seconds: float) -> list[int]:
    """When each was heard."""
    heard: list[int] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            async for event in driver.events():
                if isinstance(event, Batch):
                    heard.append(event.heard_ns)
    await driver.close()
    return heard


if __name__ == "__main__":
    sys.exit(main())
