"""The baseline of row 8, as a process: nothing but an asyncio loop that polls the press with our driver.

`python -m benchmarks.loop_alone STATION.toml SECONDS` prints the monotonic time of each scan as one JSON list.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from drivers.reading import Batch
from hmi.configuration import load
from hmi.engine.links import make_driver
from hmi.settings import Machine

GROUP = "fast"


async def scans(machine: Machine, seconds: float) -> Sequence[int]:
    """When each scan of the fast group was heard."""
    driver = make_driver(machine, lambda: (time.time_ns() // 1000, time.monotonic_ns()), {})
    heard: list[int] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            async for event in driver.events():
                if isinstance(event, Batch) and event.group == GROUP:
                    heard.append(event.heard_ns)
    await driver.close()
    return heard


if __name__ == "__main__":
    (press,) = load(Path(sys.argv[1])).machines
    print(json.dumps(asyncio.run(scans(press, float(sys.argv[2])))))
