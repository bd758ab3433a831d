"""Whose turn it is on one connection: one at a time, in order, writes before reads."""

from __future__ import annotations

import asyncio
from collections import deque

from drivers.link import LinkLostError, NotSentError
from drivers.modbus.waits import Waits


class Turns:
    """One connection's turn; who has it gives it back."""

    def __init__(self) -> None:
        self._is_taken = False
        self._writes: deque[asyncio.Future[None]] = deque()
        self._reads: deque[asyncio.Future[None]] = deque()

    @property
    def are_wanted(self) -> bool:
        """Whether anybody waits for the turn."""
        return bool(self._writes or self._reads)

    async def take(self, waits: Waits, *, is_write: bool) -> None:
        """Wait for the turn and take it. Raises `NotSentError` when the waiting was ended."""
        waits.check()
        if not self._is_taken:
            self._is_taken = True
            return
        given: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._writes if is_write else self._reads).append(given)
        try:
            await waits.of(given)
        except BaseException as error:
            if given.done() and not given.cancelled() and given.exception() is None:
                self.give_back()  # it came in the moment in which we were cancelled
            if isinstance(error, LinkLostError):
                raise NotSentError(error.fault, error.reason) from error
            raise

    def give_back(self) -> None:
        """Hand the turn to the next that still wants it."""
        for queue in (self._writes, self._reads):
            while queue:
                given = queue.popleft()
                if not given.done():
                    given.set_result(None)
                    return
        self._is_taken = False
