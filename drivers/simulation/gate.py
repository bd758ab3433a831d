"""The door between the control channel's threads and the loop, and the lock that stops the loop dead."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")
_PATIENCE_S = 5.0


class Gate:
    """Lets threads act on the loop; a frozen loop answers nobody, as if the process had been stopped from outside."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._one_at_a_time = threading.Lock()
        self._changed = threading.Condition()
        self._shall_stand = self._stands = False

    @property
    def is_frozen(self) -> bool:
        """True while the loop stands."""
        return self._stands

    def run(self, action: Callable[[], T]) -> T:
        """Run `action` on the loop, or here while the loop stands, and return what it returns."""
        with self._one_at_a_time:
            if self.is_frozen:
                return action()
            outcome: Future[T] = Future()
            self._loop.call_soon_threadsafe(_settle, outcome, action)
            return outcome.result(_PATIENCE_S)

    def freeze(self) -> None:
        """Stop the loop; returns once it stands."""
        with self._one_at_a_time, self._changed:
            self._shall_stand = True
            self._loop.call_soon_threadsafe(self._stand)
            self._changed.wait_for(lambda: self._stands, _PATIENCE_S)

    def thaw(self) -> None:
        """Let the loop go on; returns once it does."""
        with self._one_at_a_time, self._changed:
            self.release()
            self._changed.wait_for(lambda: not self._stands, _PATIENCE_S)

    def release(self) -> None:
        """Let the loop go on, without waiting for it: a signal's handler runs inside the standing loop."""
        with self._changed:
            self._shall_stand = False
            self._changed.notify_all()

    def _stand(self) -> None:
        with self._changed:
            self._stands = True
            self._changed.notify_all()
            while self._shall_stand:
                self._changed.wait(0.1)  # in short waits, so that a signal is heard on every system
            self._stands = False
            self._changed.notify_all()


def _settle(outcome: Future[T], action: Callable[[], T]) -> None:
    try:
        outcome.set_result(action())
    except Exception as error:  # noqa: BLE001 - it is raised again in the thread that asked
        outcome.set_exception(error)
