"""Real time: turns a machine's program as often as its speed asks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from drivers.simulation.disturbances import SCAN_MS
from drivers.simulation.machine import Machine

MOST_SCANS = 25
"""After a hold-up (a busy host, a freeze) the machine is late rather than fast: a burst could overrun its curve FIFO."""


class Model(Protocol):
    """A simulated machine without its wire."""

    @property
    def machine(self) -> Machine:
        """The program in it."""
        ...

    def scan(self, now_ms: float) -> None:
        """One turn, 20 ms of machine time."""
        ...


class Pace:
    """Real time x `speed`, while the program is not frozen."""

    def __init__(self, model: Model, speed: float) -> None:
        self.speed = speed
        self.is_frozen = False
        self._model = model
        self._last_ms = self.now_ms()
        self._owed = 0.0

    def now_ms(self) -> float:
        """Real time in ms, from any start."""
        return time.monotonic_ns() / 1e6

    async def run(self, after_turn: Callable[[], Awaitable[None]]) -> None:
        """Turn for ever, calling `after_turn` after each turn."""
        while True:
            self._turn()
            await after_turn()
            await asyncio.sleep(min(SCAN_MS, max(5.0, SCAN_MS / self.speed)) / 1000)

    def _turn(self) -> None:
        now = self.now_ms()
        self._owed = min(self._owed + (now - self._last_ms) * self.speed / SCAN_MS, MOST_SCANS)
        self._last_ms = now
        while self._owed >= 1.0:
            self._owed -= 1.0
            if not self.is_frozen:
                self._model.scan(now)
