"""Listens to `opcua_values`, in its own process: `python -m benchmarks.opcua_reader ours|asyncua PORT ITEMS PERIOD_MS SECONDS`.

Prints how many values came with their time and status, what processor time each cost, and how many are missing. Both sides
keep what they are given and count the missing afterwards, outside of what is measured.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.opcua_values import APART, NAMESPACE

WARM_UP_S = 2.0
Kept = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one side took in within its time."""

    values: int
    cpu_us: float
    """Processor time a value, of the whole process, sockets and all."""
    lost: int


@dataclass(slots=True)
class _Window:
    """What is measured: from the end of the warm-up on."""

    began: float = field(default_factory=time.monotonic)
    cpu_s: float | None = None

    def is_open(self) -> bool:
        if self.cpu_s is None and time.monotonic() - self.began > WARM_UP_S:
            self.cpu_s = time.process_time()
        return self.cpu_s is not None


def main() -> None:
    """Listen as asked and print the `Reading`."""
    side, port, items, period_ms, seconds = sys.argv[1], *map(int, sys.argv[2:6])
    read = _ours if side == "ours" else _asyncuas
    print(json.dumps(asdict(asyncio.run(read(port, items, period_ms, seconds)))))


async def _ours(port: int, items: int, period_ms: int, seconds: int) -> Reading:
    from drivers.driver import DeviceSetup
    from drivers.opcua.driver import create
    from drivers.reading import Batch
    from drivers.tag import DataType, Role, Tag

    tags = tuple(Tag(f"V{n}", f"nsu={NAMESPACE};s=V{n}", DataType.FLOAT64, Role.SIGNAL) for n in range(items))
    options = {"url": f"opc.tcp://127.0.0.1:{port}", "security": "none"}
    driver = create(
        DeviceSetup("bench", options, tags, {"normal": period_ms}, lambda: (time.time_ns() // 1000, time.monotonic_ns()))
    )
    window, kept = _Window(), list[Batch]()
    async with aclosing(driver.events()) as events:
        async for event in events:
            if window.is_open() and isinstance(event, Batch):
                kept.append(event)
            if time.monotonic() - window.began > WARM_UP_S + seconds:
                break
    cpu_s = time.process_time() - (window.cpu_s or 0.0)
    await driver.close()
    return _judged([(name, value) for batch in kept for name, value in zip(batch.tags, batch.values, strict=True)], cpu_s)


async def _asyncuas(port: int, items: int, period_ms: int, seconds: int) -> Reading:
    from asyncua import Client, ua

    window, kept = _Window(), list[tuple[str, float, int, Any]]()

    class Handler:
        def datachange_notification(self, node: Any, value: Any, data: Any) -> None:
            if window.is_open():
                told = data.monitored_item.Value
                kept.append((node.nodeid.Identifier, value, told.StatusCode.value, told.SourceTimestamp))

    async with Client(f"opc.tcp://127.0.0.1:{port}") as client:
        index = await client.get_namespace_index(NAMESPACE)
        subscription = await client.create_subscription(period_ms, Handler())
        nodes = [client.get_node(ua.NodeId(f"V{n}", index)) for n in range(items)]
        await subscription.subscribe_data_change(nodes, queuesize=10, sampling_interval=period_ms / 2)
        window.began = time.monotonic()
        await asyncio.sleep(WARM_UP_S + seconds)
        cpu_s = time.process_time() - (window.cpu_s or 0.0)
    return _judged([(name, value) for name, value, _, _ in kept], cpu_s)


def _judged(told: Sequence[tuple[str, Any]], cpu_s: float) -> Reading:
    last: dict[str, float] = {}
    lost = 0
    for name, value in told:
        assert name == f"V{value // APART:.0f}", f"{name} has the value {value} of another"
        lost += max(0, round(value - last.get(name, value - 1)) - 1)
        last[name] = value
    return Reading(len(told), cpu_s / max(1, len(told)) * 1e6, lost)


if __name__ == "__main__":
    main()
