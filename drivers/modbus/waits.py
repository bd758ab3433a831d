"""What one device waits for on a line it shares: closing it ends all of that at once, and nobody else's."""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

from drivers.link import LinkLostError, NotSentError

T = TypeVar("T")


class Waits:
    """Every future a device waits for goes through here."""

    def __init__(self) -> None:
        self._held: set[asyncio.Future[Any]] = set()
        self._ended: LinkLostError | None = None

    @property
    def are_over(self) -> bool:
        """Whether `end` was called."""
        return self._ended is not None

    def check(self) -> None:
        """Raise `NotSentError` once they are over."""
        if self._ended is not None:
            raise NotSentError(self._ended.fault, self._ended.reason)

    async def of(self, future: asyncio.Future[T]) -> T:
        """Wait for `future`; raises what `end` was given, where that comes first."""
        self._held.add(future)
        try:
            return await future
        finally:
            self._held.discard(future)

    async def pause(self, seconds: float) -> None:
        """Wait so long. Raises `NotSentError` at the end of all waits."""
        self.check()
        loop = asyncio.get_running_loop()
        over: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(seconds, _finish, over)
        try:
            await self.of(over)
        except LinkLostError as ended:
            raise NotSentError(ended.fault, ended.reason) from ended
        finally:
            timer.cancel()

    def end(self, why: LinkLostError) -> None:
        """Let every wait fail by `why`, now and from now on."""
        self._ended = why
        for future in tuple(self._held):
            if not future.done():
                future.set_exception(why)


def _finish(over: asyncio.Future[None]) -> None:
    if not over.done():
        over.set_result(None)
