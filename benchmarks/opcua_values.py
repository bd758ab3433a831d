"""An OPC UA server whose values all count up together: `python -m benchmarks.opcua_values asyncua|o6 PORT ITEMS PERIOD_MS`.

Prints `ready` and serves until its standard input closes. Item `V7` counts from 7 times `APART`: a value that goes missing
shows as a jump, and one that stands under another's name by its size.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from datetime import UTC, datetime

NAMESPACE = "urn:lineside:bench"
APART = 1_000_000
SHORTEST = 0.7
"""Of a period: a server that is late counts no faster, so that whoever samples twice a period can see each value."""


def main() -> None:
    """Serve as asked."""
    library, port, items, period_ms = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    ending = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ending.set()), daemon=True).start()
    serve = _serve_o6 if library == "o6" else _serve_asyncua
    asyncio.run(serve(port, items, period_ms / 1000, ending))


async def _serve_asyncua(port: int, items: int, period_s: float, ending: threading.Event) -> None:
    from asyncua import Server, ua

    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = await server.register_namespace(NAMESPACE)
    nodes = [await server.nodes.objects.add_variable(ua.NodeId(f"V{n}", index), f"V{n}", 0.0) for n in range(items)]
    write = server.iserver.aspace.write_attribute_value
    async with server:
        print("ready", flush=True)
        clock = asyncio.get_running_loop().time
        began, count = clock(), 0
        while not ending.is_set():
            count += 1
            now = datetime.fromtimestamp(time.time(), UTC)
            for n, node in enumerate(nodes):
                value = ua.Variant(float(n * APART + count), ua.VariantType.Double)
                await write(node.nodeid, ua.AttributeIds.Value, ua.DataValue(value, SourceTimestamp=now))
            await asyncio.sleep(max(SHORTEST * period_s, began + count * period_s - clock()))


async def _serve_o6(port: int, items: int, period_s: float, ending: threading.Event) -> None:
    """On the server's own loop: from another thread a write costs seven times as much."""
    import o6

    server = o6.Server(port=port, applicationUri=NAMESPACE)
    nodes = [await server.addVariable(f"V{n}", server.objectsNode, 0.0, nodeId=f"ns=1;s=V{n}") for n in range(items)]
    server.start()
    print("ready", flush=True)
    clock = asyncio.get_running_loop().time
    began, count = clock(), 0
    while not ending.is_set():
        count += 1
        for n, write in enumerate(nodes):
            await write(float(n * APART + count))
        await asyncio.sleep(max(SHORTEST * period_s, began + count * period_s - clock()))
    server.stop()


if __name__ == "__main__":
    main()
