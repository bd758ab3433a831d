"""Work beside a connection that may take long, and ends with it: reading history, looking up names."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from drivers.link import LinkLostError


class Aside:
    """Owns the tasks of one connection; what they find they tell, a lost link simply ends them."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work` without holding anybody up."""
        self._tasks.add(asyncio.ensure_future(_until_lost(work)))

    def check(self) -> None:
        """Raise what went wrong in a task and is nobody's but ours."""
        for task in [task for task in self._tasks if task.done()]:
            self._tasks.discard(task)
            task.result()

    async def end(self) -> None:
        """Stop all that still runs."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()


async def _until_lost(work: Callable[[], Awaitable[None]]) -> None:
    with contextlib.suppress(LinkLostError):
        await work()
