"""A running station backs itself up and says so."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hmi.engine import backups
from hmi.settings import BackupPlan
from hmi.station.topics import SyncTopic
from station_db.backup import BackupPlace, open_backup
from station_db.backup import backups as found_in


def test_a_running_station_backs_itself_up_whatever_a_wrong_clock_left(station, tmp_path, monkeypatch):
    monkeypatch.setattr(backups, "SETTLE_S", 0.0)
    place = BackupPlace(tmp_path / "second disk")
    place.folder.mkdir()
    (place.folder / "record-ST-040-20990101T000000000000Z.db").write_bytes(b"by a clock that was years ahead")

    async def run() -> str:
        async with station(tmp_path / "data", backup=BackupPlan(place.folder)) as (_, _, screen):
            async with asyncio.timeout(4):
                sync = await screen.topic(SyncTopic, lambda topic: topic.backup.at is not None)
            assert sync.backup.failing_code == ""
            return sync.backup.place

    made = asyncio.run(run())
    newest, _ = found_in(place, "ST-040")
    assert newest == Path(made)
    assert open_backup(newest, tmp_path / "copy.db", place, "ST-040").entries > 0


@pytest.mark.expects_log("no backup")
def test_a_place_that_is_gone_is_said_on_the_sync_page(station, tmp_path, monkeypatch):
    monkeypatch.setattr(backups, "SETTLE_S", 0.0)
    (tmp_path / "unplugged").write_text("no folder")

    async def run() -> None:
        async with station(tmp_path / "data", backup=BackupPlan(tmp_path / "unplugged" / "backups")) as (_, _, screen):
            async with asyncio.timeout(4):
                sync = await screen.topic(SyncTopic, lambda topic: topic.backup.failing_code != "")
            assert "unplugged" in sync.backup.failing_args[0]

    asyncio.run(run())
