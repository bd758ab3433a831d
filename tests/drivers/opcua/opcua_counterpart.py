"""An OPC UA server in a thread of its own, for the tests of a module: a structure, an enumeration, odd values."""

import asyncio
import hashlib
import logging
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field

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


def serve(port, pki, *, earlier_namespaces=0):
    """Start a server that shows the certificate kept in `pki`; `earlier_namespaces` moves the index of ours."""
    counterpart = Counterpart(port, identity(pki))
    ready = threading.Event()

    def live():
        counterpart.loop = asyncio.new_event_loop()
        counterpart.loop.call_soon(ready.set)
        counterpart.loop.run_forever()
        counterpart.loop.run_until_complete(counterpart.loop.shutdown_default_executor())
        counterpart.loop.close()

    thread = threading.Thread(target=live)
    thread.start()
    ready.wait(5)
    counterpart.run(_start(counterpart, earlier_namespaces))
    return counterpart, thread


def stop(counterpart, thread):
    counterpart.run(_stop(counterpart.server))
    counterpart.loop.call_soon_threadsafe(counterpart.loop.stop)
    thread.join(10)


async def _stop(server):
    """Stop, and end the tasks asyncua leaves behind for sessions that were never closed."""
    await server.stop()
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in left:
        task.cancel()
    await asyncio.wait(left, timeout=5) if left else None


async def _start(counterpart, earlier_namespaces):
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)
    server = counterpart.server = Server()
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
    await server.start()


async def _fill(counterpart, server):
    index, objects = counterpart.index, server.nodes.objects
    fields = [new_struct_field("Screw", ua.VariantType.UInt16), new_struct_field("Torque", ua.VariantType.Double)]
    structure, _ = await new_struct(server, index, "ScrewResult", fields)
    states = await new_enum(server, index, "StateNumber", ["Stopped", "Idle", "Execute"])
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
