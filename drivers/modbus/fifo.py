"""The curve FIFO: a ring of samples with an index, followed without a gap or a repeat. Pure.

The block is 8 header words and `capacity` slots of one number a channel (docs/architecture.md). Sample `i`, counted since
the machine's program started, stands at slot `i mod capacity`. A short ring is read whole; of a long one only what is new,
the header before and after it, so that what was overwritten meanwhile is known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.modbus.form import Form
from drivers.modbus.words import Words, numbers
from drivers.tag import DataType

HEADER_WORDS = 8
_INDEX_RANGE = 1 << 32
_CYCLE_RANGE = 1 << 16
_OVERRUN_RANGE = 1 << 16

SIGNED_WORD = Form(DataType.INT16)
"""What a sample is made of where nothing else is said."""

Rows = NDArray[Any]
"""One row a sample, one raw number a channel."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the block is built; `form` is that of each number. An endless one has no cycles, whatever its header says of them."""

    capacity: int
    channels: int
    form: Form = SIGNED_WORD
    is_endless: bool = False

    @property
    def sample_words(self) -> int:
        """Return how many registers one sample takes."""
        return self.channels * self.form.width

    @property
    def words(self) -> int:
        """Return how many registers the whole block takes."""
        return HEADER_WORDS + self.capacity * self.sample_words

    def rows(self, words: Words) -> Rows:
        """Return the samples in the words of some slots."""
        each = words.reshape(-1, self.form.width)
        highest_first = each[:, ::-1] if self.form.order.has_low_word_first else each
        return numbers(highest_first, self.form).reshape(-1, self.channels)

    def header(self, words: Words) -> Position:
        """Return what the first words of the block say."""
        plain = numbers(words[:HEADER_WORDS].reshape(-1, 1), Form(DataType.UINT16, self.form.order)).tolist()
        first, second, overrun, cycle, start_first, start_second, _period, boot = plain
        index = self._long(first, second)
        if self.is_endless:
            return Position(index, 0, (index - self.capacity) % _INDEX_RANGE, overrun, boot)
        return Position(index, cycle, self._long(start_first, start_second), overrun, boot)

    def _long(self, first: int, second: int) -> int:
        return second << 16 | first if self.form.order.has_low_word_first else first << 16 | second


@dataclass(frozen=True, slots=True)
class Position:
    """How far the ring has been read, or how it stands."""

    index: int
    cycle: int
    cycle_start: int
    overrun: int
    boot: int
    owed: int = 0
    """Samples known to be lost, not yet told because none came after them."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples of one cycle, oldest first: `rows[i]` is sample `first + i` of the cycle.

    `lost` samples went missing just before it.
    """

    cycle: int
    first: int
    lost: int
    rows: Rows


@dataclass(frozen=True, slots=True)
class News:
    """What came into the ring after `since` (None where all begins anew) up to `now`: `fresh` samples, `held` still there."""

    since: Position | None
    now: Position
    fresh: int
    held: int

    @classmethod
    def of(cls, position: Position | None, now: Position, capacity: int) -> News:
        """Compare the header with how far was read.

        First contact, a restarted program (boot id) and an index that went back all begin anew, at the first sample of the
        running cycle that is still in the ring.
        """
        since = position if position is not None and continues(position, now) else None
        fresh = _ahead(since.index, now.index) if since else _ahead(now.cycle_start, now.index)
        return cls(since, now, fresh, min(fresh, _whole_back_from(now.index, capacity)))

    def slots(self, capacity: int) -> NDArray[np.int64]:
        """Return the slots of the samples that are held, oldest first."""
        return (np.arange(self.now.index - self.held, self.now.index, dtype=np.int64) % _INDEX_RANGE) % capacity

    def proven(self, after: Position, capacity: int) -> int:
        """Return how many of the newest samples held were not touched while they were read, `after` being the header then."""
        if not continues(self.now, after):
            return 0
        half_written = (after.index + 1) % _INDEX_RANGE  # the machine may be putting the next sample just now
        untouched = _whole_back_from(half_written, capacity) - 1 - _ahead(self.now.index, after.index)
        return min(self.held, max(untouched, 0))

    def cut(self, rows: Rows) -> tuple[tuple[Stretch, ...], Position]:
        """Cut `rows`, the newest of the samples held, where cycles and doubts are; return them and how far was read now."""
        if self.since and not self.fresh:
            return (), self.since
        stretches, astray = self._of_cycles(rows)
        lost = self.fresh - len(rows) + astray + _lost_before(self.since, self.now)
        believed: list[Stretch] = []
        for stretch in stretches:
            parts, lost = _numbers_only(replace(stretch, lost=lost))
            believed += parts
        return tuple(believed), replace(self.now, owed=lost)

    def _of_cycles(self, rows: Rows) -> tuple[list[Stretch], int]:
        """Return the end of the last cycle and what there is of the running one, and how many samples have no cycle.

        Where several cycles began in between, it can't be told where one ended.
        """
        of_running = min(_ahead(self.now.cycle_start, self.now.index), len(rows))
        of_last = len(rows) - of_running
        stretches: list[Stretch] = []
        has_last = of_last > 0 and self.since is not None and _is_next(self.since.cycle, self.now.cycle)
        if has_last and self.since:
            first = _ahead(self.since.cycle_start, self.now.cycle_start) - of_last
            stretches.append(Stretch(self.since.cycle, first, 0, rows[:of_last]))
        if of_running:
            first = _ahead(self.now.cycle_start, self.now.index) - of_running
            stretches.append(Stretch(self.now.cycle, first, 0, rows[of_last:]))
        return stretches, 0 if has_last else of_last


def read_fifo(words: Words, layout: Layout, position: Position | None) -> tuple[tuple[Stretch, ...], Position]:
    """Return what is new in the whole block since `position`, and the new position."""
    news = News.of(position, layout.header(words), layout.capacity)
    return news.cut(layout.rows(words[HEADER_WORDS:])[news.slots(layout.capacity)])


def _ahead(from_index: int, to_index: int) -> int:
    return (to_index - from_index) % _INDEX_RANGE


def continues(position: Position, now: Position) -> bool:
    """Say whether `now` is further on in the same life of the machine's program."""
    return position.boot == now.boot and _ahead(position.index, now.index) < _INDEX_RANGE // 2


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


def _numbers_only(stretch: Stretch) -> tuple[list[Stretch], int]:
    """Leave out samples that are no numbers, as lost; return what is left and how many are lost after the last."""
    parts: list[Stretch] = []
    lost, start = stretch.lost, 0
    is_number: NDArray[np.bool_] = np.all(np.isfinite(stretch.rows), axis=1)
    for end in [*np.flatnonzero(~is_number).tolist(), len(stretch.rows)]:
        if end > start:
            parts.append(Stretch(stretch.cycle, stretch.first + start, lost, stretch.rows[start:end]))
            lost = 0
        lost += end < len(stretch.rows)
        start = end + 1
    return parts, lost
