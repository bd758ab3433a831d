"""The one sentence about what a device refuses to tell."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import groupby

from drivers.driver import Stamp
from drivers.link import RemarkCode
from drivers.modbus.isolation import Piece
from drivers.modbus.replies import ExceptionReplyError
from drivers.reading import Remark

log = logging.getLogger(__name__)

_NAMED = 3
"""So many addresses are named, the rest is counted."""


class Refused:
    """Remembers what was said of one device's refused addresses, so that it is said once."""

    def __init__(self, device: str, stamp: Stamp) -> None:
        self._device = device
        self._stamp = stamp
        self._said: frozenset[tuple[str, int, int]] = frozenset()

    def remarks(self, culprits: Sequence[Piece], tags: int) -> list[Remark]:
        """Return what is new when `culprits` are refused of a device with so many `tags`."""
        refused = frozenset((_address(piece), piece.block.count, piece.code) for piece in culprits)
        if refused == self._said:
            return []
        self._said = refused
        sentence = _sentence(culprits, tags)
        log.info("%s refuses to tell %s" if refused else "%s: %s", self._device, sentence)
        return [Remark(self._device, RemarkCode.ADDRESS_REFUSED, sentence, *self._stamp(), is_over=not refused)]


def _sentence(culprits: Sequence[Piece], tags: int) -> str:
    if not culprits:
        return f"all of its {tags} tags are read"
    in_order = sorted(culprits, key=lambda piece: (piece.code, piece.block.table, piece.block.start))
    parts = [_part(code, list(alike)) for code, alike in groupby(in_order, key=lambda piece: piece.code)]
    others = tags - sum(len(piece.block.places) for piece in culprits)
    return "; ".join([*parts, f"{others} others are read" if others > 0 else "nothing else is read"])


def _part(code: int, culprits: Sequence[Piece]) -> str:
    named = [f"{_address(piece)} ({', '.join(place.tag.name for place in piece.block.places[:_NAMED])})" for piece in culprits]
    more = [f"{len(named) - _NAMED} more"] if len(named) > _NAMED else []
    *firsts, last = [*named[:_NAMED], *more]
    return f"{', '.join(firsts)} and {last}: {_meaning(code)}" if firsts else f"{last}: {_meaning(code)}"


def _address(piece: Piece) -> str:
    """Return the address as it is written in station.toml."""
    return piece.block.places[0].tag.address


def _meaning(code: int) -> str:
    return ExceptionReplyError(code).meaning
