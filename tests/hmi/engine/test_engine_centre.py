"""An engine with a real SQLite centre: records go up by themselves, a centre that is not there holds up nothing."""

from __future__ import annotations

import asyncio

import pytest

from hmi.clock import SystemClock, new_id
from hmi.settings import Centre as CentreSettings
from hmi.station.commands import RetrySync
from hmi.station.topics import CycleTopic, MachinesTopic, SyncTopic
from station_db.reader import Reader
from station_db.sync import up
from station_db.sync.centre import Centre
from station_db.sync.founding import init

pytestmark = pytest.mark.timeout(30)  # a process starts within each


def test_cycles_arrive_at_the_centre_and_the_screen_is_told(tmp_path, station):
    url = f"sqlite:///{tmp_path / 'centre.db'}"
    init(url, ("ST-040",), at=SystemClock().moment().wall, new_id=new_id)

    async def run() -> None:
        async with station(tmp_path / "data", centre=CentreSettings(url)) as (_, press, screen):
            await screen.topic(MachinesTopic, lambda topic: topic.machines[0].link_up)
            press.make_part()
            await screen.topic(CycleTopic, lambda topic: topic.number == 1)
            await screen.topic(SyncTopic, lambda topic: topic.state == "synced" and topic.records_here == 0)

    asyncio.run(run())
    centre = Centre.connect(url)
    marks, tip = up.marks(centre, "ST-040"), Reader(tmp_path / "data").position()
    centre.close()
    assert 0 < marks[tip.epoch].last_seq <= tip.seq


def test_without_its_centre_the_station_records_and_says_so(tmp_path, station):
    url = f"sqlite:///{tmp_path / 'gone' / 'centre.db'}"

    async def run() -> None:
        async with station(tmp_path / "data", centre=CentreSettings(url)) as (_, press, screen):
            offline = await screen.topic(SyncTopic, lambda topic: topic.state == "offline" and topic.records_here > 0)
            assert offline.reason_code == "engine.centre_unreachable"
            press.make_part()
            await screen.topic(CycleTopic, lambda topic: topic.number == 1)

    asyncio.run(run())


def test_a_person_who_wants_it_tried_now_need_not_wait_for_the_next_try(tmp_path, station):
    """The centre is made while the station has given up for the moment; the wish alone ends its wait."""
    url = f"sqlite:///{tmp_path / 'centre.db'}"

    async def run() -> None:
        async with station(tmp_path / "data", centre=CentreSettings(url)) as (_, _press, screen):
            offline = await screen.topic(SyncTopic, lambda topic: topic.state in ("offline", "refused") and topic.next_try_ns)
            assert offline.captured == offline.records_here
            init(url, ("ST-040",), at=SystemClock().moment().wall, new_id=new_id)
            assert (await screen.ask("c-now", RetrySync())).done
            synced = await screen.topic(SyncTopic, lambda topic: topic.state == "synced" and topic.records_here == 0)
            assert (synced.captured, synced.offline_since) == (synced.sent, None)

    asyncio.run(run())
