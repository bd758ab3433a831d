"""A small Modbus TCP server on loopback whose link a scenario can drop."""

from __future__ import annotations

import asyncio
import struct
import time

from drivers.simulation.modbus_pdu import Image, answer

_HEADER = struct.Struct(">HHHB")
_LONGEST_PDU = 253


class ModbusServer:
    """Serves one image to any unit id; each request sees one consistent picture of it."""

    def __init__(self, image: Image, port: int) -> None:
        self._image = image
        self._port = port
        self._links: set[_Link] = set()
        self._refuse_until = 0.0
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        """Listen on loopback and return the port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._link, "127.0.0.1", self._port)
        return int(self._server.sockets[0].getsockname()[1])

    def ready_facts(self) -> dict[str, str]:
        """Modbus needs the port alone."""
        return {}

    async def publish(self) -> None:
        """Nothing to do: a Modbus client asks."""

    def drop_link(self, seconds: float) -> None:
        """Cut every connection and each new one for so long (real time)."""
        self._refuse_until = time.monotonic() + seconds
        for link in tuple(self._links):
            link.cut()

    async def close(self) -> None:
        """Stop listening and cut what is open."""
        if self._server is not None:
            self._server.close()
        for link in tuple(self._links):
            link.cut()

    def _link(self) -> _Link:
        return _Link(self._image, self._links, is_refused=time.monotonic() < self._refuse_until)


class _Link(asyncio.Protocol):
    """One connection: frames in, answers out."""

    def __init__(self, image: Image, links: set[_Link], *, is_refused: bool) -> None:
        self._image = image
        self._links = links
        self._is_refused = is_refused
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._links.add(self)
        if self._is_refused:
            self.cut()

    def connection_lost(self, exc: Exception | None) -> None:
        self._links.discard(self)

    def cut(self) -> None:
        """Reset the connection."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while len(self._buffer) > _HEADER.size:
            transaction, protocol, length, unit = _HEADER.unpack_from(self._buffer)
            if protocol != 0 or not 2 <= length <= _LONGEST_PDU + 1:
                self.cut()
                return
            end = _HEADER.size - 1 + length
            if len(self._buffer) < end:
                return
            pdu, self._buffer = self._buffer[_HEADER.size : end], self._buffer[end:]
            self._reply(transaction, unit, answer(pdu, self._image))

    def _reply(self, transaction: int, unit: int, pdu: bytes) -> None:
        if self._transport is not None:
            self._transport.write(_HEADER.pack(transaction, 0, len(pdu) + 1, unit) + pdu)
