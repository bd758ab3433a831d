"""What a server tells anybody who asks: its certificate, its ways in, and what time it is there. Knows asyncua.

All of it comes over an unprotected channel: nothing here is believed before the certificate is the trusted one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asyncua import ua
from asyncua.client.client import Client
from asyncua.ua.ua_binary import struct_from_binary

from drivers.opcua.clocks import utc_now
from drivers.opcua.published import UNREADABLE

REQUEST_S = 2.0
"""How long a server may think about one request."""


class NoDiscoveryError(Exception):
    """The server is there, but does not let its certificate be asked for; the text is its reason."""


@dataclass(frozen=True, slots=True)
class Discovered:
    """The ways into a server, and how far its clock is ahead of the panel's."""

    endpoints: Sequence[ua.EndpointDescription]
    ahead: timedelta | None


async def discover(url: str) -> Discovered:
    """Ask a server for its ways in. Raises `NoDiscoveryError`, `OSError` (nobody is there, or it hangs up)."""
    client = Client(url, timeout=REQUEST_S)
    await client.connect_socket()
    try:
        await client.send_hello()
        await client.open_secure_channel()
        return await _endpoints(client, url)
    except ua.UaStatusCodeError as error:
        raise NoDiscoveryError(ua.StatusCode(error.code).name) from error
    except UNREADABLE as error:
        raise NoDiscoveryError(f"its answer can't be read: {error}") from error
    finally:
        client.disconnect_socket()


async def clock_ahead(url: str) -> timedelta | None:
    """Ask only how far the server's clock is ahead; None where it does not say."""
    try:
        return (await discover(url)).ahead
    except (NoDiscoveryError, OSError):
        return None


async def _endpoints(client: Client, url: str) -> Discovered:
    protocol = client.uaclient.protocol
    if protocol is None:
        raise ConnectionError
    request = ua.GetEndpointsRequest()
    request.Parameters.EndpointUrl = url
    answer = struct_from_binary(ua.GetEndpointsResponse, await protocol.send_request(request))
    answer.ResponseHeader.ServiceResult.check()
    return Discovered(answer.Endpoints or (), _ahead(answer.ResponseHeader.Timestamp))


def _ahead(theirs: datetime) -> timedelta | None:
    """Compare with now; a server that leaves its time out says 1601."""
    theirs = theirs.replace(tzinfo=UTC) if theirs.tzinfo is None else theirs
    return theirs - utc_now() if theirs.year > 1970 else None
