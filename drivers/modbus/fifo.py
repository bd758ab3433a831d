"""The curve FIFO: a ring of samples with an index, read as one block and followed without a gap or a repeat. Pure.

The block is 8 header words and `capacity` slots of one signed word a channel (docs/architecture.md). Sample `i`, counted
since the machine's program started, stands at slot `i mod capacity`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

HEADER_WORDS = 8
_INDEX_RANGE = 1 << 32
_CYCLE_RANGE = 1 << 16
_OVERRUN_RANGE = 1 << 16


@dataclass(frozen=True, slots=True)
class Position:
    """How far the ring has been read."""

    index: int
    cycle: int
    cycle_start: int
    overrun: int
    boot: int
    owed: int = 0
    """Samples known to be lost, not yet told because none came after them."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples of one cycle, oldest first: `rows[i]` is sample `first + i` of the cycle, one raw number a channel.

    `lost` samples went missing just before it.
    """

    cycle: int
    first: int
    lost: int
    rows: NDArray[np.int16]


def block_words(capacity: int, channels: int) -> int:
    """Return how many registers the whole block takes."""
    return HEADER_WORDS + capacity * channels


def read_fifo(words: NDArray[np.uint16], channels: int, position: Position | None) -> tuple[tuple[Stretch, ...], Position]:
    """Return what is new in the block since `position`, and the new position.

    First contact, a restarted program (boot id) and an index that went back all begin anew, at the first sample of the
    running cycle that is still in the ring.
    """
    now = _header(words)
    ring = words[HEADER_WORDS:].view(np.int16).reshape(-1, channels)
    since = position if position is not None and _continues(position, now) else None
    fresh = _ahead(since.index, now.index) if since else _ahead(now.cycle_start, now.index)
    if since and not fresh:
        return (), since
    cuts, owed = _cut(ring, since, now, fresh)
    return tuple(cuts), replace(now, owed=owed)


def _header(words: NDArray[np.uint16]) -> Position:
    index_high, index_low, overrun, cycle, start_high, start_low, _period, boot = (int(word) for word in words[:HEADER_WORDS])
    return Position(index_high << 16 | index_low, cycle, start_high << 16 | start_low, overrun, boot)


def _ahead(from_index: int, to_index: int) -> int:
    return (to_index - from_index) % _INDEX_RANGE


def _continues(position: Position, now: Position) -> bool:
    return position.boot == now.boot and _ahead(position.index, now.index) < _INDEX_RANGE // 2


def _cut(ring: NDArray[np.int16], since: Position | None, now: Position, fresh: int) -> tuple[list[Stretch], int]:
    """Cut the `fresh` newest samples at the start of the running cycle; return them and what is lost after the last."""
    held = min(fresh, _whole_back_from(now.index, len(ring)))
    of_running = min(_ahead(now.cycle_start, now.index), held)
    of_last = held - of_running
    lost = fresh - held + _lost_before(since, now)
    cuts: list[Stretch] = []
    if of_last and since and _is_next(since.cycle, now.cycle):
        first = _ahead(since.cycle_start, now.cycle_start) - of_last
        cuts.append(Stretch(since.cycle, first, lost, _rows(ring, now.cycle_start, of_last)))
        lost = 0
    else:
        lost += of_last  # several cycles began in between: where one ended can't be told
    if of_running:
        first = _ahead(now.cycle_start, now.index) - of_running
        cuts.append(Stretch(now.cycle, first, lost, _rows(ring, now.index, of_running)))
        lost = 0
    return cuts, lost


def _whole_back_from(index: int, capacity: int) -> int:
    """Return how many samples back from `index` still stand in their slots.

    All of them, but where the index has just wrapped: 2^32 is no multiple of the capacity, so the slots jump there and
    the first samples after it overwrite some that are not the oldest.
    """
    if index == 0 or index >= capacity:
        return capacity
    before_wrap = (_INDEX_RANGE % capacity or capacity) - index
    return index + max(before_wrap, 0)


def _lost_before(since: Position | None, now: Position) -> int:
    return since.owed + (now.overrun - since.overrun) % _OVERRUN_RANGE if since else 0


def _is_next(cycle: int, running: int) -> bool:
    return (running - cycle) % _CYCLE_RANGE == 1


def _rows(ring: NDArray[np.int16], end: int, count: int) -> NDArray[np.int16]:
    """Return the `count` samples before index `end`."""
    slots = (np.arange(end - count, end, dtype=np.int64) % _INDEX_RANGE) % len(ring)
    return ring[slots]
