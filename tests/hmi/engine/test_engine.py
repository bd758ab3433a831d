"""A whole engine: what the machine makes is recorded, told and kept over a restart; nothing is told before it is committed."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import closing

import pytest

from drivers.reading import LinkDown
from hmi.channel.facts import LiveCurve, LiveValues, Pulse
from hmi.engine import recorder
from hmi.station import station as core
from hmi.station.commands import Answer, SignIn, SignOut
from hmi.station.topics import AlarmsTopic, CycleTopic, MachinesTopic, StationTopic
from station_db.errors import CommitFailedError
from station_db.reader import Reader
from station_db.store import Store
from tests.invariants import store_is_sound


def link_is_up(topic: MachinesTopic) -> bool:
    return topic.machines[0].link_up


def has_alarm(code: str):
    return lambda topic: code in [alarm.code for alarm in topic.alarms]


def lacks_alarm(code: str):
    return lambda topic: code not in [alarm.code for alarm in topic.alarms]


def test_a_cycle_is_counted_drawn_and_recorded_with_its_curve(tmp_path, station):
    async def run() -> None:
        async with station(tmp_path) as (_, press, screen):
            await screen.topic(MachinesTopic, link_is_up)
            press.make_part()
            made = await screen.topic(CycleTopic, lambda topic: topic.number == 1)
            assert made.verdict == "good"
            curve = Reader(tmp_path).curve(made.curve_digest)
            assert (curve.count, curve.names) == (10, ("position", "force"))
            live = [message for message in screen.heard if isinstance(message, LiveCurve)]
            assert [(block.cycle, block.count) for block in live] == [(1, 10)]
            assert any(isinstance(message, LiveValues) for message in screen.heard)
            assert screen.numbers == sorted(set(screen.numbers))

    asyncio.run(run())


def test_a_part_made_while_the_engine_was_down_is_counted_once(tmp_path, station):
    async def run() -> None:
        async with station(tmp_path) as (_, press, screen):
            await screen.topic(MachinesTopic, link_is_up)
            press.make_part()
            await screen.topic(CycleTopic, lambda topic: topic.number == 1)
            registers = dict(press.registers)
        async with station(tmp_path) as (_, press, screen):
            press.registers |= registers
            press.make_part(good=False)
            await screen.topic(CycleTopic, lambda topic: topic.number == 2)
        resume = Reader(tmp_path).resume()
        assert sorted((cycle.number, cycle.verdict) for cycle in resume.cycles) == [(1, "good"), (2, "bad")]
        assert resume.last_run.ended_at is not None

    asyncio.run(run())


def test_the_pulse_says_how_old_each_source_is_and_a_silent_machine_grows_old(tmp_path, station):
    async def run() -> None:
        async with station(tmp_path) as (_, press, screen):
            await screen.topic(MachinesTopic, link_is_up)
            living = await screen.until(lambda message: isinstance(message, Pulse) and message.sources[0].groups)
            assert living.mono_ns - living.sources[0].heard_ns < 1_000_000_000
            press.fall_silent()
            await screen.until(
                lambda message: isinstance(message, Pulse) and message.mono_ns - message.sources[0].heard_ns > 1_500_000_000
            )
            await screen.topic(AlarmsTopic, has_alarm("machine_silent"))

    asyncio.run(run())


def test_a_lost_link_is_told_with_its_reason(tmp_path, station):
    async def run() -> None:
        async with station(tmp_path) as (_, press, screen):
            await screen.topic(MachinesTopic, link_is_up)
            press.fall_silent()
            press.say(LinkDown("PRESS", "refused", "nobody listens there", 1, 1))
            down = await screen.topic(MachinesTopic, lambda topic: not topic.machines[0].link_up)
            assert down.machines[0].link_reason == "nobody listens there"

    asyncio.run(run())


def test_a_command_given_twice_is_answered_once_each_and_its_outcome_can_be_asked(tmp_path, station):
    async def run() -> None:
        async with station(tmp_path) as (engine, _, screen):
            first = await screen.ask("c-1", SignIn(badge="unknown"))
            again = await screen.ask("c-1", SignIn(badge="unknown"))
            assert first == again == Answer("c-1", done=False, code="badge_unknown", args=first.args)
            answers = []
            engine._runner.outcome("c-1", answers.append)
            engine._runner.outcome("c-9", answers.append)
            assert answers == [first, Answer("c-9", done=False, known=False)]

    asyncio.run(run())


@pytest.mark.expects_log("the task machine PRESS died")
def test_a_long_task_that_dies_is_started_again_and_told(tmp_path, station, bench_press):
    async def run() -> None:
        press = bench_press()
        press.dies_once = RuntimeError("the driver broke")
        async with station(tmp_path, press) as (_, _press, screen):
            await screen.topic(AlarmsTopic, has_alarm("engine.process_died"))
            await screen.topic(MachinesTopic, link_is_up)

    asyncio.run(run())


@pytest.mark.expects_log("the task core died")
def test_a_core_that_dies_of_an_input_begins_again_from_the_record(tmp_path, station, monkeypatch):
    hear, is_poisoned = core.hear, [False]

    def poisoned(station, event, curves, now):
        if is_poisoned[0]:
            is_poisoned[0] = False
            raise ZeroDivisionError("a bug")
        return hear(station, event, curves, now)

    monkeypatch.setattr(core, "hear", poisoned)

    async def run() -> None:
        async with station(tmp_path) as (_, press, screen):
            await screen.topic(MachinesTopic, link_is_up)
            is_poisoned[0] = True
            press.make_part()
            await screen.topic(AlarmsTopic, has_alarm("engine.process_died"))
            await screen.topic(CycleTopic, lambda topic: topic.number == 1 and topic.curve_digest)
            assert (await screen.ask("c-1", SignOut())).known

    asyncio.run(run())


@pytest.mark.expects_log("a batch of 1 decisions was not written")
def test_a_failed_commit_drops_the_core_and_begins_again_from_the_record(tmp_path, station, monkeypatch):
    disk_is_full, commit = [False], Store.commit

    def maybe(self, batch, at):
        if disk_is_full[0]:
            raise CommitFailedError("disk full")
        return commit(self, batch, at)

    monkeypatch.setattr(Store, "commit", maybe)

    async def run() -> None:
        async with station(tmp_path) as (_, press, screen):
            await screen.topic(MachinesTopic, link_is_up)
            disk_is_full[0] = True
            press.make_part()
            await screen.topic(AlarmsTopic, has_alarm("engine.record_failed"))
            refused = await screen.ask("c-1", SignOut())
            assert not refused.done
            assert screen.topics[CycleTopic].number == 0
            disk_is_full[0] = False
            await screen.topic(CycleTopic, lambda topic: topic.number == 1 and topic.curve_digest)
            await screen.topic(AlarmsTopic, lacks_alarm("engine.record_failed"))
        assert [cycle.number for cycle in Reader(tmp_path).resume().cycles] == [1]

    asyncio.run(run())


def test_nothing_is_told_before_it_is_committed_and_a_writer_far_behind_refuses_entries(tmp_path, station, monkeypatch):
    gate, reached, commit = threading.Event(), threading.Event(), Store.commit
    gate.set()

    def slow(self, batch, at):
        reached.set()
        gate.wait(4)
        return commit(self, batch, at)

    monkeypatch.setattr(Store, "commit", slow)
    monkeypatch.setattr(recorder, "REFUSE_BEHIND_NS", 300_000_000)

    async def run() -> None:
        async with station(tmp_path) as (engine, press, screen):
            await screen.topic(MachinesTopic, link_is_up)
            gate.clear()
            reached.clear()
            press.make_part()
            await asyncio.to_thread(reached.wait, 4)
            await screen.topic(AlarmsTopic, has_alarm("engine.record_behind"))
            assert (await screen.ask("c-1", SignOut())).code == "engine.record_behind"
            assert engine.hub.topics[CycleTopic].number == 0
            gate.set()
            await screen.topic(CycleTopic, lambda topic: topic.number == 1)
            await screen.topic(AlarmsTopic, lacks_alarm("engine.record_behind"))

    asyncio.run(run())


def test_the_station_is_told_before_any_machine_speaks(tmp_path, station, bench_press):
    async def run() -> None:
        press = bench_press()
        async with station(tmp_path, press) as (_, _press, screen):
            topic = await screen.topic(StationTopic, lambda topic: True)
            assert (topic.id, topic.has_centre) == ("ST-040", False)

    asyncio.run(run())


@pytest.mark.parametrize("damage", ["UPDATE cycle SET verdict = 'nonsense'", "UPDATE epoch SET epoch_no = 'x'"])
def test_an_engine_whose_record_is_damaged_makes_it_again_says_so_and_records(tmp_path, station, damage):
    async def run() -> None:
        async with station(tmp_path) as (_, press, screen):
            await screen.topic(MachinesTopic, link_is_up)
            press.make_part()
            await screen.topic(CycleTopic, lambda topic: topic.number == 1)
        with closing(sqlite3.connect(tmp_path / "record.db")) as record, record:
            record.execute(damage)
        async with station(tmp_path) as (_, press, screen):
            await screen.topic(AlarmsTopic, has_alarm("store.salvaged"))
            await screen.topic(MachinesTopic, link_is_up)
        assert [cycle.verdict for cycle in Reader(tmp_path).resume().cycles] == ["good"]
        store_is_sound(tmp_path)

    asyncio.run(run())
