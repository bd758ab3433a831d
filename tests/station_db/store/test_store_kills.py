import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from shutil import rmtree

import pytest

from station_db.crashpoints import CRASHPOINTS, VARIABLE, crashpoint
from station_db.reader import Reader
from station_db.store import Store
from tests.faults.disk_in_memory import in_memory
from tests.invariants import decisions_are_whole, numbers_have_no_gaps, saved_means_saved, schema_is_whole, store_is_sound
from tests.station_db.store import store_worker
from tests.station_db.store.store_cases import (
    MACHINE_ID,
    START,
    STATION,
    at,
    counting_ids,
    cycle_changes,
    feed_of,
    open_store,
    person,
)
from tests.station_db.store.store_drivers import ELSEWHERE, FIRST_AFTER, drivers, missing

tmp_path = in_memory
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the workers are forked")
AT_EACH_POINT = 5
RANDOM_KILLS, LIVES = 180, 30
"""So many at random instants; a store lives through so many of them."""


@pytest.mark.timeout(60)  # thirty workers are forked, killed and judged
@pytest.mark.parametrize("seed", range(2024, 2024 + RANDOM_KILLS // LIVES))
def test_what_was_saved_survives_kills_at_random_instants(tmp_path, seed, record_property):
    chance = random.Random(seed)
    saved: list[str] = []
    for life in range(LIVES):
        end = store_worker.run(store_worker.record, tmp_path, kill_after=chance.randint(1, 6), delay_s=chance.uniform(0, 0.012))
        assert end.was_killed
        saved += end.saved
        saved_means_saved(tmp_path, saved)
        decisions_are_whole(tmp_path)
        numbers_have_no_gaps(tmp_path)
        if life % 15 == 14:
            store_is_sound(tmp_path, saved)
    record_property("kills", LIVES)
    assert len(Reader(tmp_path).epochs()) == 1
    assert len(saved) == len(set(saved))


@pytest.mark.timeout(30)  # five workers are forked, killed and judged
@pytest.mark.parametrize("point", [point for point in CRASHPOINTS if point not in ELSEWHERE])
def test_what_was_saved_survives_deaths_at_every_crash_point(tmp_path, point, record_property):
    driver = drivers()[point]
    kills = 0
    for time in range(AT_EACH_POINT):
        folder = tmp_path / str(time)
        saved = [*driver.prepare(folder)]
        end = store_worker.run(driver.work, folder, crash=f"{point}:{1 + time % driver.passes}")
        kills += end.was_killed
        _goes_on(folder, [*saved, *end.saved])
        rmtree(folder)
    record_property("kills", kills)
    assert kills == AT_EACH_POINT


def _goes_on(folder: Path, saved: list[str]) -> None:
    store = open_store(folder, prefix="next")
    store.commit([cycle_changes(FIRST_AFTER)], at(FIRST_AFTER))
    store.close()
    store_is_sound(folder, [*saved, f"cycle-{FIRST_AFTER:06}"])
    schema_is_whole(folder)


def test_every_crash_point_is_died_at_somewhere():
    assert missing() == set()
    for point, module in ELSEWHERE.items():
        assert point in (Path(__file__).with_name(module)).read_text(encoding="utf-8")


def test_the_suite_kills_as_often_as_it_says():
    assert RANDOM_KILLS + AT_EACH_POINT * (len(CRASHPOINTS) - len(ELSEWHERE)) >= 300


@pytest.mark.parametrize("point", ["after_feed_rows", "after_feed_cursor", "after_feed_commit"])
def test_a_feed_is_applied_whole_or_not_and_never_twice(tmp_path, point):
    assert store_worker.run(store_worker.take_feed, tmp_path, crash=point).was_killed
    is_applied = point == "after_feed_commit"
    assert len(Reader(tmp_path).resume().people) == (3 if is_applied else 0)
    store = open_store(tmp_path, prefix="next")
    brought = store.apply_feed(feed_of([person(number) for number in (1, 2, 3)]), at(2))
    store.close()
    assert len(brought) == (0 if is_applied else 3)
    assert len(Reader(tmp_path).resume().people) == 3
    store_is_sound(tmp_path)


def test_a_first_start_that_died_opens_its_first_epoch_when_done_again(tmp_path):
    def start(folder, tell):
        Store.open(folder, STATION, at=START, app_version="1.0", new_id=counting_ids("first"), machine=MACHINE_ID)

    assert store_worker.run(start, tmp_path / "new", crash="after_epoch").was_killed
    store = Store.open(tmp_path / "new", STATION, at=START, app_version="1.0", new_id=counting_ids("next"), machine=MACHINE_ID)
    store.close()
    store_is_sound(tmp_path / "new")


def test_the_variable_kills_a_real_process(tmp_path):
    environment = {**os.environ, VARIABLE: "after_commit:3"}
    worker = subprocess.run(
        [sys.executable, "-m", store_worker.__name__, str(tmp_path)], env=environment, capture_output=True, text=True, check=False
    )
    assert worker.returncode == -signal.SIGKILL, worker.stderr
    assert worker.stdout.split() == ["cycle-000001", "cycle-000002"]
    store_is_sound(tmp_path, worker.stdout.split())


def test_a_crash_point_must_have_a_name_we_know():
    with pytest.raises(ValueError, match="no crash point"):
        crashpoint("somewhere")
