"""The uplink as a real process under a real engine: killed, stopped, orphaned; nothing is lost and no secret shows."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys

import psutil
import pytest

from hmi.clock import SystemClock, new_id
from hmi.engine import uplink_messages as words
from hmi.settings import Centre as CentreSettings
from hmi.station.topics import CycleTopic, MachinesTopic, SyncTopic
from station_db.reader import Reader
from station_db.sync import up
from station_db.sync.centre import Centre
from station_db.sync.founding import init

pytestmark = pytest.mark.timeout(30)  # a process starts within each


def founded(folder) -> str:
    url = f"sqlite:///{folder / 'centre.db'}"
    init(url, ("ST-040",), at=SystemClock().moment().wall, new_id=new_id)
    return url


def uplinks() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if is_uplink(child)]


def is_uplink(process: psutil.Process) -> bool:
    try:
        return "uplink" in process.cmdline()
    except psutil.NoSuchProcess:  # a zombie is one too
        return False


def is_well(sync) -> bool:
    return sync.state == "synced" and sync.records_here == 0


def balances(sync) -> bool:
    return sync.captured == sync.sent + sync.records_here + sync.set_aside


async def makes_a_part(press, screen) -> None:
    await screen.topic(MachinesTopic, lambda topic: topic.machines[0].link_up)
    number = press.registers["cycle"] + 1
    press.make_part()
    await screen.topic(CycleTopic, lambda topic: topic.number == number)


@pytest.mark.expects_log("the task uplink died")
def test_an_uplink_that_is_killed_comes_back_and_sends_what_was_made_meanwhile(tmp_path, station):
    url = founded(tmp_path)

    async def run() -> None:
        async with station(tmp_path / "data", centre=CentreSettings(url)) as (_, press, screen):
            await screen.topic(SyncTopic, is_well)
            (first,) = uplinks()
            first.kill()
            await makes_a_part(press, screen)
            await screen.until(lambda _: uplinks() not in ([], [first]))
            made = Reader(tmp_path / "data").position().seq
            await screen.topic(SyncTopic, lambda sync: is_well(sync) and sync.captured >= made)
            assert balances(screen.topics[SyncTopic])

    asyncio.run(run())
    assert uplinks() == []
    assert_all_is_there(url, tmp_path / "data")


def assert_all_is_there(url, data) -> None:
    centre, tip = Centre.connect(url), Reader(data).position()
    mark = up.marks(centre, "ST-040")[tip.epoch]
    centre.close()
    assert (mark.last_seq, mark.head) == (tip.seq, tip.head)


def test_an_uplink_that_is_stopped_is_shown_as_offline_within_ten_seconds(tmp_path, station):
    url = founded(tmp_path)

    async def run() -> None:
        async with station(tmp_path / "data", centre=CentreSettings(url)) as (_, press, screen):
            await screen.topic(SyncTopic, is_well)
            (child,) = uplinks()
            child.suspend()
            async with asyncio.timeout(10):
                offline = await screen.topic(SyncTopic, lambda sync: sync.state == "offline")
            assert (offline.reason_code, balances(offline)) == ("engine.uplink_silent", True)
            await makes_a_part(press, screen)
            child.resume()
            await screen.topic(SyncTopic, is_well)

    asyncio.run(run())
    assert uplinks() == []


@pytest.mark.expects_log("did not end in time")
def test_an_uplink_that_is_stopped_can_not_keep_the_engine_from_ending(tmp_path, station):
    url = founded(tmp_path)

    async def run() -> None:
        async with station(tmp_path / "data", centre=CentreSettings(url)) as (_, _press, screen):
            await screen.topic(SyncTopic, is_well)
            uplinks()[0].suspend()

    asyncio.run(run())
    assert uplinks() == []


def test_the_password_is_in_no_argument_and_no_environment(tmp_path, station):
    url = founded(tmp_path)

    async def run() -> None:
        async with station(tmp_path / "data", centre=CentreSettings(url, "canary-7")) as (_, _press, screen):
            await screen.topic(SyncTopic, is_well)
            (child,) = uplinks()
            assert "canary-7" not in " ".join((*child.cmdline(), *child.environ().values()))
            assert child.nice() >= 10

    asyncio.run(run())
    said = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert b"canary-7" not in said


def test_an_uplink_whose_engine_is_gone_ends_by_itself(tmp_path):
    """Also while it is in the middle of something: here of waiting for an answer that never comes."""
    founded(tmp_path)
    command = [sys.executable, "-m", "hmi", "uplink"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    child.stdin.write(words.encode(words.Begin("ST-040", str(tmp_path), "sqlite:///gone.db", "", "test")))
    child.stdin.close()
    child.stdout.close()
    try:
        child.wait(15)
    finally:
        if child.poll() is None:
            os.kill(child.pid, signal.SIGKILL)
