"""Whether the host a server names for itself is one this panel can find."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

_LOOK_UP_S = 2.0


async def unknown_host(urls: Iterable[str], typed: str) -> str | None:
    """Return the first host among a server's own `urls` that this panel can't find; `typed` is the one it was reached by."""
    hosts = {host for url in urls if (host := _host(url))}
    if typed.lower() in hosts:
        return None
    for host in sorted(hosts):
        if not await _is_known(host):
            return host
    return None


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


async def _is_known(host: str) -> bool:
    try:
        async with asyncio.timeout(_LOOK_UP_S):
            await asyncio.get_running_loop().getaddrinfo(host, None)
    except (socket.gaierror, TimeoutError, UnicodeError):
        return False
    return True
