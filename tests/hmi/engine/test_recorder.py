"""The writer thread: order, one transaction for all that waits, and what happens when the disk will not."""

from __future__ import annotations

import asyncio
import threading

import pytest

from hmi.clock import SystemClock, new_id
from hmi.engine import recorder
from hmi.engine.backlog import Backlog, Saving
from hmi.engine.recorder import Hears, NotSavedError, Recorder
from station_db.errors import CommitFailedError, StoreLockedError
from station_db.queries import Span
from station_db.reader import Reader
from station_db.records.changes import Changes, Entry
from station_db.records.equipment import EngineRun
from station_db.signal_queries import Why
from station_db.signals import Frame, Layout
from station_db.store import Store

CLOCK = SystemClock()


def run_record(version: str) -> Changes:
    return Changes((Entry(EngineRun(id=new_id(), version=version, started_at=CLOCK.moment().wall), "station"),))


class GatedStore:
    """The real store; commits wait until the test lets them, and can be made to fail."""

    def __init__(self, folder) -> None:
        self._folder = folder
        self._store = Store.open(folder, "ST-040", at=CLOCK.moment().wall, app_version="test", new_id=new_id)
        self.gate, self.reached = threading.Event(), threading.Event()
        self.gate.set()
        self.checkpointed = threading.Event()
        self.batches, self.is_full = [], False
        self.rolled, self.appended = threading.Event(), threading.Event()

    def commit(self, batch, at):
        self.reached.set()
        self.gate.wait(4)
        self.batches.append([changes.entries[0].record.version for changes in batch])
        if self.is_full:
            raise CommitFailedError("disk full")
        return self._store.commit(batch, at)

    def checkpoint(self, at):
        self._store.checkpoint(at)
        self.checkpointed.set()

    def roll_up(self, mono_ns):
        has_more = self._store.roll_up(mono_ns)
        if Reader(self._folder).blocks_after(0, 1):
            self.rolled.set()
        return has_more

    def append_frames(self, frames):
        try:
            self._store.append_frames(frames)
        finally:
            if frames:
                self.appended.set()

    def __getattr__(self, name):
        return getattr(self._store, name)


class Written:
    """A recorder on a gated store, with all it told."""

    def __init__(self, folder) -> None:
        self.failed, self.frames, self.done = [], [], []
        self.has_failed = asyncio.Event()
        self._folder = folder

    async def __aenter__(self) -> Written:
        hears = Hears(lambda: None, self._hear_failure, self.frames.append)
        self.recorder = Recorder(self._open, CLOCK, hears)
        await self.recorder.open()
        return self

    async def __aexit__(self, *error: object) -> None:
        self.store.gate.set()
        await self.recorder.close()

    def save(self, version: str) -> None:
        self.recorder.save(run_record(version), lambda: self.done.append(version))

    def _hear_failure(self, reason: str) -> None:
        self.failed.append(reason)
        self.has_failed.set()

    def _open(self):
        self.store = GatedStore(self._folder)
        return self.store


def test_all_that_waits_is_one_transaction_in_order_and_done_only_after_it(tmp_path):
    async def run() -> None:
        async with Written(tmp_path) as written:
            written.store.gate.clear()
            written.save("1")
            await asyncio.to_thread(written.store.reached.wait, 4)
            for version in ("2", "3", "4"):
                written.save(version)
            assert written.done == []
            written.store.gate.set()
            await written.recorder.settle()
            await asyncio.sleep(0)
            assert written.done == ["1", "2", "3", "4"]
            assert [version for batch in written.store.batches for version in batch] == ["1", "2", "3", "4"]
            assert written.store.batches == [["1"], ["2", "3", "4"]]

    asyncio.run(run())


def test_who_waits_between_two_decisions_parts_them_and_both_are_written(tmp_path):
    async def run() -> None:
        async with Written(tmp_path) as written:
            written.store.gate.clear()
            written.save("1")
            await asyncio.to_thread(written.store.reached.wait, 4)
            async with asyncio.TaskGroup() as waiting:
                written.save("2")
                waiting.create_task(written.recorder.settle())
                await asyncio.sleep(0)
                written.save("3")
                written.store.gate.set()
            await written.recorder.settle()
            await asyncio.sleep(0)
            assert written.store.batches == [["1"], ["2"], ["3"]]
            assert written.done == ["1", "2", "3"]

    asyncio.run(run())


def test_a_quiet_writer_brings_the_log_into_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder, "CHECKPOINT_EVERY_NS", 0)
    monkeypatch.setattr(recorder, "QUIET_NS", 0)

    async def run() -> None:
        async with Written(tmp_path) as written:
            written.save("1")
            assert await asyncio.to_thread(written.store.checkpointed.wait, 4)
            written.store.checkpointed.clear()
        assert written.store.checkpointed.is_set()

    asyncio.run(run())


@pytest.mark.expects_log("a batch of 1 decisions was not written")
def test_nothing_proves_the_record_from_a_failed_commit_until_one_succeeds(tmp_path):
    async def run() -> None:
        async with Written(tmp_path) as written:
            written.store.is_full = True
            written.save("lost")
            await written.has_failed.wait()
            proved = written.recorder.proved_ns
            for _ in range(3):
                await written.recorder.settle()
                written.recorder.save(Changes(), lambda: None)
            await written.recorder.settle()
            assert written.recorder.proved_ns == proved
            written.store.is_full = False
            written.save("well")
            for _ in range(2):  # the second round begins behind the proof of the first
                await written.recorder.settle()
            assert written.recorder.proved_ns > proved

    asyncio.run(run())


@pytest.mark.expects_log("a batch of 1 decisions was not written")
def test_after_a_failed_commit_nothing_is_written_until_it_is_settled(tmp_path):
    async def run() -> None:
        async with Written(tmp_path) as written:
            written.store.is_full = True
            written.save("lost")
            await written.has_failed.wait()
            written.store.is_full = False
            written.save("based on what was lost")
            with pytest.raises(NotSavedError):
                await asyncio.wrap_future(written.recorder.apply(()))
            await written.recorder.settle()
            written.save("new")
            await written.recorder.settle()
            await asyncio.sleep(0)
            assert written.failed == ["disk full"]
            assert written.done == ["new"]
            assert written.store.batches == [["lost"], ["new"]]

    asyncio.run(run())


def test_a_store_that_another_engine_holds_is_refused(tmp_path):
    async def run() -> None:
        async with Written(tmp_path):
            other = Written(tmp_path)
            with pytest.raises(StoreLockedError):
                await other.__aenter__()

    asyncio.run(run())


def test_frames_are_kept_with_their_numbers(tmp_path):
    layout = Layout("PRESS", ("force",), ("float64",))

    async def run() -> None:
        async with Written(tmp_path) as written:
            for number in (1, 2, 3):
                written.recorder.keep_frame(Frame(number, layout, CLOCK.moment().wall, 5, (0.5,)))
            written.save("1")
            await written.recorder.settle()
        async with Written(tmp_path) as written:
            assert written.store.last_frame_number() == 3

    asyncio.run(run())


def test_a_writer_two_seconds_behind_thins_frames_into_a_visible_gap_and_keeps_every_record():
    now = [0]
    backlog = Backlog(lambda: now[0])
    layout = Layout("PRESS", ("force",), ("float64",))
    backlog.put(Saving(Changes(), lambda: None))
    now[0] = 2_500_000_000
    for number in range(1, 41):
        backlog.put_frame(Frame(number, layout, 0, 0, (1.0,)))
        backlog.put(Saving(Changes(), lambda: None))
    taken = backlog.take(0)
    assert [(frame.number, frame.skipped) for frame in taken.frames] == [(10, 9), (20, 9), (30, 9), (40, 9)]
    assert len(taken.works) == 41
    assert backlog.behind_ns == 2_500_000_000
    backlog.close()
    assert backlog.take(0) is None
    assert backlog.behind_ns == 0


def test_frames_of_an_hour_become_blocks_while_the_writer_is_idle(tmp_path):
    layout = Layout("PRESS", ("force",), ("float64",))

    async def run() -> None:
        async with Written(tmp_path) as written:
            rolled = written.store.rolled
            now = CLOCK.moment()
            for number in range(1, 51):
                at, mono = now.wall - (7200 - number) * 1_000_000, now.mono - (7200 - number) * 1_000_000_000
                written.recorder.keep_frame(Frame(number, layout, at, mono, (number / 2,)))
            assert await asyncio.to_thread(rolled.wait, 4)
        reader = Reader(tmp_path)
        assert reader.frames_after(0, 1) == ()
        (stretch,) = reader.samples("PRESS", ("force",), Span(0, 2**62)).stretches
        assert stretch.values.tolist() == [number / 2 for number in range(1, 51)]

    asyncio.run(run())


@pytest.mark.expects_log("1 frames and 0 waveforms are lost")
def test_a_frame_the_disk_refused_is_a_gap_that_is_told(tmp_path):
    layout = Layout("PRESS", ("force",), ("float64",))

    async def run() -> None:
        async with Written(tmp_path) as written:
            for number in (1, 1, 2):
                written.recorder.keep_frame(Frame(number, layout, CLOCK.moment().wall, CLOCK.moment().mono, (1.0,)))
                await asyncio.to_thread(written.store.appended.wait, 4)
                written.store.appended.clear()
        samples = Reader(tmp_path).samples("PRESS", ("force",), Span(0, 2**62))
        assert samples.stretches[0].skipped.tolist() == [0, 1]
        assert [(gap.why, gap.count) for gap in samples.missing] == [(Why.SKIPPED, 1)]

    asyncio.run(run())
