"""Reads planned blocks: a block the device refuses is bad alone, its neighbours live."""

from __future__ import annotations

import logging

from drivers.link import LinkFault, LinkLostError
from drivers.modbus.machine import PlannedBlock
from drivers.modbus.plan import Block
from drivers.modbus.replies import IS_SILENCE, ExceptionReplyError
from drivers.modbus.wire import Wire
from drivers.tag import Value

log = logging.getLogger(__name__)


class BlockReader:
    """Reads one device's blocks and logs a refusal when it begins, not each time."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._refused: set[tuple[str, int]] = set()

    async def read(self, wire: Wire, planned: PlannedBlock) -> list[Value]:
        """Return a value for each tag of the block, None for all where the device refuses. Raises `LinkLostError`."""
        block = planned.block
        try:
            words = await wire.read(block.table, block.start, block.count)
        except ExceptionReplyError as refusal:
            self._note(block, refusal)
            return [None] * len(block.places)
        self._refused.discard((block.table, block.start))
        return planned.decoder.decode(words)

    async def touch(self, wire: Wire, block: Block) -> None:
        """Ask for the least there is, to hear whether the device lives. Raises `LinkLostError`."""
        try:
            await wire.read(block.table, block.start, 1)
        except ExceptionReplyError as refusal:
            self._note(block, refusal)

    def _note(self, block: Block, refusal: ExceptionReplyError) -> None:
        if refusal.code in IS_SILENCE:
            raise LinkLostError(LinkFault.SILENT, f"a gateway answers in its place: {refusal.meaning}") from refusal
        if (block.table, block.start) not in self._refused:
            self._refused.add((block.table, block.start))
            log.warning("%s refuses to tell %s:%d: %s", self._device, block.table, block.start, refusal)
