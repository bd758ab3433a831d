"""Follows a ring of samples over the wire: what is new since the last look, and nothing that was overwritten meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from drivers.modbus.asker import Asker, told
from drivers.modbus.fifo import News, Position, Stretch, continues, read_fifo
from drivers.modbus.ring import Ring

_Read = tuple[Sequence[Stretch], Position | None]


class RingReader:
    """Knows how far a ring was read; it outlives the connections, so that what a dropped link cost is counted."""

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self._position: Position | None = None
        self.beginnings = 0
        """How often an endless ring was begun: at first contact, and each time its machine's program started."""

    async def read(self, asker: Asker) -> Sequence[Stretch]:
        """Return what is new in the ring. Raises `LinkLostError`, `ExceptionReplyError`."""
        stretches, self._position = await (self._whole(asker) if self._ring.is_short else self._news(asker))
        return stretches

    async def _whole(self, asker: Asker) -> _Read:
        (block,) = await asker.read_all([self._ring.whole])
        words = told(block)
        now = self._ring.layout.header(words)
        return ((), now) if self._begins(now) else read_fifo(words, self._ring.layout, self._position)

    async def _news(self, asker: Asker) -> _Read:
        """Read the header, what is new since, and the header again: what the machine overwrote meanwhile is lost, not wrong."""
        layout = self._ring.layout
        now = await self._header(asker)
        if self._begins(now):
            return (), now
        news = News.of(self._position, now, layout.capacity)
        if not news.held:
            return news.cut(layout.rows(np.zeros(0, np.uint16)))
        blocks = [told(block) for block in await asker.read_all(self._ring.reads(news.slots(layout.capacity)))]
        after = await self._header(asker)
        rows = layout.rows(np.concatenate(blocks))
        return news.cut(rows[len(rows) - news.proven(after, layout.capacity) :])

    async def _header(self, asker: Asker) -> Position:
        (header,) = await asker.read_all([self._ring.header])
        return self._ring.layout.header(told(header))

    def _begins(self, now: Position) -> bool:
        """Say whether an endless ring is to be followed from here on; what it holds already nobody can date."""
        if not self._ring.layout.is_endless or (self._position is not None and continues(self._position, now)):
            return False
        self.beginnings += 1
        return True
