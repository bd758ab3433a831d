"""Nothing is answered and nothing is written to a machine before its decision is committed; what is lost is refused."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

import pytest

from hmi.channel.facts import Pulse
from hmi.station import station as core
from hmi.station.commands import Answer, Command, SignOut
from hmi.station.decision import WriteOrder
from hmi.station.topics import AlarmsTopic, MachinesTopic
from station_db.errors import CommitFailedError
from station_db.store import Store


class Disk:
    """Holds back the commit of a command until it is let go; then it succeeds, or fails once."""

    def __init__(self) -> None:
        self.reached, self.gate, self.error = threading.Event(), threading.Event(), None

    def hold(self, batch) -> None:
        if any(changes.outcomes for changes in batch):
            self.reached.set()
            self.gate.wait(4)
            error, self.error = self.error, None
            if error is not None:
                raise error


@pytest.fixture
def disk(monkeypatch):
    commit, disk = Store.commit, Disk()

    def held(self, batch, at):
        disk.hold(batch)
        return commit(self, batch, at)

    monkeypatch.setattr(Store, "commit", held)
    yield disk
    disk.gate.set()


@pytest.fixture(autouse=True)
def _a_command_lets_the_press_work(monkeypatch):
    """Every command writes to the machine, as those do that finish what a permit waits for."""
    obey = core.obey

    def writing(station, command, now):
        after, decision = obey(station, command, now)
        return after, replace(decision, writes=(WriteOrder(f"w-{command.id}", "PRESS", "permitted_cycle", 7),))

    monkeypatch.setattr(core, "obey", writing)


def permits(press) -> list[int]:
    return [value for tag, value in press.writes if tag == "permitted_cycle"]


def answers(screen) -> list[Answer]:
    return [message for message in screen.heard if isinstance(message, Answer)]


async def ask_and_hold(disk, press, screen) -> None:
    """Give a command and see that for some pulses nothing at all comes of it."""
    await screen.topic(MachinesTopic, lambda topic: topic.machines[0].link_up)
    screen.send(Command("c-1", SignOut()))
    assert await asyncio.to_thread(disk.reached.wait, 4)
    for _ in range(3):
        await screen.until(lambda message: isinstance(message, Pulse))
    assert (answers(screen), permits(press)) == ([], [])


def test_while_the_disk_takes_its_time_nothing_is_answered_and_nothing_is_written(tmp_path, station, disk):
    async def run() -> None:
        async with station(tmp_path) as (_, press, screen):
            await ask_and_hold(disk, press, screen)
            disk.gate.set()
            answer = await screen.until(lambda message: isinstance(message, Answer))
            assert answer.known
            await screen.until(lambda _: permits(press))
            assert permits(press) == [7]

    asyncio.run(run())


@pytest.mark.expects_log("a batch of 1 decisions was not written")
def test_what_could_not_be_saved_is_refused_with_its_reason_and_never_written(tmp_path, station, disk):
    disk.error = CommitFailedError("disk full")

    async def run() -> None:
        async with station(tmp_path) as (_, press, screen):
            await ask_and_hold(disk, press, screen)
            disk.gate.set()
            await screen.topic(AlarmsTopic, lambda topic: "engine.record_failed" in [alarm.code for alarm in topic.alarms])
            await screen.topic(AlarmsTopic, lambda topic: "engine.record_failed" not in [alarm.code for alarm in topic.alarms])
            await screen.until(lambda message: isinstance(message, Pulse))
            assert answers(screen) == [Answer("c-1", done=False, code="engine.not_saved")]
            assert permits(press) == []

    asyncio.run(run())
