"""The engine lets go through its one writer, and only of what the centre is known to hold."""

import asyncio
from dataclasses import replace
from pathlib import Path

from hmi.clock import Moment, SystemClock, new_id
from hmi.engine.acknowledged import Acknowledged, keep_acknowledged
from hmi.engine.letting_go import LettingGo
from hmi.engine.recorder import Hears, Recorder
from station_db.reader import Reader
from station_db.reconciled import ReconciledDay
from station_db.records.base import Digest, Instant
from station_db.records.changes import Changes, Entry
from station_db.records.equipment import EngineRun
from station_db.retention import DAY_US, Retention
from station_db.store import Store
from station_db.sync.day_sums import day_name, day_of

CLOCK = SystemClock()


class MonthsLater:
    """The system's clock, a hundred days on."""

    def moment(self) -> Moment:
        """Then."""
        now = CLOCK.moment()
        return replace(now, wall=Instant(now.wall + 100 * DAY_US))


def old_store(folder: Path) -> tuple[str, int]:
    """A store with ten runs of today, a day that was compared; its epoch and last number."""
    at = CLOCK.moment().wall
    store = Store.open(folder, "ST-040", at=at, app_version="test", new_id=new_id)
    runs = [Entry(EngineRun(id=new_id(), version="1", started_at=at, ended_at=at), "station") for _ in range(10)]
    last = store.commit([Changes(tuple(runs))], at)
    store.note_reconciled([ReconciledDay(last.epoch, day_name(day_of(at)), last.seq, Digest(""), at, last.seq)])
    store.close()
    return last.epoch, last.seq


def test_nothing_goes_before_the_centre_is_known_to_hold_it_and_then_all_that_may(tmp_path: Path) -> None:
    epoch, last = old_store(tmp_path)

    async def live() -> tuple[int, int]:
        hears = Hears(lambda: None, lambda _: None, lambda _: None)
        at = CLOCK.moment().wall
        recorder = Recorder(lambda: Store.open(tmp_path, "ST-040", at=at, app_version="test", new_id=new_id), CLOCK, hears)
        await recorder.open()
        letting_go = LettingGo(tmp_path, Retention(30), recorder, MonthsLater())
        before = await letting_go.let_go()
        keep_acknowledged(tmp_path, Acknowledged({epoch: last}))
        after = await letting_go.let_go()
        await recorder.close()
        return before, after

    assert asyncio.run(live()) == (0, last)
    assert Reader(tmp_path).epochs()[0].let_go == last
