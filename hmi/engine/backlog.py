"""What waits for the writer thread: records always, frames thinned and waveforms left out when it falls behind."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

from hmi.clock import Monotonic
from station_db.journal import FeedEntry
from station_db.records.changes import Changes
from station_db.signals import Frame, Layout
from station_db.store import Store
from station_db.waveforms import PackedWaveform

THIN_BEHIND_NS = 2_000_000_000
REFUSE_BEHIND_NS = 5_000_000_000
THINNED_TO_ONE_IN = 10
FRAMES_MAX = 4096
"""Frames that wait at most; at 20 a second for two machines this is more than a minute."""
WAVEFORM_BYTES_MAX = 64_000_000
"""Packed waveforms that wait at most."""


@dataclass(frozen=True, slots=True)
class Saving:
    """One decision; `done` is called on the loop once it is committed, never if it is lost."""

    changes: Changes
    done: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Feeding:
    """What the centre sent; `applied` gets the records that are new here."""

    entries: tuple[FeedEntry, ...]
    applied: Future[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Chore:
    """Something else to write, in a transaction of its own; `done` gets what `do` returns or raises."""

    do: Callable[[Store], Any]
    done: Future[Any]


@dataclass(frozen=True, slots=True)
class Barrier:
    """All before it is written or lost once `passed` is set; a broken writer takes up work again behind it."""

    passed: Future[None]


Work = Saving | Feeding | Chore | Barrier


@dataclass(frozen=True, slots=True)
class Taken:
    """All that waited."""

    works: tuple[Work, ...]
    frames: tuple[Frame, ...]
    waveforms: tuple[PackedWaveform, ...] = ()


class Backlog:
    """Filled by any thread, emptied by one."""

    def __init__(self, monotonic: Callable[[], Monotonic]) -> None:
        self._monotonic = monotonic
        self._filled = threading.Condition()
        self._works: deque[tuple[Monotonic, Work]] = deque()
        self._frames: list[Frame] = []
        self._left_out: dict[Layout, int] = {}
        self._waveforms: list[PackedWaveform] = []
        self._writing_since: Monotonic | None = None
        self._is_closed = False

    def put(self, work: Work) -> None:
        """Add work; it is never dropped."""
        with self._filled:
            self._works.append((self._monotonic(), work))
            self._filled.notify()

    def put_frame(self, frame: Frame) -> None:
        """Add a frame; while the writer is behind, most are left out, and the next of their layout says how many."""
        with self._filled:
            is_kept = self._behind_ns() < THIN_BEHIND_NS or frame.number % THINNED_TO_ONE_IN == 0
            if is_kept and len(self._frames) < FRAMES_MAX:
                skipped = self._left_out.pop(frame.layout, 0)
                self._frames.append(replace(frame, skipped=skipped) if skipped else frame)
            else:
                self._left_out[frame.layout] = self._left_out.get(frame.layout, 0) + 1

    def lost(self, frames: Sequence[Frame]) -> None:
        """These were not written: the next of their layout says so."""
        with self._filled:
            for frame in frames:
                self._left_out[frame.layout] = self._left_out.get(frame.layout, 0) + 1 + frame.skipped

    def is_called(self, patience_s: float) -> bool:
        """Whether there is work other than frames, or comes within `patience_s`."""
        with self._filled:
            if not self._works and not self._is_closed:
                self._filled.wait(patience_s)
            return bool(self._works) or self._is_closed

    def put_waveform(self, waveform: PackedWaveform) -> bool:
        """Add a kept waveform; returns False, and leaves it out, where too much waits."""
        with self._filled:
            waiting = sum(len(each.data) for each in self._waveforms)
            has_room = not self._waveforms or waiting + len(waveform.data) <= WAVEFORM_BYTES_MAX
            if has_room:
                self._waveforms.append(waveform)
            return has_room

    def take(self, patience_s: float) -> Taken | None:
        """All that waits, at the latest after `patience_s`; None when closed and empty. The next call says: it is written."""
        with self._filled:
            self._writing_since = None
            if not self._works and not self._is_closed:
                self._filled.wait(patience_s)
            if self._is_closed and not (self._works or self._frames or self._waveforms):
                return None
            taken = Taken(tuple(work for _, work in self._works), tuple(self._frames), tuple(self._waveforms))
            self._writing_since = self._works[0][0] if self._works else self._monotonic()
            self._works.clear()
            self._frames.clear()
            self._waveforms.clear()
            return taken

    def close(self) -> None:
        """What waits is still taken; then it is over."""
        with self._filled:
            self._is_closed = True
            self._filled.notify()

    @property
    def behind_ns(self) -> int:
        """For how long the oldest work has waited (being written counts)."""
        with self._filled:
            return self._behind_ns()

    def _behind_ns(self) -> int:
        oldest = self._writing_since
        if oldest is None and self._works:
            oldest = self._works[0][0]
        return 0 if oldest is None else self._monotonic() - oldest
