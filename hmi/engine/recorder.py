"""The writer thread: the only one that writes the store. Takes all that waits as one transaction, in order."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from hmi.clock import Clock, Monotonic
from hmi.engine.backlog import REFUSE_BEHIND_NS, Backlog, Barrier, Chore, Feeding, Saving, Work
from station_db.blocks import SignalsSent
from station_db.journal import FeedEntry
from station_db.notices import Notice
from station_db.records.changes import Changes
from station_db.signals import Frame
from station_db.store import Store
from station_db.waveforms import PackedWaveform

log = logging.getLogger(__name__)

FRAMES_WAIT_S = 0.25
"""Frames ride along with the next record, or after this long."""
CHECKPOINT_EVERY_NS = 30_000_000_000
QUIET_NS = 1_000_000_000
ROLL_UP_EVERY_NS = 10_000_000_000
"""How often it is looked whether frames are due to become blocks; after a failure, not for much longer."""
ROLL_UP_AGAIN_NS = 600_000_000_000
ROLL_UP_PAUSE_S = 0.004
"""Between two pieces of a few ms, so that polls and whoever waits for a commit come first."""
ROLL_UP_PIECES = 12
"""Before the frames that wait have their turn again."""


class NotSavedError(Exception):
    """The writer lost this work: what it belonged to must be decided again from the record."""


@dataclass(frozen=True, slots=True)
class Hears:
    """Who is told, on the loop: of a commit, of a batch that failed (the core must be rebuilt), of frames that were lost."""

    saved: Callable[[], None]
    failed: Callable[[str], None]
    frames: Callable[[str | None], None]
    """The reason frames can't be kept; None when they can again."""


class Recorder:
    """Started by `open`, ended by `close`; in between any thread may hand it work."""

    def __init__(self, open_store: Callable[[], Store], clock: Clock, hears: Hears) -> None:
        self._open_store = open_store
        self._clock = clock
        self._hears = hears
        self._backlog = Backlog(self._mono)
        self._thread = threading.Thread(target=self._live, name="writer")
        self._opened: Future[int] = Future()
        self._is_broken = False
        self._is_failing = False
        self._frames_reason: str | None = None
        self._proved_ns = 0
        self._checkpoint_ns = 0
        self._last_work_ns = 0
        self._roll_up_ns = 0
        self._sent: SignalsSent | None = None
        self.notices: tuple[Notice, ...] = ()
        """What the store wants a person to hear."""
        self.generation = 0
        """Moves when the store's files are others than before."""

    async def open(self) -> int:
        """Open the store; returns the last frame's number. Raises the `StoreError` that says what is wrong."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()
        return await asyncio.wrap_future(self._opened)

    def save(self, changes: Changes, done: Callable[[], None]) -> None:
        """Commit a decision after all before it; then call `done` on the loop."""
        self._backlog.put(Saving(changes, done))

    def keep_frame(self, frame: Frame) -> None:
        """Keep a frame with the next record."""
        self._backlog.put_frame(frame)

    def keep_waveform(self, waveform: PackedWaveform) -> None:
        """Keep a stretch of a high-rate channel with the next record; it is left out, and said, where too much waits."""
        if not self._backlog.put_waveform(waveform):
            head = waveform.head
            log.error("%s samples of %s '%s' are not kept: the disk is too slow", head.count, head.machine, head.channel)

    def apply(self, entries: Sequence[FeedEntry]) -> Future[tuple[Any, ...]]:
        """Apply what the centre sent. The future raises `NotSavedError` or `RecordError`."""
        feeding = Feeding(tuple(entries), Future())
        self._backlog.put(feeding)
        return feeding.applied

    def do(self, chore: Callable[[Store], Any]) -> Future[Any]:
        """Have the writer do something with the store after all before it. The future raises that, or `NotSavedError`."""
        doing = Chore(chore, Future())
        self._backlog.put(doing)
        return doing.done

    def centre_has(self, sent: SignalsSent) -> None:
        """The centre has so much of the signals: where room is wanted, that goes first."""
        self._sent = sent

    async def settle(self) -> None:
        """Wait until all before is written or lost, and take up work again after a failure."""
        barrier = Barrier(Future())
        self._backlog.put(barrier)
        await asyncio.wrap_future(barrier.passed)

    @property
    def is_refusing(self) -> bool:
        """Whether the writer is so far behind that people must wait."""
        return self._backlog.behind_ns > REFUSE_BEHIND_NS

    @property
    def proved_ns(self) -> Monotonic:
        """When the writer last had all of it on the disk; it stands from a failed commit until one succeeds again."""
        return self._proved_ns

    async def close(self) -> None:
        """Write what waits, bring the logs into the files, end the thread."""
        self._backlog.close()
        await asyncio.to_thread(self._thread.join)

    def _live(self) -> None:
        try:
            store = self._open_store()
            last_frame = store.last_frame_number()
        except Exception as error:  # noqa: BLE001  # it is raised in whoever opens us
            self._opened.set_exception(error)
            return
        self._note(store)
        self._proved_ns = self._checkpoint_ns = self._mono()
        self._opened.set_result(last_frame)
        try:
            self._write_all(store)
        finally:
            store.close()

    def _write_all(self, store: Store) -> None:
        while (taken := self._backlog.take(FRAMES_WAIT_S)) is not None:
            for group in _grouped(taken.works):
                self._write(store, group)
            self._append(store, taken.frames, taken.waveforms)
            if not self._is_failing:
                self._proved_ns = self._mono()
            self._checkpoint(store, is_idle=not taken.works)
            self._roll_up(store)
            self._note(store)
        self._checkpoint(store, is_idle=True, is_last=True)

    def _write(self, store: Store, group: Sequence[Work]) -> None:
        first = group[0]
        if isinstance(first, Barrier):
            self._is_broken = False
            first.passed.set_result(None)
        elif isinstance(first, Feeding):
            self._feed(store, first)
        elif isinstance(first, Chore):
            self._do(store, first)
        else:
            self._commit(store, [work for work in group if isinstance(work, Saving)])

    def _commit(self, store: Store, savings: Sequence[Saving]) -> None:
        if self._is_broken:
            return
        batch = [saving.changes for saving in savings if saving.changes]
        try:
            if batch:
                store.commit(batch, self._clock.moment().wall)
        except Exception as error:
            # Whatever it was: what is true is what the record holds, and the core goes on from there.
            log.exception("a batch of %s decisions was not written", len(batch))
            self._is_broken = self._is_failing = True
            self._tell(self._hears.failed, str(error))
            return
        self._tell(_all_done, savings)
        if batch:
            self._is_failing = False
            self._last_work_ns = self._mono()
            self._tell(self._hears.saved)

    def _feed(self, store: Store, feeding: Feeding) -> None:
        if self._is_broken:
            feeding.applied.set_exception(NotSavedError())
            return
        try:
            feeding.applied.set_result(store.apply_feed(feeding.entries, self._clock.moment().wall))
        except Exception as error:
            log.exception("what the centre sent was not applied")
            feeding.applied.set_exception(error)

    def _do(self, store: Store, chore: Chore) -> None:
        if self._is_broken:
            chore.done.set_exception(NotSavedError())
            return
        try:
            chore.done.set_result(chore.do(store))
        except Exception as error:
            log.exception("a chore was not done")
            chore.done.set_exception(error)

    def _append(self, store: Store, frames: Sequence[Frame], waveforms: Sequence[PackedWaveform]) -> None:
        if not (frames or waveforms):
            return
        reason = None
        try:
            self._append_frames(store, frames)
            store.keep_waveforms(waveforms, self._clock.moment().wall)
        except Exception as error:
            reason = str(error)
            log.exception("%s frames and %s waveforms are lost", len(frames), len(waveforms))
        if reason != self._frames_reason:
            self._frames_reason = reason
            self._tell(self._hears.frames, reason)

    def _append_frames(self, store: Store, frames: Sequence[Frame]) -> None:
        try:
            store.append_frames(frames)
        except BaseException:
            self._backlog.lost(frames)
            raise

    def _roll_up(self, store: Store) -> None:
        """Make blocks while nothing else is to be written; a failure changes nothing and is tried again later."""
        now = self._mono()
        if now < self._roll_up_ns or self._is_failing:
            return
        try:
            for _ in range(ROLL_UP_PIECES):
                if self._backlog.is_called(ROLL_UP_PAUSE_S):
                    return
                if not store.roll_up(now):
                    self._roll_up_ns = now + ROLL_UP_EVERY_NS
                    return
        except Exception:
            log.exception("frames could not be made blocks; they stay frames")
            self._roll_up_ns = now + ROLL_UP_AGAIN_NS

    def _checkpoint(self, store: Store, *, is_idle: bool, is_last: bool = False) -> None:
        now = self._mono()
        is_due = now - self._checkpoint_ns > CHECKPOINT_EVERY_NS
        is_quiet = is_idle and now - self._last_work_ns > QUIET_NS
        is_overdue = now - self._checkpoint_ns > 4 * CHECKPOINT_EVERY_NS
        if not (is_last or is_overdue or (is_due and is_quiet)):
            return
        self._checkpoint_ns = now
        try:
            if self._sent is not None:
                store.centre_has(self._sent)
            store.checkpoint(self._clock.moment().wall)
        except Exception:
            log.exception("the checkpoint failed")

    def _note(self, store: Store) -> None:
        self.notices = store.notices
        self.generation = store.generation

    def _mono(self) -> Monotonic:
        return self._clock.moment().mono

    def _tell(self, callback: Callable[..., None], *args: Any) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody listens any more
            self._loop.call_soon_threadsafe(callback, *args)


def _all_done(savings: Sequence[Saving]) -> None:
    for saving in savings:
        saving.done()


def _grouped(works: Sequence[Work]) -> list[list[Work]]:
    """Decisions that follow each other are one transaction; everything else stands alone."""
    groups: list[list[Work]] = []
    for work in works:
        if groups and isinstance(work, Saving) and isinstance(groups[-1][-1], Saving):
            groups[-1].append(work)
        else:
            groups.append([work])
    return groups
