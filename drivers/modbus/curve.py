"""Follows a machine's curve FIFO over the wire and hands its samples up in their units."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from drivers.driver import Stamp
from drivers.modbus.asker import Asker, told
from drivers.modbus.fifo import News, Position, Stretch, read_fifo
from drivers.modbus.replies import ExceptionReplyError
from drivers.modbus.ring import Ring
from drivers.reading import Samples
from drivers.scaling import Scaling

log = logging.getLogger(__name__)

_Read = tuple[Sequence[Stretch], Position | None]


class CurveReader:
    """Knows how far a curve was read; it outlives the connections, so that what a dropped link cost is counted."""

    def __init__(self, device: str, ring: Ring, stamp: Stamp) -> None:
        self._device = device
        self._ring = ring
        self._stamp = stamp
        self._scalings = [Scaling(scale) for scale in ring.setup.scales]
        self._position: Position | None = None
        self._is_refused = False

    async def read(self, asker: Asker) -> list[Samples]:
        """Return what is new in the ring. Raises `LinkLostError`."""
        try:
            stretches, self._position = await (self._whole(asker) if self._ring.is_short else self._news(asker))
        except ExceptionReplyError as refusal:
            self._note_refused(refusal)
            return []
        self._is_refused = False
        return [self._samples(stretch) for stretch in stretches]

    async def _whole(self, asker: Asker) -> _Read:
        (block,) = await asker.read_all([self._ring.whole])
        return read_fifo(told(block), self._ring.layout, self._position)

    async def _news(self, asker: Asker) -> _Read:
        """Read the header, what is new since, and the header again: what the machine overwrote meanwhile is lost, not wrong."""
        layout = self._ring.layout
        news = News.of(self._position, await self._header(asker), layout.capacity)
        if not news.held:
            return news.cut(layout.rows(np.zeros(0, np.uint16)))
        blocks = [told(block) for block in await asker.read_all(self._ring.reads(news.slots(layout.capacity)))]
        after = await self._header(asker)
        if after.boot != news.now.boot:
            return (), self._position
        rows = layout.rows(np.concatenate(blocks))
        return news.cut(rows[len(rows) - news.proven(after, layout.capacity) :])

    async def _header(self, asker: Asker) -> Position:
        (header,) = await asker.read_all([self._ring.header])
        return self._ring.layout.header(told(header))

    def _samples(self, stretch: Stretch) -> Samples:
        setup = self._ring.setup
        columns = tuple(scaling.to_units(column).tolist() for scaling, column in zip(self._scalings, stretch.rows.T, strict=True))
        return Samples(
            self._device, stretch.cycle, setup.channels, setup.units, stretch.first, columns, stretch.lost, *self._stamp()
        )

    def _note_refused(self, refusal: ExceptionReplyError) -> None:
        if not self._is_refused:
            log.warning("%s refuses to tell its curve at %s: %s", self._device, self._ring.setup.address, refusal)
        self._is_refused = True
