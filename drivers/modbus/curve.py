"""Follows a machine's curve FIFO over the wire and hands its samples up in their units."""

from __future__ import annotations

import logging

from drivers.driver import Stamp
from drivers.modbus.asker import Asker
from drivers.modbus.fifo import Stretch
from drivers.modbus.replies import ExceptionReplyError
from drivers.modbus.ring import Ring
from drivers.modbus.ring_reader import RingReader
from drivers.reading import Samples
from drivers.scaling import Scaling

log = logging.getLogger(__name__)


class CurveReader:
    """One machine's curve; it outlives the connections."""

    def __init__(self, device: str, ring: Ring, stamp: Stamp) -> None:
        self._device = device
        self._ring = ring
        self._stamp = stamp
        self._scalings = [Scaling(scale) for scale in ring.setup.scales]
        self._reader = RingReader(ring)
        self._is_refused = False

    async def read(self, asker: Asker) -> list[Samples]:
        """Return what is new in the ring. Raises `LinkLostError`."""
        try:
            stretches = await self._reader.read(asker)
        except ExceptionReplyError as refusal:
            self._note_refused(refusal)
            return []
        self._is_refused = False
        return [self._samples(stretch) for stretch in stretches]

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
