"""The screwdriver's OPC UA server on loopback: anonymous, in the clear or signed and encrypted."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from datetime import UTC
from typing import Any

from asyncua import ua
from asyncua.common.callback import CallbackType
from asyncua.server.server import Server
from asyncua.ua.attribute_ids import AttributeIds

from drivers.simulation.opcua_identity import make_identity
from drivers.simulation.opcua_nodes import NAMESPACE, Nodes
from drivers.simulation.screwdriver import STATION_NODES, Screwdriver, Shown

_APPLICATION = f"{NAMESPACE}:simulation"
_SECURITY = [ua.SecurityPolicyType.NoSecurity, ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt]


class OpcUaServer:
    """Serves one screwdriver; shows after each turn what changed, in one order and with one time."""

    def __init__(self, screwdriver: Screwdriver, port: int, now_ms: Callable[[], float]) -> None:
        self._identity = make_identity(_APPLICATION)
        self._screwdriver = screwdriver
        self._port = port or _free_port()
        self._now_ms = now_ms
        self._server = Server()
        self._nodes: Nodes | None = None
        self._shown: dict[str, Shown] = {}
        self._refuse_until = 0.0

    async def start(self) -> int:
        """Make the address space (it takes seconds), listen, and return the port."""
        logging.getLogger("asyncua").setLevel(logging.ERROR)  # a cut link and an odd client are part of the play
        server = self._server
        await server.init()
        server.set_server_name("Simulated screwdriver")
        server.set_endpoint(f"opc.tcp://127.0.0.1:{self._port}")
        await server.set_application_uri(_APPLICATION)
        await server.load_certificate(self._identity.certificate, "der")
        await server.load_private_key(self._identity.private_key, format="pem")
        server.set_security_policy(_SECURITY)
        self._shown = self._screwdriver.values()
        self._nodes = await Nodes.create(server, self._shown)
        server.subscribe_server_callback(CallbackType.PostWrite, self._take)
        await server.start()
        return self._port

    def ready_facts(self) -> dict[str, str]:
        """Where to connect and whom to trust."""
        return {"url": f"opc.tcp://127.0.0.1:{self._port}", "fingerprint": self._identity.fingerprint}

    async def publish(self) -> None:
        """Show what changed since the last time."""
        if time.monotonic() < self._refuse_until:
            self._cut()
        if self._nodes is None:
            return
        at, values = ua.DateTime.now(UTC), self._screwdriver.values()
        for name, value in values.items():
            if value != self._shown[name]:
                self._shown[name] = value
                await self._nodes.show(name, value, at)

    def drop_link(self, seconds: float) -> None:
        """Cut every connection and each new one for so long (real time); sessions and subscriptions are gone with them."""
        self._refuse_until = time.monotonic() + seconds
        self._cut()

    async def close(self) -> None:
        """Stop listening."""
        await self._server.stop()

    def _cut(self) -> None:
        for transport in tuple(self._server.iserver.asyncio_transports):
            transport.abort()

    def _take(self, written: Any, _: Any) -> None:
        """Hand what a station wrote to the machine; each write counts, also one that changes nothing."""
        asked = zip(written.request_params.NodesToWrite, written.response_params, strict=True)
        for write, status in asked:
            name = self._nodes.name_of(write.NodeId) if self._nodes else None
            if name in STATION_NODES and status.is_good() and write.AttributeId == AttributeIds.Value:
                value = int(write.Value.Value.Value)
                self._shown[name] = value
                self._screwdriver.machine.write(STATION_NODES[name], value, self._now_ms())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
