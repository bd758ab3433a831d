"""The uplink at a centre in memory that keeps what it is given: everything once, faults said, recording never held up."""

from __future__ import annotations

import asyncio
import errno
from dataclasses import replace

import pytest

from hmi.engine import uplink_ward
from hmi.engine.inputs import ClockMeasured, Faulty, Learned, Well
from hmi.engine.uplink_door import ClockOffset
from hmi.engine.uplink_messages import Pace
from hmi.engine.uplink_ward import SILENT_NS, STUCK_NS
from station_db.blocks import SignalsSent
from station_db.errors import CommitFailedError
from station_db.store import Store
from station_db.sync.errors import CentreNewerError, CentreUnreachableError
from tests.hmi.engine.uplink_bench import CLOCK, QUICK, MemoryCentre, is_synced, linked, starting

AWAY = CentreUnreachableError("postgresql://centre", "nobody answers")
IDLE = Pace(fetch_s=60.0, first_s=60.0, longest_s=60.0, refused_s=60.0)
"""Nothing happens by itself any more once all is exchanged."""


def balances(sync) -> bool:
    return sync.captured == sync.sent + sync.records_here + sync.set_aside


def test_everything_recorded_arrives_once_and_in_order(tmp_path):
    async def run() -> None:
        centre = MemoryCentre()
        async with linked(tmp_path, centre) as bench:
            await bench.until(is_synced)
            before = len(centre.entries)
            bench.record(5)
            await bench.recorder.settle()
            await bench.fact(lambda: len(centre.entries) == before + 5)
            assert [entry.seq for entry in centre.entries] == list(range(1, before + 6))

    asyncio.run(run())


@pytest.mark.expects_log("nobody answers")
def test_an_absent_centre_is_said_with_what_gathers_here_and_caught_up_by_itself(tmp_path):
    async def run() -> None:
        centre = MemoryCentre()
        centre.trouble = AWAY
        async with linked(tmp_path, centre) as bench:
            bench.record(3)
            offline = await bench.until(lambda sync: sync.state == "offline" and sync.records_here >= 3)
            assert offline.reason_code == "engine.centre_unreachable"
            assert offline.oldest_unsent_at is not None
            assert offline.centre == "postgresql://centre"
            centre.trouble = None
            await bench.until(is_synced)
            assert centre.connects > 1
            assert all(balances(sync) for sync in bench.told)

    asyncio.run(run())


@pytest.mark.expects_log("its schema is 0009")
def test_a_newer_centre_is_refused_with_the_reason_and_recording_goes_on(tmp_path):
    async def run() -> None:
        centre = MemoryCentre()
        centre.trouble = CentreNewerError("sqlite:///centre.db", "its schema is 0009")
        async with linked(tmp_path, centre) as bench:
            refused = await bench.until(lambda sync: sync.state == "refused")
            assert refused.reason_args == ("its schema is 0009", CentreNewerError.remedy)
            bench.record(2)
            await bench.recorder.settle()

    asyncio.run(run())


@pytest.mark.expects_log("the task uplink died")
def test_an_uplink_that_dies_is_told_started_again_and_goes_on(tmp_path):
    async def run() -> None:
        centre = MemoryCentre()
        centre.trouble = RuntimeError("a bug")
        async with linked(tmp_path, centre) as bench:
            await bench.fact(lambda: bench.deaths)
            centre.trouble = None
            await bench.until(is_synced)
            await bench.fact(lambda: bench.deaths[-1] is None)
            assert len(bench.children) > 1

    asyncio.run(run())


@pytest.mark.expects_log("nobody answers")
def test_after_a_restart_without_the_centre_only_what_it_lacks_is_counted(tmp_path):
    async def run() -> None:
        centre = MemoryCentre()
        async with linked(tmp_path, centre) as bench:
            bench.record(5)
            await bench.recorder.settle()
            await bench.until(is_synced)
        there = len(centre.entries)
        centre.trouble = AWAY
        async with linked(tmp_path, centre) as bench:
            offline = await bench.until(lambda sync: sync.state == "offline")
            assert (offline.records_here, offline.sent) == (0, there)
        assert there == len(centre.entries)

    asyncio.run(run())


@pytest.mark.expects_log("nobody answers")
def test_a_person_ends_the_longest_wait(tmp_path):
    async def run() -> None:
        centre = MemoryCentre()
        centre.trouble = AWAY
        async with linked(tmp_path, centre, IDLE) as bench:
            await bench.until(lambda sync: sync.state == "offline")
            centre.trouble = None
            bench.ward.try_now()
            await bench.until(is_synced)

    asyncio.run(run())


def test_a_person_has_what_was_set_aside_read_again(tmp_path):
    async def run() -> None:
        centre = MemoryCentre()
        centre.aside = (1, 2)
        async with linked(tmp_path, centre, IDLE) as bench:
            bench.record(4)
            shown = await bench.until(lambda sync: is_synced(sync) and sync.captured >= 4)
            assert (shown.set_aside, len(shown.items), balances(shown)) == (2, 2, True)
            bench.ward.try_now()
            shown = await bench.until(lambda sync: is_synced(sync) and sync.set_aside == 0)
            assert (centre.retried, shown.items, balances(shown)) == (2, (), True)

    asyncio.run(run())


def test_what_is_set_aside_is_exported_as_it_is_and_an_export_that_failed_is_told_until_one_succeeds(tmp_path):
    async def run() -> None:
        centre = MemoryCentre()
        centre.aside, centre.full_disk = (3, 5), OSError(errno.ENOSPC, "no room")
        async with linked(tmp_path, centre, IDLE) as bench:
            await bench.until(lambda sync: sync.state == "synced" and sync.items)
            bench.ward.export_aside()
            await bench.fact(lambda: told_of(bench, Faulty, "engine.export_failed"))
            assert "no room" in told_of(bench, Faulty, "engine.export_failed")[0].alarm.args[0]
            centre.full_disk = None
            bench.ward.export_aside()
            await bench.fact(lambda: told_of(bench, Well, "engine.export_failed"))
            ((path, aside),) = centre.exports
            assert (path.parent, path.suffix, aside) == (tmp_path / "exports", ".jsonl", (3, 5))
            assert centre.retried == 0

    asyncio.run(run())


@pytest.mark.expects_log("no table for it")
def test_an_export_that_the_centre_breaks_off_is_told_too(tmp_path):
    async def run() -> None:
        centre = MemoryCentre()
        centre.full_disk = CentreUnreachableError("postgresql://centre", "no table for it")
        async with linked(tmp_path, centre, QUICK) as bench:
            await bench.until(is_synced)
            bench.ward.export_aside()
            await bench.fact(lambda: told_of(bench, Faulty, "engine.export_failed"))
            await bench.until(is_synced)
            assert centre.exports == []

    asyncio.run(run())


@pytest.mark.expects_log("what the centre sent was not applied", "no room")
def test_what_our_disk_refused_is_fetched_again_until_it_is_there_and_the_core_learns_it(tmp_path, monkeypatch):
    refusals = [CommitFailedError("no room")] * 3

    def apply_feed(_store, _entries, _at):
        if refusals:
            raise refusals.pop()
        return ("news",)

    monkeypatch.setattr(Store, "apply_feed", apply_feed)

    async def run() -> None:
        centre = MemoryCentre()
        async with linked(tmp_path, centre) as bench:
            await bench.fact(lambda: not refusals)
            assert "synced" not in {sync.state for sync in bench.told}
            await bench.until(is_synced)
            assert Learned(("news",)) in bench.inputs
            assert centre.fetches > 3

    asyncio.run(run())


def told_of(bench, kind, code):
    return [told for told in bench.inputs if isinstance(told, kind) and code in (getattr(told, "code", ""), *alarm_of(told))]


def alarm_of(told):
    return (told.alarm.code,) if isinstance(told, Faulty) else ()


def test_a_new_record_goes_before_signals_that_wait(tmp_path):
    async def run() -> None:
        centre = MemoryCentre()
        async with linked(tmp_path, centre, IDLE) as bench:
            await bench.until(is_synced)
            centre.gate.clear()
            centre.order.clear()
            centre.signals = ["signal"] * 3
            bench.record(3)
            await bench.recorder.settle()
            centre.gate.set()
            await bench.fact(lambda: centre.order.count("signal") == 3)
            assert centre.order == ["record"] * 3 + ["signal"] * 3
            await bench.fact(lambda: bench.recorder._sent == SignalsSent(block=3))  # what it has may go first for room

    asyncio.run(run())


def test_the_centres_clock_is_read_with_each_fetch(tmp_path):
    async def run() -> None:
        centre = MemoryCentre()
        centre.offset = ClockOffset(3_000_000, 500)
        async with linked(tmp_path, centre, QUICK) as bench:
            await bench.fact(lambda: ClockMeasured(3_000_000, 500) in bench.inputs)

    asyncio.run(run())


class SteppedClock:
    """The real clocks, and what the test adds to the monotonic one."""

    def __init__(self) -> None:
        self.ahead_ns = self.looks = 0

    def moment(self):
        self.looks += 1
        now = CLOCK.moment()
        return replace(now, mono=now.mono + self.ahead_ns)


def test_an_uplink_that_stands_still_is_shown_as_offline_with_what_is_here(tmp_path):
    async def run() -> None:
        centre, clock = MemoryCentre(), SteppedClock()
        async with linked(tmp_path, centre, IDLE, clock) as bench:
            await bench.until(is_synced)
            bench.children[0].stands_still()
            bench.record(2)
            await bench.recorder.settle()
            clock.ahead_ns = SILENT_NS + 1_000_000_000
            shown = await bench.until(lambda sync: sync.state == "offline")
            assert (shown.reason_code, balances(shown)) == ("engine.uplink_silent", True)
            bench.children[0].goes_on()

    asyncio.run(run())


@pytest.mark.expects_log("has not answered for", "the task uplink died")
def test_an_uplink_that_stays_still_is_ended_and_started_again(tmp_path):
    async def run() -> None:
        centre, clock = MemoryCentre(), SteppedClock()
        async with linked(tmp_path, centre, IDLE, clock) as bench:
            await bench.until(is_synced)
            bench.children[0].stands_still()
            clock.ahead_ns = STUCK_NS + 1_000_000_000
            await bench.until(is_synced)
            assert len(bench.children) == 2

    asyncio.run(run())


def test_an_uplink_that_is_started_after_a_long_silence_gets_its_time_to_speak(tmp_path, monkeypatch):
    monkeypatch.setattr(uplink_ward, "PING_S", 0.002)

    async def run() -> None:
        clock, started = SteppedClock(), []
        start = starting(MemoryCentre(), started)

        async def late_and_slow():
            clock.ahead_ns += STUCK_NS + 1_000_000_000
            child = await start()
            child.stands_still()
            return child

        async with linked(tmp_path, MemoryCentre(), IDLE, clock, late_and_slow) as bench:
            while not started or clock.looks < 40:  # noqa: ASYNC110  # nothing tells of a look
                await asyncio.sleep(0.002)
            started[0].goes_on()
            await bench.until(is_synced)
            assert len(started) == 1

    asyncio.run(run())


def test_the_last_record_goes_up_when_the_engine_ends(tmp_path):
    async def run() -> None:
        centre = MemoryCentre()
        async with linked(tmp_path, centre, IDLE) as bench:
            await bench.until(is_synced)
            before = len(centre.entries)
            bench.record(1)
            await bench.recorder.settle()
            await bench.ward.stop()
            assert len(centre.entries) == before + 1
            assert centre.closed == 1

    asyncio.run(run())
