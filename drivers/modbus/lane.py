"""One connection of a line: made when it is needed, made anew when it was lost, used in turns."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from drivers.link import LinkLostError
from drivers.modbus.connection import Connection
from drivers.modbus.turns import Turns

Dial = Callable[[float], Awaitable[Connection]]
"""Opens a connection within so many seconds; raises `LinkLostError`."""


class Lane:
    """One connection of a line, made when it is needed; all but `turns` is for who has the turn."""

    def __init__(self, dial: Dial) -> None:
        self._dial = dial
        self.turns = Turns()
        self._connection: Connection | None = None
        self._failed: tuple[float, LinkLostError] | None = None

    @property
    def connection(self) -> Connection | None:
        """Return the connection last made, open or lost."""
        return self._connection

    async def open(self, timeout_s: float, since: float) -> Connection:
        """Return the open connection, or make one; who has waited for his turn since before a try shares how it failed.

        Raises `LinkLostError`.
        """
        if self._connection is not None and self._connection.lost is None:
            return self._connection
        if self._failed is not None and self._failed[0] >= since:
            raise self._failed[1]
        try:
            self._connection = await self._dial(timeout_s)
        except LinkLostError as lost:
            self._failed = (asyncio.get_running_loop().time(), lost)
            raise
        return self._connection

    def close(self, why: LinkLostError) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.lose(why)
