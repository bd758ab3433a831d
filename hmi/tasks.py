"""The one owner of asyncio tasks: starts them by name, hears every end, restarts what dies, ends them all by a deadline."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

log = logging.getLogger(__name__)

Work = Callable[[], Awaitable[None]]
Told = Callable[[str, BaseException | None], None]
"""Hears of a long task: its name and what killed it, or None when it runs well again."""


@dataclass(frozen=True, slots=True)
class BackOff:
    """How long to wait before a dead task is started again; a task that lived for `well_s` begins anew at `first_s`."""

    first_s: float = 0.1
    longest_s: float = 2.0
    well_s: float = 5.0

    def pause(self, deaths: int) -> float:
        """Seconds to wait after so many deaths in a row."""
        return min(self.first_s * 2 ** (deaths - 1), self.longest_s)


def _unheard(name: str, error: BaseException | None) -> None:
    """Nobody asked to be told."""


class Supervisor:
    """Holds the tasks of one process."""

    def __init__(self, told: Told = _unheard, back_off: BackOff | None = None) -> None:
        self._told = told
        self._back_off = back_off or BackOff()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def names(self) -> tuple[str, ...]:
        """The tasks that run now."""
        return tuple(sorted(task.get_name() for task in self._tasks))

    def keep(self, name: str, work: Work) -> asyncio.Task[None]:
        """Run long `work`; whenever it dies it is started again. It ends for good by returning."""
        return self._hold(name, self._kept(name, work))

    def start(self, name: str, once: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something short to its end, once; what kills it is written down."""
        return self._hold(name, _logged(name, once))

    async def close(self, deadline_s: float = 2.0) -> tuple[str, ...]:
        """Cancel all and wait; return the names of those that did not end in time."""
        running = {task for task in self._tasks if task is not asyncio.current_task()}
        for task in running:
            task.cancel()
        if not running:
            return ()
        _, left = await asyncio.wait(running, timeout=deadline_s)
        for task in left:
            log.error("the task %s did not end in %s s", task.get_name(), deadline_s)
        return tuple(task.get_name() for task in left)

    def _hold(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _kept(self, name: str, work: Work) -> None:
        loop, deaths = asyncio.get_running_loop(), 0
        while True:
            well = loop.call_later(self._back_off.well_s, self._told, name, None) if deaths else None
            began = loop.time()
            try:
                await work()
            except Exception as error:
                deaths = 1 if loop.time() - began >= self._back_off.well_s else deaths + 1
                log.exception("the task %s died and will be started again", name)
                self._told(name, error)
            else:
                return
            finally:
                if well is not None:
                    well.cancel()
            await asyncio.sleep(self._back_off.pause(deaths))


async def _logged(name: str, once: Coroutine[Any, Any, None]) -> None:
    try:
        await once
    except Exception:
        log.exception("%s failed", name)
