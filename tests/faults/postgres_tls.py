"""TLS before a real PostgreSQL, whose build for tests has none of its own.

libpq meets the real handshake, the real certificate and, with `Sign.BOUND`, the real SCRAM with channel binding; behind it stands
the real server, which with `Sign.SERVER` asks for the password itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tests.faults.certificates import VALID, Authority
from tests.faults.proxy import Proxy, running
from tests.faults.scram import admits

HOST = "centre.plant.example"
SSL_REQUEST, GSS_REQUEST = 80877103, 80877104


class Sign(Enum):
    """Who asks whoever comes for the password."""

    BOUND = "bound"
    """The front does, by SCRAM bound to the certificate."""
    SERVER = "server"
    """The server behind it does, in its own way, which cannot be bound."""


@dataclass(eq=False)
class TlsFront(Proxy):
    """Without a certificate it says, as a server without TLS does, that it has none."""

    password: str = ""
    sign: Sign = Sign.BOUND
    shown: tuple[Path, Path] | None = None

    def show(self, authority: Authority, folder: Path, host: str = HOST, days: tuple[int, int] = VALID) -> None:
        """Come with a certificate of this authority from now on."""
        self.shown = authority.issue(folder, host, days)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError):
            opening = await self._opening(reader, writer)
            if self.shown is None or self.sign is Sign.SERVER or await self._admits(reader, writer):
                await self._join(reader, writer, opening)
                return
            await writer.drain()
        writer.close()

    async def _opening(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """The client's first real message, after it asked for TLS and got it or not."""
        while True:
            head = await reader.readexactly(8)
            length, code = struct.unpack("!ii", head)
            if code not in (SSL_REQUEST, GSS_REQUEST):
                return head + await reader.readexactly(length - 8)
            agreed = code == SSL_REQUEST and self.shown is not None
            writer.write(b"S" if agreed else b"N")
            await writer.drain()
            if agreed:
                await writer.start_tls(self._context())

    def _context(self) -> ssl.SSLContext:
        assert self.shown is not None
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(*self.shown)
        return made

    async def _admits(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        assert self.shown is not None
        return await admits(reader, writer, self.password, ssl.PEM_cert_to_DER_cert(self.shown[0].read_text()))

    def url(self, database: str, user: str, *, host: str = HOST, **options: object) -> str:
        """As a station would come, which finds the host at this machine."""
        query = "&".join(f"{name}={value}" for name, value in ({"hostaddr": "127.0.0.1"} | options).items())
        return f"postgresql://{user}@{host}:{self.port}/{database}?{query}"


@contextmanager
def tls_front(socket: Path, password: str) -> Iterator[TlsFront]:
    """One before the server at `socket`."""
    with running(TlsFront(socket, password=password)) as made:
        yield made
