"""Why a connection could not be made, as a plain sentence. Pure."""

from __future__ import annotations

import errno
import socket

from drivers.link import LinkFault, LinkLostError


def dial_fault(error: OSError, host: str, port: int, waited_s: float) -> LinkLostError:
    """Return what `error` of connecting to `host:port` means."""
    if isinstance(error, TimeoutError):
        return LinkLostError(LinkFault.SILENT, f"{host}:{port} did not take the connection within {waited_s * 1000:.0f} ms")
    if isinstance(error, socket.gaierror):
        return LinkLostError(LinkFault.NO_ROUTE, f"no machine of the name {host} is known on this network")
    if isinstance(error, ConnectionRefusedError) or f"[Errno {errno.ECONNREFUSED}]" in str(error):
        return LinkLostError(LinkFault.REFUSED, f"{host} is there, but nothing listens on port {port}")
    if isinstance(error, ConnectionError):
        return LinkLostError(LinkFault.CLOSED, f"{host}:{port} closed the connection at once")
    return LinkLostError(LinkFault.NO_ROUTE, f"there is no way to {host}:{port}: {error.strerror or error}")
