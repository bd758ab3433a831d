"""A slow or failing disk under a whole engine: batches instead of backlog, gaps that can be seen, every part counted once."""

from __future__ import annotations

import asyncio
import threading

import pytest

from hmi.channel.facts import Pulse
from hmi.engine import backlog
from hmi.station.topics import AlarmsTopic, CountsTopic, CycleTopic, MachinesTopic
from station_db import queries
from station_db.errors import CommitFailedError
from station_db.queries import Span
from station_db.reader import Reader
from station_db.records.base import Instant
from station_db.records.production import Cycle
from station_db.store import Store
from tests import invariants

EVER = Span(Instant(0), Instant(2**62))


class Disk:
    """The real store below; a commit waits until it is let go, and fails as often as it is told to."""

    def __init__(self) -> None:
        self.gate, self.reached = threading.Event(), threading.Event()
        self.gate.set()
        self.failures, self.batches = 0, []

    def write(self, batch) -> None:
        self.reached.set()
        self.gate.wait(4)
        cycles = sum(isinstance(entry.record, Cycle) for changes in batch for entry in changes.entries)
        if cycles and self.failures:
            self.failures -= 1
            raise CommitFailedError("the disk is full")
        self.batches.append(cycles)


@pytest.fixture
def disk(monkeypatch):
    commit, disk = Store.commit, Disk()

    def through(self, batch, at):
        disk.write(batch)
        return commit(self, batch, at)

    monkeypatch.setattr(Store, "commit", through)
    yield disk
    disk.gate.set()


def counted(folder) -> int:
    (press,) = Reader(folder).ask(queries.counts, EVER)
    return press.cycles


def is_up(topic) -> bool:
    return topic.machines[0].link_up


def is_pulse(message) -> bool:
    return isinstance(message, Pulse)


def fails(topic) -> bool:
    return "engine.record_failed" in [alarm.code for alarm in topic.alarms]


def test_a_disk_that_stands_makes_one_batch_of_all_that_waited_and_a_gap_in_the_signals_that_can_be_seen(
    tmp_path, station, disk, monkeypatch
):
    monkeypatch.setattr(backlog, "THIN_BEHIND_NS", 200_000_000)

    async def run() -> None:
        async with station(tmp_path) as (engine, press, screen):
            await screen.topic(MachinesTopic, is_up)
            disk.gate.clear()
            disk.reached.clear()
            press.make_part()
            await asyncio.to_thread(disk.reached.wait, 4)
            disk.batches.clear()
            for _ in range(4):
                press.make_part()
                await screen.until(is_pulse)
            assert engine.hub.topics[CycleTopic].number == 0
            disk.gate.set()
            await screen.topic(CycleTopic, lambda topic: topic.number == 5)
            assert max(disk.batches) >= 3
            for _ in range(3):
                await screen.until(is_pulse)

    asyncio.run(run())
    frames = Reader(tmp_path).frames_after(0, 10_000)
    missing = frames[-1].number - frames[0].number + 1 - len(frames)
    assert missing > 0
    assert missing == sum(frame.skipped for frame in frames)
    assert counted(tmp_path) == 5
    invariants.store_is_sound(tmp_path)


@pytest.mark.expects_log("decisions was not written")
def test_a_disk_that_fails_again_and_again_loses_no_part_and_counts_none_twice(tmp_path, station, disk):
    async def run() -> None:
        async with station(tmp_path) as (_, press, screen):
            await screen.topic(MachinesTopic, is_up)
            for made in range(1, 7):
                disk.failures = made % 3
                press.make_part()
                await screen.topic(CountsTopic, lambda topic: topic.cycles + topic.unexplained == made)  # noqa: B023 - at once
                await screen.topic(AlarmsTopic, lambda topic: not fails(topic))

    asyncio.run(run())
    assert (counted(tmp_path), Reader(tmp_path).resume().count_gaps) == (6, ())
    invariants.store_is_sound(tmp_path)
