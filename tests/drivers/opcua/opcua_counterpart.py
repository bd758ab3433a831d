"""An OPC UA server in a thread of its own, for the tests of a module: structures, an enumeration, arrays, odd values.

`python opcua_counterpart.py PORT PKI` is the same as a process, to be stopped and killed: it prints `made`,
listens once it is told a line, prints `ready`, and ends when its standard input closes.
"""

import asyncio
import gc
import hashlib
import logging
import sys
import threading
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from asyncua import Server, ua
from asyncua.common.structures104 import new_enum, new_struct, new_struct_field

from drivers.opcua.identity import Identity, identity

URI = "urn:test:screwdriver"


@dataclass
class Counterpart:
    port: int
    identity: Identity
    loop: asyncio.AbstractEventLoop | None = None
    server: Server | None = None
    index: int = 0
    kinds: dict = field(default_factory=dict)

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    def node(self, name):
        return self.server.get_node(ua.NodeId(name, self.index))

    def typed(self, name, value, at=None, status=0):
        variant = None if value is None else ua.Variant(value, self.kinds[name])
        return ua.DataValue(variant, ua.StatusCode(status), SourceTimestamp=at)

    def show(self, at=None, **values):
        """Write some values in one go, with one source time."""

        async def write():
            for name, value in values.items():
                found = value if isinstance(value, ua.DataValue) else self.typed(name, value, at)
                await self.node(name).write_value(found)

        self.run(write())

    @contextmanager
    def frozen(self):
        """Keep the whole server from doing anything, its sockets open."""
        thawed = threading.Event()
        self.loop.call_soon_threadsafe(thawed.wait, 20)
        try:
            yield
        finally:
            thawed.set()

    @property
    def fingerprint(self):
        return hashlib.sha256(self.identity.certificate.read_bytes()).hexdigest()

    def value(self, name):
        return self.run(self.node(name).read_value())


class Standby:
    """A server that is made and not yet listening; it shows the certificate kept in `pki`.

    `earlier_namespaces` moves the index of ours.
    """

    def __init__(self, port, pki, *, earlier_namespaces=0):
        self.counterpart = Counterpart(port, identity(pki))
        self._thread = threading.Thread(target=self._live)
        self.counterpart.loop = asyncio.new_event_loop()
        self._thread.start()
        self.counterpart.run(_make(self.counterpart, earlier_namespaces))

    def _live(self):
        loop = self.counterpart.loop
        loop.run_forever()
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    def listen(self):
        self.counterpart.run(self.counterpart.server.start())

    def end(self):
        stop(self.counterpart, self._thread)


def serve(port, pki):
    """Start a server."""
    made = Standby(port, pki)
    made.listen()
    return made.counterpart, made._thread


def stop(counterpart, thread):
    counterpart.run(end_server(counterpart.server))
    counterpart.loop.call_soon_threadsafe(counterpart.loop.stop)
    thread.join(10)


async def end_server(server):
    """Stop without waiting for its clock's next second, and end the tasks asyncua leaves behind for sessions never closed."""
    clock, server.iserver.time_task = server.iserver.time_task, None
    clock.cancel()
    await server.stop()
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in left:
        task.cancel()
    await asyncio.wait(left, timeout=5) if left else None


@contextmanager
def uncollected():
    """Make a server's ten thousand nodes without looking for garbage among them: half the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def _make(counterpart, earlier_namespaces):
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)
    server = counterpart.server = Server()
    with uncollected():
        await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{counterpart.port}")
    await server.set_application_uri(counterpart.identity.uri)
    await server.load_certificate(str(counterpart.identity.certificate), "der")
    await server.load_private_key(counterpart.identity.key)
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity, ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
    for number in range(earlier_namespaces):
        await server.register_namespace(f"urn:test:other{number}")
    counterpart.index = await server.register_namespace(URI)
    await _fill(counterpart, server)


async def _fill(counterpart, server):
    index, objects = counterpart.index, server.nodes.objects
    fields = [new_struct_field("Screw", ua.VariantType.UInt16), new_struct_field("Torque", ua.VariantType.Double)]
    structure, _ = await new_struct(server, index, "ScrewResult", fields)
    states = await new_enum(server, index, "StateNumber", ["Stopped", "Idle", "Execute"])
    cycle, _ = await new_struct(
        server,
        index,
        "CycleResult",
        [
            new_struct_field("Number", ua.VariantType.Int64),
            new_struct_field("Screw", structure),
            new_struct_field("Curve", ua.VariantType.Float, array=True),
            new_struct_field("Worker", ua.VariantType.String, optional=True),
            new_struct_field("State", states),
        ],
    )
    await server.load_data_type_definitions()

    async def add(name, value, kind=None, datatype=None, writable=False):
        node = await objects.add_variable(ua.NodeId(name, index), name, value, kind, datatype)
        counterpart.kinds[name] = kind
        if writable:
            await node.set_writable()

    await add("Good", 0, ua.VariantType.UInt16)
    await add("Verdict", 1, ua.VariantType.UInt16)
    await add("Torque", 0.0, ua.VariantType.Double)
    await add("Name", "M6", ua.VariantType.String)
    await add("State", 1, ua.VariantType.Int32, states.nodeid)
    await add("Result", ua.ScrewResult(Screw=1, Torque=4.0), ua.VariantType.ExtensionObject, structure.nodeid)
    await add("Permit", 0, ua.VariantType.UInt16, writable=True)
    await add("Setpoint", 0.0, ua.VariantType.Double, writable=True)
    last = ua.CycleResult(
        Number=2**53 + 1, Screw=ua.ScrewResult(Screw=2, Torque=4.5), Curve=[0.5, 1.5], State=ua.StateNumber.Execute
    )
    await add("Last", last, ua.VariantType.ExtensionObject, cycle.nodeid)
    await add("Screws", [ua.ScrewResult(Screw=n, Torque=n / 2) for n in (1, 2)], ua.VariantType.ExtensionObject, structure.nodeid)
    await add("Values", [10, 20, 30], ua.VariantType.UInt16)
    await add("Lowest", -(2**63), ua.VariantType.Int64)
    await add("Highest", 2**64 - 1, ua.VariantType.UInt64)
    await add("Greeting", ua.LocalizedText("Läuft", "de"), ua.VariantType.LocalizedText)
    await add("Nothing", ua.Variant(), ua.VariantType.Null)
    await add("Endless", float("inf"), ua.VariantType.Double)
    await add("Made", datetime(2026, 3, 29, tzinfo=UTC), ua.VariantType.DateTime)
    await add("Raw", b"ab", ua.VariantType.ByteString)
    await add("Id", uuid.UUID(int=7), ua.VariantType.Guid)


async def _serve_alone(port, pki):
    counterpart = Counterpart(port, identity(Path(pki)))
    await _make(counterpart, earlier_namespaces=0)
    print("made", flush=True)
    if not await asyncio.to_thread(sys.stdin.readline):
        return
    async with counterpart.server:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve_alone(int(sys.argv[1]), sys.argv[2]))
