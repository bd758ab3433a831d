"""What a link tells besides values, through a whole engine: gaps once, parts once, the past only as signals, alarms answered."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing

import pytest

from drivers.driver import WriteRefusedError, WriteUnknownError
from drivers.reading import Batch, Condition, Heard, LinkDown, LinkUp, Lost, Refreshed, Remark, Waveform
from hmi.channel.facts import LiveValues, Pulse
from hmi.clock import SystemClock
from hmi.engine.acquisition import Door, Outlets
from hmi.engine.inputs import Learned
from hmi.engine.sources import Source
from hmi.engine.waveforms import RawKeeper
from hmi.station.commands import AcknowledgeAlarm, SignIn
from hmi.station.topics import AlarmsTopic, CountsTopic, CycleTopic, MachinesTopic, Wants
from station_db.reader import Reader
from station_db.records.people import Person, PersonRole

MARIA = Person(id="mk", name="Maria", initials="MK", badge="1", role=PersonRole.OPERATOR)
GUARD = "nsu=urn:cell;s=Guard"


def stamp() -> tuple[int, int]:
    return time.time_ns() // 1000, time.monotonic_ns()


def condition(name: str = GUARD, **more) -> Condition:
    told = {"is_active": True, "is_acknowledged": False, "is_confirmed": True, "is_retained": True, "came_at": stamp()[0]}
    at, heard_ns = stamp()
    said = {"source": "Cell", "text": "guard open", "severity": 700, "branch": "event-1", **told, **more}
    return Condition(device="PRESS", id=name, at=at, heard_ns=heard_ns, **said)


@pytest.fixture
def keeper(bench_press):
    """A press that keeps its own alarms."""

    class Keeper(bench_press):
        def __init__(self) -> None:
            super().__init__()
            self.seen: list[tuple[str, str, str]] = []
            self.answer_error: Exception | None = None

        async def acknowledge(self, condition: str, branch: str, comment: str) -> None:
            self.seen.append((condition, branch, comment))
            if self.answer_error is not None:
                raise self.answer_error

        async def confirm(self, condition: str, branch: str, comment: str) -> None:
            self.seen.append((condition, branch, comment))

    return Keeper


def gaps_of(folder) -> list[tuple[str, bool]]:
    with closing(sqlite3.connect(folder / "record.db")) as record:
        rows = record.execute("SELECT code, to_at IS NOT NULL FROM link_gap ORDER BY from_at").fetchall()
    return [(code, bool(ended)) for code, ended in rows]


def link(is_up: bool):
    return lambda topic: topic.machines[0].link_up is is_up


async def sign_in(engine, screen) -> None:
    engine._runner.put(Learned([MARIA]))
    assert (await screen.ask("c-in", SignIn(badge=MARIA.badge))).done


@pytest.mark.parametrize("way", ["silent", "frozen", "down"])
def test_each_way_to_be_lost_is_one_gap_and_no_part_is_counted_twice(tmp_path, station, way):
    async def run() -> None:
        async with station(tmp_path) as (_, press, screen):
            await screen.topic(MachinesTopic, link(is_up=True))
            press.make_part()
            await screen.topic(CycleTopic, lambda topic: topic.number == 1)
            press.fall_silent()
            if way == "down":
                press.say(LinkDown("PRESS", "silent", "no answer", *stamp()))
            if way == "frozen":
                for _ in range(8):
                    press.say(Heard("PRESS", *stamp()))
                    await screen.until(lambda message: isinstance(message, Pulse))
            await screen.topic(MachinesTopic, link(is_up=False))
            press.say(LinkUp("PRESS", *stamp()))
            press.scan()
            press.scan()
            await screen.topic(MachinesTopic, link(is_up=True))
            press.make_part(good=False)
            await screen.topic(CycleTopic, lambda topic: topic.number == 2)
            assert (await screen.topic(CountsTopic, lambda topic: topic.cycles == 2)).unexplained == 0
        assert [cycle.number for cycle in Reader(tmp_path).resume().cycles] == [1, 2]
        assert [ended for _, ended in gaps_of(tmp_path)] == [True]

    asyncio.run(run())


def test_lost_values_are_one_gap_and_the_link_stays(tmp_path, station):
    async def run() -> None:
        async with station(tmp_path) as (_, press, screen):
            await screen.topic(MachinesTopic, link(is_up=True))
            at, heard_ns = stamp()
            press.say(Lost("PRESS", "normal", "a queue ran over", at - 300_000, at, heard_ns, 12))
            press.say(Remark("PRESS", "values_lost", "a queue ran over", at, heard_ns))
            told = await screen.topic(MachinesTopic, lambda topic: topic.machines[0].remarks)
            assert [remark.code for remark in told.machines[0].remarks] == ["values_lost"]
            assert told.machines[0].link_up
        assert gaps_of(tmp_path) == [("values_lost", True)]

    asyncio.run(run())


def test_what_a_machine_tells_of_the_past_becomes_frames_and_nothing_else(tmp_path, station):
    async def run() -> None:
        async with station(tmp_path) as (_, press, screen):
            await screen.topic(MachinesTopic, link(is_up=True))
            at, heard_ns = stamp()
            then = at - 60_000_000
            press.say(Batch("PRESS", "normal", ("force", "cycle"), (77.5, 9), then, heard_ns, is_past=True))
            press.make_part()
            await screen.topic(CycleTopic, lambda topic: topic.number == 1)
            live = [message for message in screen.heard if isinstance(message, LiveValues)]
            assert not any(77.5 in message.values for message in live)
        frames = Reader(tmp_path).frames_after(0, 10_000)
        (past,) = [frame for frame in frames if frame.at == then]
        assert past.values[past.layout.tags.index("force")] == 77.5
        assert [cycle.number for cycle in Reader(tmp_path).resume().cycles] == [1]

    asyncio.run(run())


@pytest.mark.expects_log("a channel 'vibration' that station.toml does not know")
def test_a_high_rate_stretch_goes_to_its_own_outlet_or_is_said(press_machine):
    waveforms, core = [], []
    outlets = Outlets(core.append, lambda _: None, lambda _: None, waveforms.append)
    stretch = Waveform("PRESS", "vibration", "g", 25_600.0, 0, b"", 0, 1, 1)
    Door(press_machine, outlets, iter(range(1, 9))).take(stretch)
    assert (waveforms, core) == ([stretch], [])
    RawKeeper([press_machine], waveforms.append, SystemClock()).hear(stretch)
    assert waveforms == [stretch]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (None, ""),
        (WriteRefusedError("PRESS", "not now"), "alarm_not_told"),
        (WriteUnknownError("PRESS", "no answer"), "alarm_perhaps_told"),
    ],
)
def test_a_machine_hears_once_who_saw_its_alarm(tmp_path, station, keeper, error, told):
    async def run() -> None:
        async with station(tmp_path, keeper()) as (engine, press, screen):
            press.answer_error = error
            await screen.topic(MachinesTopic, link(is_up=True))
            press.say(condition())
            await screen.topic(AlarmsTopic, lambda topic: topic.alarms)
            await sign_in(engine, screen)
            assert (await screen.ask("c-ack", AcknowledgeAlarm("PRESS", f"@{GUARD}"))).done
            answered = await screen.topic(AlarmsTopic, lambda topic: topic.alarms[0].told_code == told)
            assert answered.alarms[0].acknowledged_by == MARIA.id
            assert (answered.alarms[0].wants is Wants.ACKNOWLEDGE) == bool(error)
            assert press.seen == [(GUARD, "event-1", "Maria, Press fit")]
        (event,) = Reader(tmp_path).resume().alarms
        assert event.acknowledged_by == MARIA.id

    asyncio.run(run())


def test_a_driver_that_keeps_no_alarms_can_not_be_told(tmp_path, station):
    async def run() -> None:
        async with station(tmp_path) as (engine, press, screen):
            await screen.topic(MachinesTopic, link(is_up=True))
            press.say(condition())
            await screen.topic(AlarmsTopic, lambda topic: topic.alarms)
            await sign_in(engine, screen)
            assert (await screen.ask("c-ack", AcknowledgeAlarm("PRESS", f"@{GUARD}"))).done
            await screen.topic(AlarmsTopic, lambda topic: topic.alarms[0].told_code == "alarm_not_told")

    asyncio.run(run())


def test_a_core_that_begins_anew_hears_the_alarms_and_remarks_that_stand(press_machine):
    source = Source(press_machine)
    at, heard_ns = stamp()
    secured = Remark("PRESS", "not_secured", "anybody can listen", at, heard_ns)
    over = Remark("PRESS", "clock_off", "63 s", at, heard_ns)
    source.hear(secured)
    source.hear(LinkUp("PRESS", at, heard_ns))
    told = [condition("a"), Refreshed("PRESS", at, heard_ns), condition("b"), condition("c")]
    for event in (*told, over, Remark("PRESS", "clock_off", "", at, heard_ns, is_over=True), condition("a", is_active=False)):
        source.hear(event)
    source.hear(condition("c", is_active=False, is_retained=False))
    kinds = [(type(event).__name__, getattr(event, "id", "")) for event in source.present()]
    assert kinds == [("LinkUp", ""), ("Remark", ""), ("Condition", "b"), ("Condition", "a"), ("Refreshed", "")]
    source.hear(LinkDown("PRESS", "closed", "gone", at, heard_ns))
    assert [type(event) for event in source.present()] == [LinkDown, Remark]


def test_a_remark_or_a_condition_makes_no_value_fresh(press_machine):
    source = Source(press_machine)
    source.hear(LinkUp("PRESS", 1, 1))
    source.hear(Batch("PRESS", "normal", ("force",), (1.0,), 2, 2))
    source.hear(Remark("PRESS", "not_secured", "", 3, 3_000_000_000))
    source.hear(condition())
    assert source.age(4_000_000_000).heard_ns == 2
    assert not source.is_live(4_000_000_000)
