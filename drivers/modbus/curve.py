"""Follows a machine's curve FIFO over the wire and hands its samples up in their units."""

from __future__ import annotations

import logging

from drivers.driver import Stamp
from drivers.modbus.fifo import Position, Stretch, read_fifo
from drivers.modbus.machine import CurveBlock
from drivers.modbus.replies import ExceptionReplyError
from drivers.modbus.wire import Wire
from drivers.reading import Samples
from drivers.scaling import Scaling

log = logging.getLogger(__name__)


class CurveReader:
    """Knows how far a curve was read; it outlives the connections, so that what a dropped link cost is counted."""

    def __init__(self, device: str, curve: CurveBlock, stamp: Stamp) -> None:
        self._device = device
        self._curve = curve
        self._stamp = stamp
        self._scalings = [Scaling(scale) for scale in curve.setup.scales]
        self._position: Position | None = None
        self._is_refused = False

    async def read(self, wire: Wire) -> list[Samples]:
        """Read the whole block at once and return what is new in it."""
        address = self._curve.address
        try:
            words = await wire.read(address.table, address.number, self._curve.words)
        except ExceptionReplyError as refusal:
            self._note_refused(refusal)
            return []
        self._is_refused = False
        stretches, self._position = read_fifo(words, len(self._scalings), self._position)
        return [self._samples(stretch) for stretch in stretches]

    def _samples(self, stretch: Stretch) -> Samples:
        setup = self._curve.setup
        columns = tuple(scaling.to_units(column).tolist() for scaling, column in zip(self._scalings, stretch.rows.T, strict=True))
        return Samples(
            self._device, stretch.cycle, setup.channels, setup.units, stretch.first, columns, stretch.lost, *self._stamp()
        )

    def _note_refused(self, refusal: ExceptionReplyError) -> None:
        if not self._is_refused:
            log.warning("%s refuses to tell its curve at %s: %s", self._device, self._curve.setup.address, refusal)
        self._is_refused = True
