"""One side of row 1, as a process whose whole processor time counts.

`python -m benchmarks.modbus_reader ours|pymodbus|libmodbus PORT TAGS IN_FLIGHT SECONDS` prints a `Reading` as one JSON line.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass

from pymodbus.client import AsyncModbusTcpClient

from drivers.driver import DeviceSetup
from drivers.modbus.driver import create
from drivers.reading import Batch
from drivers.tag import DataType, Role, Tag

SCALE = 0.1
LIBMODBUS = "libmodbus.so.5"
_WARM_UP_SCANS = 3
_BLOCK_WORDS = 124
"""What fits one request without cutting a float32."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one side read in its time."""

    values: int
    cpu_us: float
    """Processor time a value."""
    a_second: float


async def ours(port: int, tags: int, in_flight: int) -> AsyncIterator[int]:
    """Yield how many values each scan told, the first ones checked."""
    setup = DeviceSetup(
        "device",
        {"host": "127.0.0.1", "port": port, "in_flight": in_flight},
        tuple(Tag(f"t{at}", f"holding:{2 * at}", DataType.FLOAT32, Role.SIGNAL, scale=SCALE) for at in range(tags)),
        {"normal": 0.001},  # ms: scan after scan without a pause
        lambda: (time.time_ns() // 1000, time.monotonic_ns()),
    )
    right = {f"t{at}": at / 10 for at in range(tags)}
    is_checked = False
    driver = create(setup)
    try:
        async for event in driver.events():
            if isinstance(event, Batch):
                assert event.qualities is None
                assert is_checked or dict(zip(event.tags, event.values, strict=True)) == right
                is_checked = True
                yield len(event.values)
    finally:
        await driver.close()


async def theirs(port: int, tags: int, in_flight: int) -> AsyncIterator[int]:
    """Yield after each value: one tag a request, as it is mostly done."""
    assert in_flight == 1, "pymodbus has one request in flight"
    client = AsyncModbusTcpClient("127.0.0.1", port=port)
    assert await client.connect()
    try:
        while True:
            for at in range(tags):
                reply = await client.read_holding_registers(2 * at, count=2)
                value = client.convert_from_registers(reply.registers, client.DATATYPE.FLOAT32) * SCALE
                assert value == at * SCALE
                yield 1
    finally:
        client.close()


async def libmodbuss(port: int, tags: int, in_flight: int) -> AsyncIterator[int]:
    """Yield after each scan of whole blocks by the C library, one request in flight; the words stay as they are, undecoded."""
    assert in_flight == 1, "libmodbus has one request in flight"
    library = ctypes.CDLL(LIBMODBUS)
    library.modbus_new_tcp.restype = ctypes.c_void_p
    device = ctypes.c_void_p(library.modbus_new_tcp(b"127.0.0.1", port))
    assert library.modbus_connect(device) == 0
    words = (ctypes.c_uint16 * _BLOCK_WORDS)()
    try:
        while True:
            for start in range(0, 2 * tags, _BLOCK_WORDS):
                count = min(_BLOCK_WORDS, 2 * tags - start)
                assert library.modbus_read_registers(device, start, count, words) == count
            yield tags
    finally:
        library.modbus_close(device)


async def read(scans: AsyncIterator[int], seconds: float) -> Reading:
    """Read for so long."""
    for _ in range(_WARM_UP_SCANS):
        await anext(scans)
    values, began, cpu = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - began < seconds:
        values += await anext(scans)
    spent, lasted = time.process_time() - cpu, time.perf_counter() - began
    return Reading(values, spent / values * 1e6, values / lasted)


SIDES: dict[str, Callable[[int, int, int], AsyncIterator[int]]] = {"ours": ours, "pymodbus": theirs, "libmodbus": libmodbuss}

if __name__ == "__main__":
    side, seconds = SIDES[sys.argv[1]], float(sys.argv[5])
    print(json.dumps(asdict(asyncio.run(read(side(*map(int, sys.argv[2:5])), seconds)))))
