"""What blocks and curves need of a connection: many reads at once, each answered or refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from drivers.link import LinkFault, LinkLostError
from drivers.modbus.address import Table
from drivers.modbus.replies import IS_SILENCE, ExceptionReplyError
from drivers.modbus.words import Words

Read = tuple[Table, int, int]
"""Table, first place and count."""

Reply = Words | ExceptionReplyError


class Asker(Protocol):
    """What can be read from."""

    async def read_all(self, reads: Sequence[Read]) -> Sequence[Reply]:
        """Return the words or the refusal of each, asked in this order. Raises `LinkLostError`."""
        ...


def heard(reply: Reply) -> Reply:
    """Return `reply`; raises `LinkLostError` where a gateway gave it in the device's place."""
    if isinstance(reply, ExceptionReplyError) and reply.code in IS_SILENCE:
        raise LinkLostError(LinkFault.SILENT, f"a gateway answers in its place: {reply.meaning}") from reply
    return reply


def told(reply: Reply) -> Words:
    """Return the words of `reply`; raises `ExceptionReplyError` for a refusal, `LinkLostError` for silence."""
    believed = heard(reply)
    if isinstance(believed, ExceptionReplyError):
        raise believed
    return believed
