"""An OPC UA server whose values all count up together: `python -m benchmarks.opcua_values asyncua|o6 PORT ITEMS PERIOD_MS`.

Prints `ready` and serves until its standard input closes. A value that goes missing shows as a jump.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

NAMESPACE = "urn:lineside:bench"


def main() -> None:
    """Serve as asked."""
    library, port, items, period_ms = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    ending = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ending.set()), daemon=True).start()
    if library == "o6":
        _serve_o6(port, items, period_ms / 1000, ending)
    else:
        asyncio.run(_serve_asyncua(port, items, period_ms / 1000, ending))


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
            value = ua.Variant(float(count), ua.VariantType.Double)
            told = ua.DataValue(value, SourceTimestamp=datetime.fromtimestamp(time.time(), UTC))
            for node in nodes:
                await write(node.nodeid, ua.AttributeIds.Value, told)
            await asyncio.sleep(max(0.0, began + count * period_s - clock()))


def _serve_o6(port: int, items: int, period_s: float, ending: threading.Event) -> None:
    import o6

    server = o6.Server(port=port, applicationUri=NAMESPACE)
    made: list[Callable[[float], object]] = [
        server.addVariable(f"V{n}", server.objectsNode, 0.0, nodeId=f"ns=1;s=V{n}") for n in range(items)
    ]
    server.start()
    print("ready", flush=True)
    began, count = time.monotonic(), 0
    while not ending.is_set():
        count += 1
        for write in made:
            write(float(count))
        ending.wait(max(0.0, began + count * period_s - time.monotonic()))
    server.stop()


if __name__ == "__main__":
    main()
