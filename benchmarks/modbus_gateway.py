"""Modbus TCP gateways before a healthy device and a slow one: `python -m benchmarks.modbus_gateway`.

Prints two ports and serves until its standard input closes. Behind the first one device is asked after the other, as on a
serial line; behind the second each answers by itself. Unit 1 answers at once, unit 2 after `SLOW_S`; all registers are 0.
"""

from __future__ import annotations

import asyncio
import struct
import sys

HEALTHY, SLOW = 1, 2
SLOW_S = 0.9
_REQUEST_BYTES = 12


async def main() -> None:
    """Serve both until nobody listens."""
    servers = [await asyncio.start_server(serve, "127.0.0.1", 0) for serve in (_in_turn, _at_once)]
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    await asyncio.to_thread(sys.stdin.read)


async def _in_turn(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            await _answer(await reader.readexactly(_REQUEST_BYTES), writer)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        async with asyncio.TaskGroup() as answers:
            while True:
                answers.create_task(_answer(await reader.readexactly(_REQUEST_BYTES), writer))
    except* (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _answer(request: bytes, writer: asyncio.StreamWriter) -> None:
    number, _, _, unit, function, _, count = struct.unpack(">HHHBBHH", request)
    if unit == SLOW:
        await asyncio.sleep(SLOW_S)
    writer.write(struct.pack(">HHHBBB", number, 0, 2 * count + 3, unit, function, 2 * count) + bytes(2 * count))


if __name__ == "__main__":
    asyncio.run(main())
