"""What waits for one screen: facts and answers for certain, live blocks while there is room, a new snapshot if it fell behind."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from hmi.channel.facts import Fact, LiveCurve, LiveValues, Pulse, Snapshot
from hmi.channel.messages import Message

LIVE_MAX = 64
FACTS_MAX = 512

Live = Pulse | LiveValues | LiveCurve


class Outbox:
    """Bounded: a slow screen loses live blocks; with too many facts waiting they all give way to one snapshot."""

    def __init__(self, snapshot: Callable[[], Snapshot], live_max: int = LIVE_MAX, facts_max: int = FACTS_MAX) -> None:
        self._snapshot = snapshot
        self._waiting: deque[Message] = deque()
        self._live_max = live_max
        self._facts_max = facts_max
        self._live = 0
        self._facts = 0
        self._filled = asyncio.Event()

    def put(self, message: Message) -> None:
        """Add one message."""
        if isinstance(message, Live):
            if self._live >= self._live_max:
                return
            self._live += 1
        elif isinstance(message, Fact):
            self._facts += 1
        self._waiting.append(message)
        if self._facts > self._facts_max:
            self._resync()
        self._filled.set()

    async def take(self) -> Message:
        """The next message, waiting for it."""
        while not self._waiting:
            self._filled.clear()
            await self._filled.wait()
        message = self._waiting.popleft()
        if isinstance(message, Live):
            self._live -= 1
        elif isinstance(message, Fact):
            self._facts -= 1
        return message

    def _resync(self) -> None:
        """All waiting facts are in the snapshot; answers and the store's generation stay."""
        kept = [message for message in self._waiting if not isinstance(message, Fact | Snapshot | Live)]
        self._waiting = deque([self._snapshot(), *kept])
        self._facts = self._live = 0
