"""The uplink at a centre in memory that keeps what it is given: everything once, faults said, recording never held up."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from hmi.clock import SystemClock, new_id
from hmi.engine.inputs import CentreStands
from hmi.engine.recorder import Hears, Recorder
from hmi.engine.uplink import Pace, Uplink, Wires
from station_db.records.changes import Changes, Entry
from station_db.records.equipment import EngineRun
from station_db.store import Store
from station_db.sync.errors import CentreNewerError, CentreUnreachableError

CLOCK = SystemClock()
QUICK = Pace(fetch_s=0.05, first_s=0.01, longest_s=0.05, refused_s=0.02)


class MemoryCentre:
    """Both the centre and the open door to it."""

    def __init__(self) -> None:
        self.entries, self.trouble, self.closed, self.connects = [], None, 0, 0

    def connect(self) -> MemoryCentre:
        self.connects += 1
        if self.trouble is not None:
            raise self.trouble
        return self

    def watermarks(self):
        return {entry.epoch: entry.seq for entry in self.entries}

    def send(self, reader) -> int:
        if self.trouble is not None:
            raise self.trouble
        position = reader.position()
        new = reader.journal_after(position.epoch, self.watermarks().get(position.epoch, 0), 2)
        self.entries += new
        return len(new)

    def fetch(self, cursor):
        return ()

    def shut(self) -> None:
        self.closed += 1

    def close(self) -> None:
        self.closed += 1


class Stands:
    """What the core was told of the centre."""

    def __init__(self) -> None:
        self.told, self.changed, self.deaths = [], asyncio.Event(), []

    def put(self, told) -> None:
        if isinstance(told, CentreStands):
            self.told.append(told.sync)
            self.changed.set()

    async def until(self, claim):
        while not any(claim(sync) for sync in self.told[-1:]):
            self.changed.clear()
            await self.changed.wait()
        return self.told[-1]


@asynccontextmanager
async def linked(folder, centre):
    stands = Stands()

    def open_store() -> Store:
        return Store.open(folder, "ST-040", at=CLOCK.moment().wall, app_version="test", new_id=new_id)

    recorder = Recorder(open_store, CLOCK, Hears(lambda: uplink.wake(), lambda _: None, lambda _: None))
    uplink = Uplink(Wires(centre.connect, folder, recorder, stands.put, lambda _, error: stands.deaths.append(error), QUICK))
    await recorder.open()
    uplink.start()
    try:
        yield recorder, stands
    finally:
        await asyncio.to_thread(uplink.stop)
        await recorder.close()


def record(recorder: Recorder, how_many: int) -> None:
    for number in range(how_many):
        run = EngineRun(id=new_id(), version=str(number), started_at=CLOCK.moment().wall)
        recorder.save(Changes((Entry(run, "station"),)), lambda: None)


def is_synced(sync) -> bool:
    return sync.state == "synced" and sync.records_here == 0


def test_everything_recorded_arrives_once_and_in_order(tmp_path):
    async def run() -> None:
        centre = MemoryCentre()
        async with linked(tmp_path, centre) as (recorder, stands):
            await stands.until(is_synced)
            before = len(centre.entries)
            stands.told.clear()
            record(recorder, 5)
            await recorder.settle()
            while len(centre.entries) < before + 5:
                stands.told.clear()
                await stands.until(lambda _: True)
            assert [entry.seq for entry in centre.entries] == list(range(1, before + 6))

    asyncio.run(run())


@pytest.mark.expects_log("nobody answers")
def test_an_absent_centre_is_said_with_what_gathers_here_and_caught_up_by_itself(tmp_path):
    async def run() -> None:
        centre = MemoryCentre()
        centre.trouble = CentreUnreachableError("postgresql://centre", "nobody answers")
        async with linked(tmp_path, centre) as (recorder, stands):
            record(recorder, 3)
            offline = await stands.until(lambda sync: sync.state == "offline" and sync.records_here >= 3)
            assert offline.reason_code == "engine.centre_unreachable"
            assert offline.oldest_unsent_at is not None
            centre.trouble = None
            await stands.until(is_synced)
            assert centre.connects > 1

    asyncio.run(run())


@pytest.mark.expects_log("its schema is 0009")
def test_a_newer_centre_is_refused_with_the_reason_and_recording_goes_on(tmp_path):
    async def run() -> None:
        centre = MemoryCentre()
        centre.trouble = CentreNewerError("sqlite:///centre.db", "its schema is 0009")
        async with linked(tmp_path, centre) as (recorder, stands):
            refused = await stands.until(lambda sync: sync.state == "refused")
            assert refused.reason_args == ("its schema is 0009", CentreNewerError.remedy)
            record(recorder, 2)
            await recorder.settle()

    asyncio.run(run())


@pytest.mark.expects_log("the uplink died and will begin again", "the centre: a bug")
def test_an_uplink_that_dies_is_told_and_goes_on(tmp_path):
    async def run() -> None:
        centre = MemoryCentre()
        centre.trouble = RuntimeError("a bug")
        async with linked(tmp_path, centre) as (_, stands):
            while not stands.deaths:
                await asyncio.to_thread(lambda: None)
            centre.trouble = None
            await stands.until(is_synced)
            assert stands.deaths[-1] is None
            assert isinstance(stands.deaths[0], RuntimeError)

    asyncio.run(run())


@pytest.mark.expects_log("nobody answers")
def test_after_a_restart_without_the_centre_only_what_it_lacks_is_counted(tmp_path):
    async def run() -> None:
        centre = MemoryCentre()
        async with linked(tmp_path, centre) as (recorder, stands):
            record(recorder, 5)
            await recorder.settle()
            await stands.until(is_synced)
        there = len(centre.entries)
        centre.trouble = CentreUnreachableError("postgresql://centre", "nobody answers")
        async with linked(tmp_path, centre) as (_, stands):
            offline = await stands.until(lambda sync: sync.state == "offline")
            assert offline.records_here == 0
        assert there == len(centre.entries)

    asyncio.run(run())
